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
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	const want = `read buffers of 32768 bytes: unary call of 0 bytes
read buffers of 32768 bytes: unary call of 1 bytes
read buffers of 32768 bytes: unary call of 31000 bytes
read buffers of 32768 bytes: unary call of 1048576 bytes
read buffers of 32768 bytes: stream of 8 messages of 1048576 bytes each way
read buffers of 4096 bytes: unary call of 0 bytes
read buffers of 4096 bytes: unary call of 1 bytes
read buffers of 4096 bytes: unary call of 31000 bytes
read buffers of 4096 bytes: unary call of 1048576 bytes
read buffers of 4096 bytes: stream of 8 messages of 1048576 bytes each way
`
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
