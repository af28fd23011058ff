package uds_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A file that is closed while a send waits with it is held open for the send:
// the Close takes effect then.
func TestOOBFileClosedWhileASendWaits(t *testing.T) {
	testutil.CheckLeaks(t)
	a, b := seqPair(t)
	guarded(t, a, b)
	full := uds.Message{Buffers: buffers(20_000)}
	n := 0
	for ; a.SendMsg(&full, uds.FlagNoWait) == nil; n++ {
	}
	name := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(name, []byte("content"), 0o600))
	f := openFile(t, name)
	done := make(chan error, 1)
	go func() { done <- a.SendFiles([]byte("x"), f) }()
	parked(t, 1, "")
	closed := make(chan error, 1)
	go func() { closed <- f.Close() }()
	must(t, <-closed)
	for range n {
		_, err := b.Recv(full.Buffers[0])
		must(t, err)
	}
	_, files, err := b.RecvFiles(make([]byte, 9), 1)
	must(t, err)
	got, err := io.ReadAll(files[0])
	if string(got) != "content" || err != nil {
		t.Errorf("got %q, %v, want content", got, err)
	}
	must(t, files[0].Close())
	must(t, <-done)
	if isOpen(f) {
		t.Error("the file is still open")
	}
}
