package uds_test

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// An io.EOF of a Control, as that of a configuration file which it reads, is the
// dial's or the listen's error and not the bare end of a connection.
func TestControlThatFailsWithEOFIsNoEnd(t *testing.T) {
	path := testutil.SocketPath(t)
	control := func(_, _ string, _ syscall.RawConn) error { return io.EOF }
	ctx := context.Background()
	dialer, lc := uds.Dialer{Control: control}, uds.ListenConfig{Control: control}
	for name, call := range map[string]func() error{
		"DialSeq":       func() error { _, err := dialer.DialSeq(ctx, path); return err },
		"DialDgram":     func() error { _, err := dialer.DialDgram(ctx, path); return err },
		"ListenSeq":     func() error { _, err := lc.ListenSeq(ctx, path); return err },
		"ListenDgram":   func() error { _, err := lc.ListenDgram(ctx, path); return err },
		"Listen stream": func() error { _, err := lc.Listen(ctx, "unix", path); return err },
	} {
		err := call()
		var op *net.OpError
		if !errors.As(err, &op) || op.Err != io.EOF {
			t.Errorf("%s: got %T %v, want a *net.OpError around io.EOF", name, err, err)
		}
	}
}

// A Control that panics, or ends its goroutine as t.FailNow does, leaves no
// descriptor.
func TestControlThatDoesNotReturnLeavesNoDescriptor(t *testing.T) {
	path := testutil.SocketPath(t)
	for how, leave := range map[string]func(){"panic": func() { panic("mine") }, "Goexit": runtime.Goexit} {
		var socket int
		var before unix.Stat_t
		control := func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				socket = int(fd)
				if err := unix.Fstat(socket, &before); err != nil {
					t.Error(err)
				}
				leave()
			})
		}
		ctx := context.Background()
		dialer, lc := uds.Dialer{Control: control}, uds.ListenConfig{Control: control}
		for name, call := range map[string]func(){
			"DialSeq":       func() { _, _ = dialer.DialSeq(ctx, path) },
			"DialDgram":     func() { _, _ = dialer.DialDgram(ctx, path) },
			"ListenSeq":     func() { _, _ = lc.ListenSeq(ctx, path) },
			"ListenDgram":   func() { _, _ = lc.ListenDgram(ctx, path) },
			"Listen stream": func() { _, _ = lc.Listen(ctx, "unix", path) },
		} {
			if got := <-controlEnds(call); got != how {
				t.Errorf("%s: got %s, want %s", name, got, how)
			}
			var after unix.Stat_t
			if unix.Fstat(socket, &after) == nil && after.Ino == before.Ino {
				t.Errorf("%s: after %s descriptor %d is still open", name, how, socket)
			}
		}
	}
}

// controlEnds makes a call in a goroutine of its own and tells how that ended.
func controlEnds(call func()) <-chan string {
	c := make(chan string, 1)
	go func() {
		how := "Goexit"
		defer func() {
			if v := recover(); v != nil {
				how = "panic"
			}
			c <- how
		}()
		call()
		how = "return"
	}()
	return c
}
