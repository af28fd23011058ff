//go:build linux && !race

package socket_test

import (
	"runtime"
	"testing"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

// The race detector allocates by itself, so these do not run under it.

// exchange is a send and the receive of it, once the two are warm.
type exchange struct {
	name       string
	send, recv func() error
}

// exchanges are all message calls between a and b. addr is b's.
func exchanges(a, b *socket.Socket, addr socket.Sockaddr) []exchange {
	out, in := []byte("sixteen bytes ok"), make([]byte, 64)
	more := [][]byte{make([]byte, 4), make([]byte, 64)}
	mout := &socket.Msg{Buffer: out, Buffers: [][]byte{out, out}}
	to := &socket.Msg{Buffer: out, Addr: addr}
	min := &socket.Msg{Buffer: in[:4], Buffers: more, Control: make([]byte, 64), NeedAddr: true}
	bout := []socket.Msg{{Buffer: out}, {Buffer: out}, {Buffer: out}}
	bin := []socket.Msg{{Buffer: in, NeedAddr: true}, {Buffer: make([]byte, 64)}, {Buffer: make([]byte, 64)}}
	all := []exchange{
		{"Send and Recv",
			func() error { _, err := a.Send(out, 0); return err },
			func() error { _, err := b.Recv(in, 0); return err }},
		{"Send and RecvFrom",
			func() error { _, err := a.Send(out, 0); return err },
			func() error { _, _, err := b.RecvFrom(in, 0); return err }},
		{"SendMsg and RecvMsg",
			func() error { return a.SendMsg(mout, 0) },
			func() error { return b.RecvMsg(min, 0) }},
		{"SendOne and RecvOne",
			func() error { _, err := sendSingle(a, out, nil); return err },
			func() error { _, err := recvSingle(b, in, more[1], nil); return err }},
		{"SendBatch and RecvBatch",
			func() error { _, err := a.SendBatch(bout, 0); return err },
			func() error {
				for left := len(bout); left > 0; {
					n, err := b.RecvBatch(bin[:left], 0)
					if err != nil {
						return err
					}
					left -= n
				}
				return nil
			}},
	}
	if addr.IsZero() {
		return all
	}
	return append(all,
		exchange{"SendTo and RecvFrom",
			func() error { _, err := a.SendTo(out, 0, addr); return err },
			func() error { _, _, err := b.RecvFrom(in, 0); return err }},
		exchange{"SendMsg with an address and RecvMsg",
			func() error { return a.SendMsg(to, 0) },
			func() error { return b.RecvMsg(min, 0) }})
}

// transports are pairs of connected sockets, with the second's address where
// messages may be sent to it.
func transports() map[string]func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
	return map[string]func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr){
		"AF_UNIX SEQPACKET": func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
			a, b = pair(t, socket.AFUnix, socket.SockSeqpacket)
			return a, b, socket.Sockaddr{}
		},
		"AF_UNIX DGRAM": func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
			return dgrams(t, socket.AFUnix)
		},
		"UDP": func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
			return dgrams(t, socket.AFInet)
		},
		"UDP over IPv6": func(t testing.TB) (a, b *socket.Socket, addr socket.Sockaddr) {
			return dgrams(t, socket.AFInet6)
		},
	}
}

func dgrams(t testing.TB, family int) (a, b *socket.Socket, addr socket.Sockaddr) {
	a, b = newSocket(t, family, socket.SockDgram, 0), newSocket(t, family, socket.SockDgram, 0)
	bind(t, a)
	addr = bind(t, b)
	if err := a.Connect(background, addr); err != nil {
		t.Fatal(err)
	}
	return a, b, addr
}

func TestMessageCallsAllocateNothing(t *testing.T) {
	for name, transport := range transports() {
		t.Run(name, func(t *testing.T) {
			a, b, addr := transport(t)
			for _, x := range exchanges(a, b, addr) {
				t.Run(x.name, func(t *testing.T) {
					wantAllocs(t, 0, func() {
						check(t, x.send())
						check(t, x.recv())
					})
				})
			}
		})
	}
}

// A receive that had to wait allocates nothing either.
func TestWaitingReceivesAllocateNothing(t *testing.T) {
	for name, transport := range transports() {
		t.Run(name, func(t *testing.T) {
			a, b, addr := transport(t)
			b.SetSpin(-1)
			for _, x := range exchanges(a, b, addr) {
				t.Run(x.name, func(t *testing.T) {
					begin, done := make(chan bool), make(chan bool)
					go func() {
						for range begin {
							check(t, x.recv())
							done <- true
						}
					}()
					defer close(begin)
					wantAllocs(t, 0, func() {
						begin <- true
						for !socket.Parked(b) {
							runtime.Gosched() // AllocsPerRun has one P
						}
						check(t, x.send())
						<-done
					})
				})
			}
		})
	}
}

// A send that had to wait for room allocates nothing either.
func TestWaitingSendsAllocateNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(a *socket.Socket, m []socket.Msg) error
	}{
		{"Send", func(a *socket.Socket, m []socket.Msg) error { _, err := a.Send(m[0].Buffer, 0); return err }},
		{"SendMsg", func(a *socket.Socket, m []socket.Msg) error { return a.SendMsg(&m[0], 0) }},
		{"SendOne", func(a *socket.Socket, m []socket.Msg) error { _, err := sendSingle(a, m[0].Buffer, nil); return err }},
		{"SendBatch", func(a *socket.Socket, m []socket.Msg) error { _, err := a.SendBatch(m, 0); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := fullPair(t)
			a.SetSpin(-1)
			m := []socket.Msg{{Buffer: make([]byte, 1024)}}
			in := make([]byte, 1024)
			begin, done := make(chan bool), make(chan bool)
			go func() {
				for range begin {
					check(t, c.call(a, m))
					done <- true
				}
			}()
			defer close(begin)
			wantAllocs(t, 0, func() {
				begin <- true
				for !socket.Parked(a) {
					runtime.Gosched()
				}
				for sent := false; !sent; {
					if _, err := b.Recv(in, socket.MsgDontwait); err != nil && err != socket.ErrWouldBlock {
						check(t, err)
					}
					select {
					case <-done:
						sent = true
					default:
						runtime.Gosched()
					}
				}
				for { // full again
					if _, err := a.Send(in, socket.MsgDontwait); err != nil {
						break
					}
				}
			})
		})
	}
}

func check(t testing.TB, err error) {
	if err != nil {
		t.Error(err)
	}
}

func wantAllocs(t *testing.T, want float64, f func()) {
	t.Helper()
	testutil.RequireOptimised(t)
	for range 10 { // what is kept is made by the first calls
		f()
	}
	if got := testing.AllocsPerRun(200, f); got != want {
		t.Errorf("got %v allocations, want %v", got, want)
	}
}
