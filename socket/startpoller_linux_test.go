package socket_test

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() {
	testutil.RegisterSilent("poller-first", pollerFirstChild)
	testutil.RegisterSilent("poller-late", pollerLateChild)
}

// The runtime ends a process whose poller it can not make. With the first socket it
// has it, so a call that parks needs no descriptor.
func TestFirstParkWithoutDescriptors(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "poller-first"))
}

func pollerFirstChild() error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	defer testutil.LeaveDescriptors(0)()
	return recvParked(a, b)
}

// Nor does the process end where even the first sockets took the last descriptors:
// a call that would park says so, and parks when there are some.
func TestFirstSocketWithTheLastDescriptors(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "poller-late"))
}

func pollerLateChild() error {
	restore := testutil.LeaveDescriptors(3)
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	for range 3 {
		if _, err := a.Recv(make([]byte, 9), 0); !errors.Is(err, unix.EMFILE) {
			return fmt.Errorf("got %v, want EMFILE", err)
		}
	}
	restore()
	return recvParked(a, b)
}

// recvParked receives from a what b sends once the receive is parked.
func recvParked(a, b *socket.Socket) error {
	got := make(chan error, 1)
	go func() {
		p := make([]byte, 9)
		n, err := a.Recv(p, 0)
		if err == nil && string(p[:n]) != "queued" {
			err = fmt.Errorf("got %q", p[:n])
		}
		got <- err
	}()
	for !socket.Parked(a) && len(got) == 0 {
		unix.Nanosleep(&unix.Timespec{Nsec: 1e5}, nil) // no timer, for which the runtime would make the poller
	}
	if _, err := b.Send([]byte("queued"), 0); err != nil {
		return err
	}
	return <-got
}
