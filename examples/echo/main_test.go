//go:build linux

package main

import (
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// TestRun runs the program and compares what it prints.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out, testutil.SocketPath(t)); err != nil {
		t.Fatal(err)
	}
	const want = `"hello" came back
"" came back
"good-bye" came back
`
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
