//go:build linux

package uds_test

import (
	"errors"
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestListenerCloseRemovesItsFileOnly(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	must(t, l.Close())
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat after Close: got %v, want no file", err)
	}
	l = seqListener(t, path)
	must(t, os.Remove(path))
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	must(t, l.Close())
	if b, err := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("a stranger's file: got %q, %v, want it untouched", b, err)
	}
}

func TestFileListenerLeavesTheFile(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	f, err := l.File()
	must(t, err)
	defer f.Close()
	g, err := uds.FileSeqListener(f)
	must(t, err)
	if got := g.Addr().String(); got != path {
		t.Errorf("Addr: got %q, want %q", got, path)
	}
	c, err := uds.DialSeq(path)
	must(t, err)
	s, err := g.AcceptSeq()
	must(t, err)
	if got := s.LocalAddr().String(); got != path {
		t.Errorf("LocalAddr of an accepted connection: got %q, want %q", got, path)
	}
	must(t, s.Close())
	must(t, c.Close())
	must(t, g.Close())
	c, err = uds.DialSeq(path)
	must(t, err)
	must(t, c.Close())
}
