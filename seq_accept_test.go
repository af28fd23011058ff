//go:build linux

package uds_test

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Accepted connections have the Options of the ListenConfig.
func TestAcceptedConnectionsHaveTheOptions(t *testing.T) {
	name := abstractName()
	lc := uds.ListenConfig{Options: uds.Options{
		ReadBuffer: 20_000, WriteBuffer: 30_000, PassCredentials: true, Timestamps: true,
	}}
	l, err := lc.ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	_, s := dialledTo(t, l)
	if n, err := s.ReadBuffer(); n != 40_000 || err != nil {
		t.Errorf("ReadBuffer: got %d, %v, want 40000", n, err)
	}
	if n, err := s.WriteBuffer(); n != 60_000 || err != nil {
		t.Errorf("WriteBuffer: got %d, %v, want 60000", n, err)
	}
	for _, name := range []int{unix.SO_PASSCRED, unix.SO_TIMESTAMPNS_NEW} {
		if intOption(t, s, name) == 0 {
			t.Errorf("option %d: got off, want on", name)
		}
	}
}

func TestAcceptEnds(t *testing.T) {
	l := seqListener(t, abstractName())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := l.AcceptContext(ctx)
	isErr(t, "AcceptContext", err, context.Canceled)

	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = l.AcceptContext(ctx)
	isErr(t, "AcceptContext", err, os.ErrDeadlineExceeded)

	must(t, l.SetDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = l.Accept()
	isErr(t, "Accept", err, os.ErrDeadlineExceeded)
	must(t, l.SetDeadline(time.Time{}))

	done := make(chan error)
	go func() {
		_, err := l.Accept()
		done <- err
	}()
	parked(t, 1, ".AcceptContext(")
	must(t, l.Close())
	isErr(t, "Accept", <-done, net.ErrClosed)
}

// A process out of descriptors keeps its listener: the connection stays queued.
func TestAcceptWithoutDescriptors(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	c, err := uds.DialSeq(name)
	must(t, err)
	closeLater(t, c)
	restore := testutil.LeaveDescriptors(0)
	_, err = l.Accept()
	restore()
	isErr(t, "Accept", err, syscall.EMFILE)
	var ne net.Error
	//lint:ignore SA1019 http.Server asks for Temporary.
	if !errors.As(err, &ne) || !ne.Temporary() {
		t.Errorf("Temporary: got false for %v, want true", err)
	}
	s, err := l.Accept()
	must(t, err)
	must(t, s.Close())
}
