package main

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func TestReplace(t *testing.T) {
	testutil.CheckLeaks(t)
	var out strings.Builder
	if err := run(&out, 50, 4); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	want := regexp.MustCompile(`\A51 listeners served [1-9][0-9]{3,} exchanges\nno dial was refused and no exchange was lost\n\z`)
	if !want.MatchString(out.String()) {
		t.Errorf("got %q, want a match of %q", &out, want)
	}
}

// Without clients nothing would ever be exchanged.
func TestReplaceOfNothing(t *testing.T) {
	for _, c := range []struct{ replacements, clients int }{{1, 0}, {-1, 1}} {
		if err := run(io.Discard, c.replacements, c.clients); err == nil {
			t.Errorf("%d replacements, %d clients: got no error", c.replacements, c.clients)
		}
	}
}

// A client that fails ends the wait for its exchanges.
func TestFailureEndsTheWait(t *testing.T) {
	load := startLoad(testutil.SocketPath(t), 1) // where nobody listens
	defer load.stop()
	if err := load.wait(); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("got %v, want ENOENT", err)
	}
}
