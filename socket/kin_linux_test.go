package socket_test

import (
	"errors"
	"os"
	"testing"

	"example.com/uds/socket"
)

// Accepted sockets have the protocol that their listener was made with, and clones
// that of the socket.
func TestKinHaveTheProtocol(t *testing.T) {
	l := newSocket(t, socket.AFInet, socket.SockStream, socket.IPProtoTCP)
	sa := bind(t, l)
	if err := l.Listen(1); err != nil {
		t.Fatal(err)
	}
	client := newSocket(t, socket.AFInet, socket.SockStream, socket.IPProtoTCP)
	if err := client.Connect(background, sa); err != nil {
		t.Fatal(err)
	}
	accepted := accept(t, l)
	for name, s := range map[string]*socket.Socket{"accepted": accepted, "clone": clone(t, client), "clone of accepted": clone(t, accepted)} {
		if got := s.Protocol(); got != socket.IPProtoTCP {
			t.Errorf("%s: got protocol %d, want %d", name, got, socket.IPProtoTCP)
		}
	}
}

// What no descriptor can ever reach has receives that bypass the scheduler, and so
// has its clone, and what it accepts.
func TestKinOfWhatRefusesFiles(t *testing.T) {
	l := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	if err := l.RefuseFiles(); errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs SO_PASSRIGHTS (Linux 6.16): %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	sa := bind(t, l)
	if err := l.Listen(1); err != nil {
		t.Fatal(err)
	}
	client := newSocket(t, socket.AFUnix, socket.SockSeqpacket, 0)
	if err := client.Connect(background, sa); err != nil {
		t.Fatal(err)
	}
	accepted := accept(t, l)
	for name, s := range map[string]*socket.Socket{"accepted": accepted, "clone of accepted": clone(t, accepted)} {
		if !socket.RawCalls(s) {
			t.Errorf("%s: receives enter the scheduler", name)
		}
	}
	if socket.RawCalls(client) {
		t.Error("the client's receives bypass the scheduler")
	}
}

// The other end of a pair may be in another process once any of the two ends, or of
// their clones, was handed out as a file, or made of one.
func TestKinKnowWhereTheOtherEndIs(t *testing.T) {
	for _, c := range []struct {
		name string
		hand func(t *testing.T, a, b *socket.Socket)
	}{
		{"the other end", func(t *testing.T, a, b *socket.Socket) { file(t, b) }},
		{"a clone of the other end", func(t *testing.T, a, b *socket.Socket) { file(t, clone(t, b)) }},
		{"a clone of a clone of the other end", func(t *testing.T, a, b *socket.Socket) { file(t, clone(t, clone(t, b))) }},
		{"the end itself", func(t *testing.T, a, b *socket.Socket) { file(t, a) }},
		{"by Detach", func(t *testing.T, a, b *socket.Socket) {
			f, err := clone(t, b).Detach(nil)
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
			before := clone(t, a)
			for _, s := range []*socket.Socket{a, before} {
				if !socket.PeerHere(s) {
					t.Error("got another process before, want this one")
				}
			}
			c.hand(t, a, b)
			for name, s := range map[string]*socket.Socket{"the end": a, "a clone made before": before, "a clone made after": clone(t, a)} {
				if socket.PeerHere(s) {
					t.Errorf("%s: got this process, want that it may be another", name)
				}
			}
		})
	}
}

// What is made of a file may have its other end in any process.
func TestSocketOfAFileHasItsPeerElsewhere(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	s, err := socket.FromFile(file(t, a))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, s := range map[string]*socket.Socket{"of the file": s, "its clone": clone(t, s)} {
		if socket.PeerHere(s) {
			t.Errorf("%s: got this process, want that it may be another", name)
		}
	}
}

// A look ahead at the next message says nothing of the one that is received where a
// clone may take it in between.
func TestKinMayTakeTheMessageBehindALook(t *testing.T) {
	a, b := pair(t, socket.AFUnix, socket.SockSeqpacket)
	sendOne(t, a)
	if !socket.FindsClean(b) {
		t.Error("got a message with descriptors, want one without")
	}
	for name, s := range map[string]*socket.Socket{"clone": clone(t, b), "cloned": b} {
		if socket.FindsClean(s) {
			t.Errorf("%s: got a message that nobody else can take", name)
		}
	}
}

// file is a File of s.
func file(t testing.TB, s *socket.Socket) *os.File {
	t.Helper()
	f, err := s.File()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
