//go:build linux

package uds_test

import (
	"io"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
)

// sockoptTimestamp is whether SO_TIMESTAMPNS_NEW is on.
func sockoptTimestamp(t testing.TB, c syscall.Conn) bool {
	t.Helper()
	return intOption(t, c, unix.SO_TIMESTAMPNS_NEW) != 0
}

func TestMarkerIsSetByTheMessageFaceAndAtTheEnd(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one", "two")
	_, err := b.Read(make([]byte, 8))
	must(t, err)
	if sockoptTimestamp(t, a) || sockoptTimestamp(t, b) {
		t.Error("SO_TIMESTAMPNS_NEW: got on after Send and Read, want off")
	}
	recvEnd(b)
	if !sockoptTimestamp(t, b) {
		t.Error("SO_TIMESTAMPNS_NEW: got off after Recv, want on")
	}

	c, d := seqPair(t)
	must(t, c.Close())
	_, err = d.Read(make([]byte, 8))
	if on := sockoptTimestamp(t, d); err != io.EOF || !on {
		t.Errorf("Read at the end: got %v and SO_TIMESTAMPNS_NEW %t, want io.EOF and true", err, on)
	}
}

func TestDetachClearsTheMarker(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	f, err := b.Detach()
	must(t, err)
	defer f.Close()
	if sockoptTimestamp(t, f) {
		t.Error("SO_TIMESTAMPNS_NEW: got on after Detach, want off")
	}
}

func TestDetachKeepsTimestampsThatWereAskedFor(t *testing.T) {
	for _, first := range []bool{true, false} {
		a, b := seqPair(t)
		sendAll(t, a, "one")
		if first {
			must(t, b.SetOptions(uds.Options{Timestamps: true}))
		}
		recvEnd(b)
		if !first {
			must(t, b.SetOptions(uds.Options{Timestamps: true}))
		}
		f, err := b.Detach()
		must(t, err)
		defer f.Close()
		if !sockoptTimestamp(t, f) {
			t.Errorf("asked for first %t: SO_TIMESTAMPNS_NEW: got off after Detach, want on", first)
		}
	}
}

func TestDetachKeepsTheDialersTimestamps(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	d := uds.Dialer{Options: uds.Options{Timestamps: true}}
	c, err := d.DialSeq(t.Context(), name)
	must(t, err)
	must(t, c.SetReadDeadline(past))
	recvEnd(c)
	f, err := c.Detach()
	must(t, err)
	defer f.Close()
	if !sockoptTimestamp(t, f) {
		t.Error("SO_TIMESTAMPNS_NEW: got off after Detach, want on: the Dialer asked for it")
	}
}

// The option belongs to the socket, which a clone that detaches shares.
func TestRecvAfterACloneWasDetached(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	c, err := b.Clone()
	must(t, err)
	f, err := c.Detach()
	must(t, err)
	defer f.Close()
	sendAll(t, a, "", "two", "")
	guarded(t, b)
	wantRecvs(t, b, `""`, `"two"`, `""`)
	must(t, b.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	wantRecvs(t, b, "TIMEOUT")
}

// The marker has no effect on the peer and binds nothing.
func TestMarkerDoesNotAutobind(t *testing.T) {
	a, b := seqPair(t)
	sendAll(t, a, "one")
	recvEnd(b)
	sendAll(t, b, "two")
	for _, c := range []*uds.SeqConn{a, b} {
		if name, err := c.Sockname(); err != nil || !name.IsUnnamed() {
			t.Errorf("Sockname: got %q, %v, want the unnamed address", name, err)
		}
	}
}
