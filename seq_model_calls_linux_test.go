package uds_test

import (
	"fmt"
	"strings"
	"time"

	"example.com/uds"
)

var modelOthers = []modelCall{
	{"Close", func(_ *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if s.how%8 > 0 {
			return "", "" // or there is little else
		}
		want = e.leave(peer, c)
		return modelError(c.Close()), want
	}},
	{"CloseRead", func(_ *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if s.how%8 > 0 {
			return "", ""
		}
		if want = c.ifOpen("ok"); want == "ok" {
			e.readShut, peer.writeShut = true, true
		}
		return modelError(c.CloseRead()), want
	}},
	{"CloseWrite", func(_ *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if s.how%8 > 0 {
			return "", ""
		}
		if want = c.ifOpen("ok"); want == "ok" {
			e.writeShut, peer.readShut = true, true
		}
		return modelError(c.CloseWrite()), want
	}},
	{"Detach and FileSeqConn", func(_ *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if !c.closed && e.open() > 1 {
			return "", "" // a clone would miss what tells an empty message from the end
		}
		if want = c.ifOpen("ok"); want == "ok" && len(c.tail) > 0 {
			want = "EBUSY"
		}
		f, err := c.Detach()
		if err != nil {
			return modelError(err), want
		}
		defer f.Close()
		c.closed = true
		d, err := uds.FileSeqConn(f)
		if err == nil {
			e.conns = append(e.conns, &modelConn{SeqConn: d, stamped: new(bool)})
		}
		return modelError(err), want
	}},
	{"Clone", func(_ *modelWorld, e, _ *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if e.open() > 3 {
			return "", ""
		}
		d, err := c.Clone()
		if err == nil {
			e.conns = append(e.conns, &modelConn{SeqConn: d, stamped: c.stamped})
		}
		return modelError(err), c.ifOpen("ok")
	}},
	{"SetOptions", func(_ *modelWorld, e, _ *modelEnd, c *modelConn, s modelStep) (got, want string) {
		o := uds.Options{PassCredentials: s.how%4 == 0, Timestamps: s.how%4 == 1, Spin: time.Duration(s.how%4-2) * time.Microsecond}
		if want = c.ifOpen("ok"); want == "ok" {
			e.cred, *c.stamped = e.cred || o.PassCredentials, *c.stamped || o.Timestamps
		}
		return modelError(c.SetOptions(o)), want
	}},
	{"Readable and Buffered", func(_ *modelWorld, e, _ *modelEnd, c *modelConn, s modelStep) (got, want string) {
		total := len(c.tail) + e.bytes()
		if want = c.ifOpen("ok"); want != "ok" {
			total = 0
		}
		n, err := c.Readable()
		return fmt.Sprint(n, c.Buffered(), modelError(err)), fmt.Sprint(total, len(c.tail), want)
	}},
	{"TakeError", func(_ *modelWorld, e, _ *modelEnd, c *modelConn, s modelStep) (got, want string) {
		if want = c.ifOpen("ok"); want == "ok" && (e.reset || c.reset == resetMet) {
			if want = "ECONNRESET"; !e.reset {
				c.reset = resetTold
			}
			e.reset = false
		}
		return modelError(c.TakeError()), want
	}},
	{"deadline in the past", func(w *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string) {
		_ = c.SetDeadline(past)
		_, rerr := c.Read(make([]byte, 1))
		_, werr := c.Write([]byte("x"))
		_ = c.SetDeadline(time.Time{})
		return modelError(rerr) + modelError(werr), strings.Repeat(c.ifOpen("i/o timeout"), 2)
	}},
}

// open is how many connections are open.
func (e *modelEnd) open() (n int) {
	for _, c := range e.conns {
		if !c.closed {
			n++
		}
	}
	return n
}

// ifOpen is what a call comes to, unless c is closed.
func (c *modelConn) ifOpen(want string) string {
	if c.closed {
		return "use of closed network connection"
	}
	return want
}

// leave closes c in the model, and the socket with its last connection. What it
// had not received is a reset: unix_release_sock in net/unix/af_unix.c, which
// does not count an empty message at the front.
func (e *modelEnd) leave(peer *modelEnd, c *modelConn) string {
	if c.closed {
		return c.ifOpen("")
	}
	if c.closed, c.tail = true, nil; e.open() > 0 {
		return "ok"
	}
	unread := e.in
	if len(unread) > 0 && len(unread[0].data) == 0 {
		unread = unread[1:]
	}
	peer.reset = len(unread) > 0
	e.in, peer.readShut, peer.writeShut = nil, true, true
	return "ok"
}
