package socket_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds/socket"
)

// What is left of a turn whose receive Close ended does not use the descriptor,
// whose number is another socket's by then.
func TestTurnOfAnEndedReceiveLeavesTheNumberAlone(t *testing.T) {
	for name, receive := range parking {
		t.Run(name, func(t *testing.T) {
			a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
			stranger, peer := pair(t, socket.AFUnix, socket.SockSeqpacket)
			if _, err := peer.Send([]byte("stranger"), 0); err != nil {
				t.Fatal(err)
			}
			var number int
			control(t, a, func(fd int) error { number = fd; return nil })
			begun, closed := make(chan struct{}), make(chan struct{})
			rest := start(func() []error {
				var turn socket.Turn
				err := a.BeginRecv(&turn)
				close(begun)
				if err == nil {
					err = receive(&turn)
				}
				<-closed
				errs := append(receiveAll(&turn, socket.MsgDontwait), receiveAll(&turn, 0)...)
				turn.End()
				return append(errs, err)
			})
			<-begun
			waitParked(t, a)
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			err := takeNumber(t, stranger, number)
			close(closed)
			errs := within(t, rest)
			if err != nil {
				t.Fatal(err)
			}
			if err := errs[len(errs)-1]; !errors.Is(err, net.ErrClosed) {
				t.Errorf("the receive: got %v, want %v", err, net.ErrClosed)
			}
			for i, err := range errs {
				if err == nil {
					t.Errorf("receive %d after it: got a message, want an error", i)
				}
			}
			if n, err := stranger.Recv(make([]byte, 8), socket.MsgDontwait); n != 8 || err != nil {
				t.Errorf("the stranger: got %d bytes, %v, want its message", n, err)
			}
		})
	}
}

// Nor does a receive for which the poller found a message before Close came.
func TestCloseBehindTheWaitLeavesTheNumberAlone(t *testing.T) {
	for name, receive := range orPark {
		t.Run(name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			stranger, peer := pair(t, socket.AFUnix, socket.SockSeqpacket)
			sendOne(t, peer)
			var number int
			control(t, a, func(fd int) error { number = fd; return nil })
			if err := socket.Register(a); err != nil {
				t.Fatal(err)
			}
			var turn socket.Turn
			if err := a.BeginRecv(&turn); err != nil {
				t.Fatal(err)
			}
			if err := receive(&turn); !turn.Parks() {
				t.Fatalf("got %v, want %v", err, socket.ErrPark)
			}
			sendOne(t, b)
			socket.Look(&turn, 2)
			if err := a.Close(); err != nil { // waits for the turn, unless it evicts the receive
				t.Fatal(err)
			}
			if err := takeNumber(t, stranger, number); err != nil {
				t.Fatal(err)
			}
			if err := turn.Woken(nil); err != net.ErrClosed {
				t.Errorf("the receive: got %v, want %v", err, net.ErrClosed)
			}
			if err := receive(&turn); err == nil || turn.Parks() {
				t.Errorf("a receive after it: got %v, want an error that ends it", err)
			}
			turn.End()
			if n, err := stranger.Recv(make([]byte, 2), socket.MsgDontwait); n != 1 || err != nil {
				t.Errorf("the stranger: got %d bytes, %v, want its message", n, err)
			}
		})
	}
}

// receiveAll makes a receive of each kind that takes flags.
func receiveAll(turn *socket.Turn, flags int) []error {
	p := make([]byte, 8)
	_, plain := turn.Recv(p, flags)
	_, _, marked := turn.RecvMarked(p, flags)
	_, _, _, one := turn.RecvOne(p, nil, nil, flags)
	_, batch := turn.RecvBatch([]socket.Msg{{Buffer: p}}, flags)
	return []error{plain, marked, one, batch, turn.RecvMsg(&socket.Msg{Buffer: p}, flags)}
}

// takeNumber gives s the number as well.
func takeNumber(t *testing.T, s *socket.Socket, number int) (err error) {
	control(t, s, func(fd int) error {
		var got int
		if got, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, number); err != nil {
			return nil
		}
		t.Cleanup(func() { unix.Close(got) })
		if got != number {
			err = fmt.Errorf("got the number %d, want %d", got, number)
		}
		return nil
	})
	return err
}
