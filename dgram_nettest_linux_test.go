package uds_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The tests of nettest.TestConn that a datagram pair can pass: all but BasicIO
// and PingPong, whose reads end when the peer closes. A datagram Read does not.
const dgramConnTests = "RacyRead|RacyWrite|ReadTimeout|WriteTimeout|PastTimeout|PresentTimeout|FutureTimeout|CloseTimeout|ConcurrentMethods"

const dgramNettestVariable = "UDS_TEST_DGRAM_NETTEST"

// TestDgramNetConn runs nettest.TestConn. That cannot leave tests out, but the
// flag -test.run of a process can: this one runs itself again with it.
func TestDgramNetConn(t *testing.T) {
	if os.Getenv(dgramNettestVariable) != "" {
		t.Skip("this process runs TestDgramNettest")
	}
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe, "-test.v", "-test.run=^TestDgramNettest$/^DgramPair$/^("+dgramConnTests+")$")
	cmd.Env = append(os.Environ(), dgramNettestVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for test := range strings.SplitSeq(dgramConnTests, "|") {
		if want := "--- PASS: TestDgramNettest/DgramPair/" + test + " "; !strings.Contains(string(out), want) {
			t.Errorf("%s: got no %q in\n%s", test, want, out)
		}
	}
}

// TestDgramNettest is what TestDgramNetConn runs.
func TestDgramNettest(t *testing.T) {
	if os.Getenv(dgramNettestVariable) == "" {
		t.Skip("TestDgramNetConn runs this, without the two tests that a datagram pair can not pass")
	}
	t.Run("DgramPair", func(t *testing.T) {
		nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
			a, b, err := uds.DgramPair()
			if err != nil {
				return nil, nil, nil, err
			}
			return a, b, func() { a.Close(); b.Close() }, nil
		})
	})
}

// packetConns are all the ways to make a socket that others can send to.
var packetConns = []struct {
	name string
	make func(t testing.TB) *uds.DgramConn
}{
	{"ListenDgram path", listenDgram},
	{"ListenDgram abstract", func(t testing.TB) *uds.DgramConn { return ownDgramAt(t, abstractName()) }},
	{"ListenDgram autobound", func(t testing.TB) *uds.DgramConn { return ownDgramAt(t, "") }},
	{"ListenPacket", func(t testing.TB) *uds.DgramConn {
		pc, err := uds.ListenPacket("unixgram", testutil.SocketPath(t))
		must(t, err)
		return ownDgram(t, pc.(*uds.DgramConn), nil)
	}},
	{"Bind", func(t testing.TB) *uds.DgramConn {
		c := newDgram(t)
		must(t, c.Bind(uds.MustParseAddr(testutil.SocketPath(t))))
		return c
	}},
	{"FileDgramConn", func(t testing.TB) *uds.DgramConn {
		f, err := listenDgram(t).File()
		must(t, err)
		defer f.Close()
		c, err := uds.FileDgramConn(f)
		return ownDgram(t, c, err)
	}},
	{"Detach", func(t testing.TB) *uds.DgramConn {
		f, err := listenDgram(t).Detach()
		must(t, err)
		defer f.Close()
		c, err := uds.FileDgramConn(f)
		return ownDgram(t, c, err)
	}},
	{"Clone", func(t testing.TB) *uds.DgramConn {
		c, err := listenDgram(t).Clone()
		return ownDgram(t, c, err)
	}},
	{"disconnected", func(t testing.TB) *uds.DgramConn {
		c := dialDgram(t, listenDgram(t))
		must(t, c.Disconnect())
		return c
	}},
	{"refusing files", func(t testing.TB) *uds.DgramConn {
		c, err := (&uds.ListenConfig{Options: uds.Options{RefuseFiles: true}}).ListenDgram(t.Context(), testutil.SocketPath(t))
		if errors.Is(err, errors.ErrUnsupported) {
			t.Skip("RefuseFiles needs Linux 6.16")
		}
		return ownDgram(t, c, err)
	}},
}

// TestDgramPacketConn holds net.PacketConn's contract over all of them.
func TestDgramPacketConn(t *testing.T) {
	for _, m := range packetConns {
		t.Run(m.name, func(t *testing.T) {
			t.Run("Addresses", func(t *testing.T) { packetAddresses(t, m.make(t), m.make(t)) })
			t.Run("Boundaries", func(t *testing.T) { packetBoundaries(t, m.make(t), m.make(t)) })
			t.Run("Deadlines", func(t *testing.T) { packetDeadlines(t, m.make(t), m.make(t)) })
			t.Run("Close", func(t *testing.T) { packetClose(t, m.make(t)) })
			t.Run("Concurrency", func(t *testing.T) { packetConcurrency(t, m.make(t), m.make(t)) })
		})
	}
}

