package uds_test

import (
	"io"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
)

// A connection of a file has the addresses of its socket, and knows that it was
// shut down.
func TestDgramFileKnowsItsSocket(t *testing.T) {
	server := listenDgram(t)
	client := dialDgram(t, server)
	must(t, client.CloseRead())
	f, err := client.File()
	must(t, err)
	closeLater(t, f)
	c, err := uds.FileDgramConn(f)
	c = ownDgram(t, c, err)
	if got, want := c.RemoteAddr().String(), server.LocalAddr().String(); got != want {
		t.Errorf("RemoteAddr: got %q, want %q", got, want)
	}
	if got, want := c.LocalAddr().String(), client.LocalAddr().String(); got != want || got == "" {
		t.Errorf("LocalAddr: got %q, want %q", got, want)
	}
	if err := c.RecvMsg(&uds.Message{}, uds.FlagNoWait); err != io.EOF {
		t.Errorf("receive: got %v, want io.EOF", err)
	}
}

func TestDgramFileOfAnotherKind(t *testing.T) {
	a, b := seqPair(t)
	f, err := a.File()
	must(t, err)
	closeLater(t, f)
	_, err = uds.FileDgramConn(f)
	wantError(t, "FileDgramConn of a SEQPACKET socket", err, syscall.EPROTOTYPE)
	_, err = uds.FileDgramConn(nil)
	wantError(t, "FileDgramConn of nil", err, syscall.EINVAL)
	_ = b
	file, err := os.Open("/dev/null")
	must(t, err)
	closeLater(t, file)
	_, err = uds.FileDgramConn(file)
	wantError(t, "FileDgramConn of a file", err, syscall.ENOTSOCK)
}
