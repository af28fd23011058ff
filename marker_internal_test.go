//go:build linux

package uds

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"example.com/uds/internal/sys"
)

// credPair is a pair of which b was asked for credentials.
func credPair(t *testing.T) (a, b *SeqConn) {
	t.Helper()
	a, b = own(t, SeqPair)
	if err := b.SetOptions(Options{PassCredentials: true}); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// receivedBy is how many bytes f receives until the end, a message after another.
func receivedBy(f func() (int, error)) string {
	var got []string
	for len(got) < 20 {
		n, err := f()
		if got = append(got, fmt.Sprint(n)); err == io.EOF {
			return strings.Join(got[:len(got)-1], " ")
		} else if err != nil {
			return err.Error()
		}
	}
	return strings.Join(got, " ") + " …"
}

// messageFaces are the receives that tell an empty message from the end.
var messageFaces = map[string]func(c *SeqConn) (int, error){
	"Recv": func(c *SeqConn) (int, error) { return c.Recv(make([]byte, 9)) },
	"RecvMsg": func(c *SeqConn) (int, error) {
		m := Message{Buffers: [][]byte{make([]byte, 9)}}
		err := c.RecvMsg(&m, 0)
		return m.N, err
	},
	"RecvMsg with OOB": func(c *SeqConn) (n int, err error) {
		m := Message{Buffers: [][]byte{make([]byte, 9)}, OOB: new(OOB)}
		if err = c.RecvMsg(&m, 0); err == nil && m.OOB.Cred == nil {
			err = fmt.Errorf("message of %d bytes without credentials", m.N)
		}
		return m.N, err
	},
	"ReadMsgUnix": func(c *SeqConn) (int, error) {
		n, oobn, flags, _, err := c.ReadMsgUnix(make([]byte, 9), make([]byte, spaceCred))
		if err == nil && (oobn != spaceCred || flags != 0) {
			err = fmt.Errorf("got %d bytes of control messages and flags %#x", oobn, flags)
		}
		return n, err
	},
	"ReadMsgUnix without oob": func(c *SeqConn) (int, error) {
		n, _, _, _, err := c.ReadMsgUnix(make([]byte, 9), nil)
		return n, err
	},
	"RecvBatch": func(c *SeqConn) (int, error) {
		ms := make([]Message, 1)
		ms[0].Buffers = [][]byte{make([]byte, 9)}
		_, err := c.RecvBatch(ms)
		return ms[0].N, err
	},
}

// timestamps is whether the option is on that makes the kernel write them.
func timestamps(t *testing.T, c *SeqConn) bool {
	t.Helper()
	v, err := c.s.Int(sys.SolSocket, sys.SoTimestamp)
	if err != nil {
		t.Fatal(err)
	}
	return v != 0
}

// Credentials tell an empty message from the end, so that no timestamp has to.
func TestCredentialsAreMarkerEnough(t *testing.T) {
	for name, f := range messageFaces {
		t.Run(name, func(t *testing.T) {
			a, b := credPair(t)
			for _, m := range []string{"", "1", "", "", "22", ""} {
				if err := a.Send([]byte(m)); err != nil {
					t.Fatal(err)
				}
			}
			a.Close()
			if got, want := receivedBy(func() (int, error) { return f(b) }), "0 1 0 0 2 0"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if timestamps(t, b) {
				t.Error("timestamps: got on, want off")
			}
		})
	}
}

// Who has the descriptor may turn the credentials off: from then on they are no
// marker.
func TestCredentialsInOtherHandsAreNoMarker(t *testing.T) {
	for name, f := range messageFaces {
		if strings.Contains(name, "OOB") || name == "ReadMsgUnix" {
			continue // they ask for the credentials
		}
		t.Run(name, func(t *testing.T) {
			a, b := credPair(t)
			if err := a.Send([]byte("first")); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Recv(make([]byte, 9)); err != nil {
				t.Fatal(err)
			}
			rc, err := b.SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			if err := rc.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_PASSCRED, 0)
			}); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Send(nil); err != nil {
				t.Fatal(err)
			}
			a.Close()
			if got, want := receivedBy(func() (int, error) { return f(b) }), "0"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// A clone has the marker that credentials are no longer.
func TestCloneOfCredentialsHasAMarker(t *testing.T) {
	a, b := credPair(t)
	c, err := b.Clone()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, m := range []string{"", "1"} {
		if err := a.Send([]byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	for i, receiver := range []*SeqConn{b, c} {
		if n, err := receiver.Recv(make([]byte, 9)); n != i || err != nil {
			t.Errorf("message %d: got %d, %v, want %d bytes", i, n, err, i)
		}
	}
	if !timestamps(t, b) {
		t.Error("timestamps: got off, want on")
	}
}

// The marker is found to be lost, and set again.
func TestLostCredentialsAreReplacedAsTheMarker(t *testing.T) {
	_, b := credPair(t)
	if !b.mark.set(b.s) || b.mark.lost(b.s) {
		t.Error("with credentials: got no marker, want one")
	}
	if err := b.s.SetInt(sys.SolSocket, sys.SoPasscred, 0); err != nil {
		t.Fatal(err)
	}
	if !b.mark.lost(b.s) || !timestamps(t, b) || !b.mark.hidden() || b.mark.lost(b.s) {
		t.Error("without credentials: got no timestamps that are hidden, want them")
	}
}

// Credentials that a Control function turned off again are no marker.
func TestCredentialsTurnedOffByControlAreNoMarker(t *testing.T) {
	a, b := credPair(t)
	if err := b.s.SetInt(sys.SolSocket, sys.SoPasscred, 0); err != nil {
		t.Fatal(err)
	}
	if err := a.Send(nil); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if got, want := receivedBy(func() (int, error) { return b.Recv(make([]byte, 9)) }), "0"; got != want || !timestamps(t, b) {
		t.Errorf("got %s and timestamps %t, want %s and true", got, timestamps(t, b), want)
	}
}

// Timestamps that are asked for as the marker is set stay the caller's.
func TestMarkerLeavesTimestampsThatWereAskedFor(t *testing.T) {
	for _, from := range []uint32{markerOff, markerAsked} {
		_, b := credPair(t)
		b.mark.keep()
		if !b.mark.setSlow(b.s, from) || !b.mark.shown() {
			t.Errorf("state %d: got hidden timestamps, want them shown", from)
		}
	}
}