func packetAddresses(t *testing.T, a, b net.PacketConn) {
	p := make([]byte, 10)
	for range 3 {
		if n, err := a.WriteTo([]byte("ping"), b.LocalAddr()); n != 4 || err != nil {
			t.Fatalf("WriteTo: got %d, %v, want 4 and no error", n, err)
		}
		n, from, err := b.ReadFrom(p)
		if string(p[:n]) != "ping" || err != nil {
			t.Fatalf("ReadFrom: got %q, %v, want ping and no error", p[:n], err)
		}
		if from.String() != a.LocalAddr().String() || from.Network() != "unixgram" {
			t.Fatalf("ReadFrom: got sender %s %q, want unixgram %q", from.Network(), from, a.LocalAddr())
		}
		if _, err := b.WriteTo([]byte("pong"), from); err != nil {
			t.Fatal(err)
		}
		n, from, err = a.ReadFrom(p)
		if string(p[:n]) != "pong" || err != nil || from.String() != b.LocalAddr().String() {
			t.Fatalf("ReadFrom: got %q from %v, %v, want pong from %q", p[:n], from, err, b.LocalAddr())
		}
	}
}

func packetBoundaries(t *testing.T, a, b net.PacketConn) {
	sizes := []int{10, 0, 5000, 1}
	for _, size := range sizes {
		if _, err := a.WriteTo(make([]byte, size), b.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	p := make([]byte, 4000)
	for _, size := range sizes {
		want := min(size, len(p))
		if n, _, err := b.ReadFrom(p); n != want || err != nil {
			t.Errorf("got %d, %v, want %d and no error", n, err, want)
		}
	}
}

func packetDeadlines(t *testing.T, a, b net.PacketConn) {
	p := make([]byte, 10)
	isTimeout := func(what string, err error) {
		t.Helper()
		var ne net.Error
		if !errors.As(err, &ne) || !ne.Timeout() || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: got %v, want a timeout", what, err)
		}
	}
	must(t, b.SetReadDeadline(past))
	if _, err := a.WriteTo([]byte("x"), b.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	_, from, err := b.ReadFrom(p)
	isTimeout("a passed deadline with a datagram queued", err)
	if from != nil {
		t.Errorf("got address %#v with the error, want nil", from)
	}
	must(t, b.SetReadDeadline(time.Time{}))
	if _, _, err := b.ReadFrom(p); err != nil {
		t.Errorf("after the deadline is taken back: got %v, want no error", err)
	}
	must(t, b.SetReadDeadline(time.Now().Add(10*time.Millisecond)))
	_, _, err = b.ReadFrom(p)
	isTimeout("a deadline to come", err)

	done := make(chan error, 1)
	must(t, b.SetReadDeadline(time.Time{}))
	go func() {
		_, _, err := b.ReadFrom(p)
		done <- err
	}()
	parked(t, 1, "DgramConn")
	must(t, b.SetDeadline(past))
	isTimeout("a deadline set while parked", wantDone(t, done))
	_, err = b.WriteTo([]byte("x"), a.LocalAddr())
	isTimeout("WriteTo", err)
	must(t, b.SetDeadline(time.Time{}))
	if _, err := b.WriteTo([]byte("x"), a.LocalAddr()); err != nil {
		t.Error(err)
	}
}

func packetClose(t *testing.T, c net.PacketConn) {
	const readers = 3
	done := make(chan error, readers)
	for range readers {
		go func() {
			_, _, err := c.ReadFrom(make([]byte, 1))
			done <- err
		}()
	}
	parked(t, 1, "DgramConn")
	must(t, c.Close())
	for range readers {
		if err := wantDone(t, done); !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v, want net.ErrClosed", err)
		}
	}
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the second Close: got %v, want net.ErrClosed", err)
	}
}

func packetConcurrency(t *testing.T, a, b net.PacketConn) {
	const senders, each = 4, 200
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for range each {
				if _, err := a.WriteTo([]byte{byte(i)}, b.LocalAddr()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var got [senders]atomic.Int32
	for range senders {
		wg.Go(func() {
			p := make([]byte, 2)
			for range each {
				n, from, err := b.ReadFrom(p)
				if n != 1 || err != nil || from.String() != a.LocalAddr().String() {
					t.Errorf("got %d, %v, %v, want 1 from %v", n, from, err, a.LocalAddr())
					return
				}
				got[p[0]].Add(1)
			}
		})
	}
	wg.Wait()
	for i := range got {
		if n := got[i].Load(); n != each {
			t.Errorf("from sender %d: got %d datagrams, want %d", i, n, each)
		}
	}
}
