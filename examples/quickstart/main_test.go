//go:build linux

package main

import (
	"regexp"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// TestRun runs the program and compares what it prints.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out); err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`unixpacket \S+`).ReplaceAllString(out.String(), "unixpacket PATH")
	const want = `http.Server on unixpacket PATH
posted 5242880 bytes with HTTP/2.0 over TLS and got the same 5242880 back
sent "first"
sent ""
sent "third, and longer than the buffer"
received "first"
received ""
received "third, and longe", the first 16 of 33 bytes
received the end of the connection
`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
