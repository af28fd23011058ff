package testutil

import (
	"errors"
	"fmt"
	"os"
	"testing"
)

func init() {
	RegisterChild("say", func() {
		fmt.Print(os.Getenv("UDS_TEST_WORD"))
		if os.Getenv("UDS_TEST_FAILS") != "" {
			os.Exit(3)
		}
	})
	RegisterSilent("content", func() error { return nil })
	RegisterSilent("complains", func() error { return errors.New("a complaint") })
	RegisterSilent("skips", func() error { return errors.Join(Skipf("no %s", "such kernel"), errors.New("aside")) })
}

func TestRunSilentTellsWhatTheChildSays(t *testing.T) {
	for _, c := range []struct {
		word, fails string
		want        outcome
	}{
		{"", "", outcome{}},
		{"skip: no such kernel\n", "", outcome{skipped: true, message: "no such kernel"}},
		{"a complaint", "", outcome{failed: true, message: "got <nil>, a complaint"}},
		{"", "yes", outcome{failed: true, message: "got exit status 3, "}},
		{"skip: half-way", "yes", outcome{failed: true, message: "got exit status 3, skip: half-way"}},
	} {
		cmd := Child(t, "say", "UDS_TEST_WORD="+c.word, "UDS_TEST_FAILS="+c.fails)
		if got := try(func(f testing.TB) { RunSilent(f, cmd) }); got != c.want {
			t.Errorf("%q: got %+v, want %+v", c.word, got, c.want)
		}
	}
}

func TestRunSilentOfRegisterSilent(t *testing.T) {
	for name, want := range map[string]outcome{
		"content":   {},
		"complains": {failed: true, message: "got exit status 1, a complaint\n"},
		"skips":     {skipped: true, message: "no such kernel"},
	} {
		cmd := Child(t, name)
		if got := try(func(f testing.TB) { RunSilent(f, cmd) }); got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}
