package main

import (
	"regexp"
	"strings"
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
