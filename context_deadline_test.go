//go:build linux

package uds_test

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/uds"
)

// The end of a deadline that came with a context is both: os.ErrDeadlineExceeded,
// as for every other deadline, and context.DeadlineExceeded, which code asks for
// that package net has dialled for.
func TestDeadlineOfAContextIsBoth(t *testing.T) {
	ended, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, err := new(net.Dialer).DialContext(ended, "unixpacket", abstractName())
	isErr(t, "net.Dialer", err, context.DeadlineExceeded)

	l, full := fullListener(t)
	accepts := seqListener(t, abstractName())
	calls := map[string]func(context.Context) error{
		"DialSeq":   func(ctx context.Context) error { _, err := new(uds.Dialer).DialSeq(ctx, full); return err },
		"DialDgram": func(ctx context.Context) error { _, err := new(uds.Dialer).DialDgram(ctx, abstractName()); return err },
		"ListenSeq": func(ctx context.Context) error {
			_, err := new(uds.ListenConfig).ListenSeq(ctx, abstractName())
			return err
		},
		"AcceptContext": func(ctx context.Context) error { _, err := accepts.AcceptContext(ctx); return err },
	}
	wantBoth := func(name string, err error) {
		t.Helper()
		isErr(t, name, err, os.ErrDeadlineExceeded)
		isErr(t, name, err, context.DeadlineExceeded)
		if ne, ok := err.(net.Error); !ok || !ne.Timeout() || !strings.HasSuffix(err.Error(), ": i/o timeout") {
			t.Errorf("%s: got %v, want a net.Error that is a timeout and says so", name, err)
		}
	}
	for name, call := range calls {
		wantBoth(name+", ended", call(ended))
	}
	_, err = (&uds.Dialer{Timeout: time.Millisecond}).DialSeq(t.Context(), full)
	wantBoth("Dialer.Timeout", err)
	must(t, l.Close())

	// Alone, and while another call has the turn.
	done := make(chan error)
	for range 2 {
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err = accepts.AcceptContext(soon)
		cancel()
		wantBoth("AcceptContext", err)
		go func() {
			_, err := accepts.Accept()
			done <- err
		}()
		parked(t, 1, ".(*SeqListener).Accept(")
	}
	must(t, accepts.SetDeadline(past))
	for range 2 {
		isErr(t, "Accept", <-done, os.ErrDeadlineExceeded)
	}
}
