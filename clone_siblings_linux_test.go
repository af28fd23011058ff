package uds_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A connection and its clones are one socket, which has one peer: what one does
// to it, the others know.
func TestCloneDgramSharesThePeer(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{Redial: true})
	clones := []*uds.DgramConn{client, cloneDgram(t, client)}
	clones = append(clones, cloneDgram(t, clones[1]))
	for i, c := range clones {
		must(t, c.Disconnect())
		for _, other := range clones {
			wantError(t, "Send", other.Send([]byte("x")), syscall.ENOTCONN)
			wantError(t, "SendMsg", other.SendMsg(&uds.Message{}, 0), syscall.ENOTCONN)
			if got := other.RemoteAddr().String(); got != "" {
				t.Errorf("RemoteAddr after a Disconnect: got %q, want none", got)
			}
		}
		must(t, clones[(i+1)%len(clones)].Connect(uds.MustParseAddr(path)))
		must(t, server.Close())
		server = restart(t, path)
		for _, other := range clones {
			if got := other.RemoteAddr().String(); got != path {
				t.Errorf("RemoteAddr after a Connect: got %q, want %q", got, path)
			}
			must(t, other.Send([]byte("again")))
			if got := recvString(t, server); got != "again" {
				t.Errorf("got %q, want again", got)
			}
		}
	}
}

// The name that one gives the socket is that of all.
func TestCloneDgramSharesTheName(t *testing.T) {
	c := newDgram(t)
	d := cloneDgram(t, c)
	path := pathOfLength(t, uds.MaxPathLen+100, 100)
	must(t, c.Bind(uds.MustParseAddr(path)))
	must(t, d.Bind(uds.Addr{})) // which keeps a name that there is
	for _, c := range []*uds.DgramConn{c, d} {
		if got := c.LocalAddr().String(); got != path {
			t.Errorf("LocalAddr: got %q, want %q", got, path)
		}
	}
}

// Timestamps that one asks for are shown by the others, too.
func TestCloneShowsTimestampsThatAnotherAsksFor(t *testing.T) {
	a, b := seqPair(t)
	c, err := a.Clone()
	must(t, err)
	closeLater(t, c)
	x, y := dgramPair(t)
	z := cloneDgram(t, x)
	for _, e := range []struct {
		name         string
		asks         interface{ SetOptions(uds.Options) error }
		sends, shows msgConn
	}{
		{"SeqConn", a, b, c}, {"DgramConn", z, y, x},
	} {
		m := uds.Message{Buffers: buffers(9), OOB: new(uds.OOB)}
		must(t, e.sends.Send([]byte("before")))
		must(t, e.shows.RecvMsg(&m, 0))
		if !m.OOB.Time.IsZero() {
			t.Errorf("%s before: got %v, want no time", e.name, m.OOB.Time)
		}
		must(t, e.asks.SetOptions(uds.Options{Timestamps: true}))
		must(t, e.sends.Send([]byte("after")))
		must(t, e.sends.Send([]byte("after")))
		ms := []uds.Message{{Buffers: buffers(9), OOB: new(uds.OOB)}, {Buffers: buffers(9), OOB: new(uds.OOB)}}
		n, err := e.shows.RecvBatch(ms)
		must(t, err)
		for i := range ms[:n] {
			if ms[i].OOB.Time.IsZero() {
				t.Errorf("%s: message %d of %d has no time", e.name, i+1, n)
			}
		}
		must(t, e.sends.Send([]byte("raw")))
		_, oobn, _, _, err := e.shows.ReadMsgUnix(make([]byte, 9), make([]byte, 64))
		if must(t, err); oobn == 0 {
			t.Errorf("%s: ReadMsgUnix handed no timestamp on", e.name)
		}
	}
}

// Timestamps that one asked for in vain are shown by none.
func TestCloneShowsNoTimestampsOfARefusedSetOptions(t *testing.T) {
	a, b := seqPair(t)
	c, err := a.Clone()
	must(t, err)
	closeLater(t, c)
	if err := a.SetOptions(uds.Options{Timestamps: true, ReadBuffer: -1}); err == nil {
		t.Error("SetOptions of a buffer below zero: got no error")
	}
	must(t, a.Close())
	isErr(t, "SetOptions after Close", a.SetOptions(uds.Options{Timestamps: true}), net.ErrClosed)
	must(t, b.Send([]byte("x")))
	m := uds.Message{Buffers: buffers(9), OOB: new(uds.OOB)}
	must(t, c.RecvMsg(&m, 0))
	if !m.OOB.Time.IsZero() {
		t.Errorf("got %v, want no time", m.OOB.Time)
	}
}

// The error of a clone names the peer, as that of the connection does.
func TestErrorsOfSiblingsNameThePeer(t *testing.T) {
	path := testutil.SocketPath(t)
	server, err := uds.ListenDgram(path)
	must(t, err)
	defer server.Close()
	c, err := uds.DialDgram(path)
	must(t, err)
	defer c.Close()
	clone, err := c.Clone()
	must(t, err)
	defer clone.Close()
	for _, one := range []*uds.DgramConn{c, clone} {
		must(t, one.SetReadDeadline(time.Unix(1, 0)))
		var op *net.OpError
		if _, err := one.Recv(make([]byte, 1)); !errors.As(err, &op) || op.Addr == nil || op.Addr.String() != path {
			t.Errorf("got %v, want an error at %s", err, path)
		}
	}
}

// What one of them asks for finds room in the receives of the other, which looked
// at the options before. So it is with a connection of a duplicate.
func TestCloneHasRoomForWhatAnotherAsksFor(t *testing.T) {
	for _, make := range []func(testing.TB, msgConn) msgConn{clone, adopted} {
		hasRoomForWhatAnotherAsksFor(t, make)
	}
}

func hasRoomForWhatAnotherAsksFor(t *testing.T, another func(testing.TB, msgConn) msgConn) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		for _, originalAsks := range []bool{false, true} {
			a, b := pair(t)
			asks, receives := another(t, b), b
			closeLater(t, asks)
			if originalAsks {
				asks, receives = receives, asks
			}
			must(t, a.SendFiles([]byte("x"), devNull(t, 1)...))
			if o := recvOOB(t, receives); len(o.Files) != 1 || o.Cred != nil {
				t.Errorf("before: got %+v, want a file", o)
			}
			must(t, asks.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}))
			must(t, a.SendFiles([]byte("x"), devNull(t, 1)...))
			if o := recvOOB(t, receives); len(o.Files) != 1 || o.Cred == nil || *o.Cred != me() {
				t.Errorf("the original asks: %v: got %+v, want a file and the credentials", originalAsks, o)
			}
		}
	})
}

// adopted is a connection of a duplicate of c's descriptor.
func adopted(t testing.TB, c msgConn) (other msgConn) {
	t.Helper()
	f, err := c.File()
	must(t, err)
	defer f.Close()
	if _, ok := c.(*uds.SeqConn); ok {
		other, err = uds.FileSeqConn(f)
	} else {
		other, err = uds.FileDgramConn(f)
	}
	must(t, err)
	return other
}

// A clone redials as its original does.
func TestCloneDgramRedials(t *testing.T) {
	path, server, client := redialed(t, uds.Dialer{Redial: true})
	c := cloneDgram(t, client)
	must(t, server.Close())
	next := restart(t, path)
	must(t, c.Send([]byte("again")))
	if got := recvString(t, next); got != "again" {
		t.Errorf("got %q, want again", got)
	}
}
