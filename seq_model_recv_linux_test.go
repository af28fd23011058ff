package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"example.com/uds"
)

// modelGot is a message that was received.
type modelGot struct {
	p     []byte
	size  int // -1: not told
	files []*os.File
	facts string // cred, time
	err   error
}

// modelReceive is a way to receive.
type modelReceive struct {
	name        string
	call        func(c *uds.SeqConn, p []byte, room int) ([]modelGot, error)
	most        int  // messages
	bytes, peek bool // the byte face; the message stays
	files, size bool // tells of them
	cuts        bool // a cut is no error and leaves the files
}

var modelReceives = []modelReceive{
	{name: "Read", bytes: true, most: 1, call: func(c *uds.SeqConn, p []byte, _ int) ([]modelGot, error) {
		n, err := c.Read(p)
		return modelOne(modelGot{p: p[:n], size: -1}, err)
	}},
	{name: "Recv", most: 1, call: func(c *uds.SeqConn, p []byte, _ int) ([]modelGot, error) {
		n, err := c.Recv(p)
		return modelOne(modelGot{p: p[:n], size: -1}, err)
	}},
	{name: "Peek", most: 1, peek: true, call: func(c *uds.SeqConn, p []byte, _ int) ([]modelGot, error) {
		n, err := c.Peek(p)
		return modelOne(modelGot{p: p[:n], size: -1}, err)
	}},
	{name: "RecvFiles", most: 1, files: true, call: func(c *uds.SeqConn, p []byte, room int) ([]modelGot, error) {
		n, files, err := c.RecvFiles(p, room)
		return modelOne(modelGot{p: p[:n], size: -1, files: files}, err)
	}},
	{name: "RecvMsg", most: 1, files: true, size: true, call: func(c *uds.SeqConn, p []byte, room int) ([]modelGot, error) {
		m := uds.Message{Buffers: [][]byte{p[:len(p)/3], nil, p[len(p)/3:]}, OOB: &uds.OOB{MaxFiles: room}}
		err := c.RecvMsg(&m, 0)
		return modelOne(modelMessage(p, &m), err)
	}},
	{name: "RecvMsg peeking", most: 1, peek: true, size: true, call: func(c *uds.SeqConn, p []byte, _ int) ([]modelGot, error) {
		m := uds.Message{Buffers: [][]byte{p}}
		err := c.RecvMsg(&m, uds.FlagPeek)
		return modelOne(modelMessage(p, &m), err)
	}},
	{name: "RecvBatch", most: 3, files: true, size: true, call: func(c *uds.SeqConn, p []byte, room int) (got []modelGot, err error) {
		ms := make([]uds.Message, 3)
		bufs := [][]byte{p, make([]byte, len(p)), make([]byte, len(p))}
		for i := range ms {
			ms[i] = uds.Message{Buffers: bufs[i : i+1], OOB: &uds.OOB{MaxFiles: room}}
		}
		n, err := c.RecvBatch(ms)
		for i := range ms[:n] {
			g := modelMessage(bufs[i], &ms[i])
			switch {
			case ms[i].OOBTruncated:
				g.err = uds.ErrOOBTruncated
			case ms[i].Truncated:
				g.err = &uds.TruncatedError{Size: ms[i].Size}
			}
			got = append(got, g)
		}
		return got, err
	}},
	{name: "ReadMsgUnix", most: 1, files: true, cuts: true, call: func(c *uds.SeqConn, p []byte, _ int) ([]modelGot, error) {
		oob := make([]byte, 2000)
		n, oobn, flags, _, err := c.ReadMsgUnix(p, oob)
		if err != nil {
			return nil, err
		}
		return []modelGot{{p: p[:n], size: -1, files: modelRights(oob[:oobn]), facts: modelFlags(flags)}}, nil
	}},
}

// modelOne is the result of a receive of one message.
func modelOne(g modelGot, err error) ([]modelGot, error) {
	if err != nil && !errors.Is(err, uds.ErrTruncated) && !errors.Is(err, uds.ErrOOBTruncated) {
		return nil, err
	}
	g.err = err
	return []modelGot{g}, nil
}

// modelMessage is what m received into p.
func modelMessage(p []byte, m *uds.Message) modelGot {
	g := modelGot{p: p[:m.N], size: m.Size}
	if m.OOB != nil {
		g.files, g.facts = m.OOB.TakeFiles(), modelFacts(m.OOB.Cred != nil, !m.OOB.Time.IsZero())
	}
	return g
}

func modelFacts(cred, time bool) string { return fmt.Sprintf(" cred %v time %v", cred, time) }

func modelFlags(flags int) string { return fmt.Sprintf(" flags %#x", flags) }

// modelRights makes files of the descriptors among control messages.
func modelRights(oob []byte) (files []*os.File) {
	msgs, _ := syscall.ParseSocketControlMessage(oob)
	for _, m := range msgs {
		fds, _ := syscall.ParseUnixRights(&m)
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "received"))
		}
	}
	return files
}

// do makes the receive.
func (r *modelReceive) do(w *modelWorld, e, _ *modelEnd, c *modelConn, s modelStep) (got, want string) {
	if !c.closed && !e.readShut && len(c.tail)+e.bytes() == 0 && (len(e.in) > 0 && r.bytes || len(e.in) == 0 && s.how%8 > 0) {
		return "", "" // it waits in vain, and may time out before it takes the empty messages
	}
	p, room := make([]byte, modelSizes[s.size%len(modelSizes)]), s.how%4
	want = r.want(e, c, len(p), room)
	if want == "i/o timeout" {
		_ = c.SetReadTimeout(100 * time.Microsecond)
		defer c.SetReadTimeout(0)
	}
	some, err := r.call(c.SeqConn, p, room)
	for i := range some {
		got += modelText(some[i].p, some[i].size, w.places(some[i].files), some[i].facts, some[i].err)
	}
	if err != nil {
		got += modelError(err)
	}
	return got, want
}

// bytes is how many bytes are queued.
func (e *modelEnd) bytes() (n int) {
	for _, m := range e.in {
		n += len(m.data)
	}
	return n
}

// want is what the receive should come to, and makes it so in the model.
func (r *modelReceive) want(e *modelEnd, c *modelConn, size, room int) (want string) {
	if r.bytes && size == 0 && len(c.tail) == 0 && !c.closed {
		return modelText(nil, -1, nil, "", nil) // nothing is asked of the socket
	}
	for i := range r.most {
		m, end := e.next(c, r.bytes, i == 0)
		switch {
		case end != "" && i == 0:
			return end
		case end != "":
			return want
		}
		want += r.wantMessage(e, c, m, size, room)
		switch {
		case r.peek:
		case len(c.tail) > 0:
			c.tail = nil
		default:
			e.in = e.in[1:]
		}
		if r.bytes {
			c.tail = m.data[min(size, len(m.data)):]
		}
	}
	return want
}

// next is what a receive meets: a message or what it ends with. Only the first
// of a batch reports a reset.
func (e *modelEnd) next(c *modelConn, skipEmpty, first bool) (m modelMsg, end string) {
	if c.closed {
		return m, "use of closed network connection"
	}
	if len(c.tail) > 0 {
		return modelMsg{data: c.tail}, ""
	}
	e.meetReset(c)
	for skipEmpty && len(e.in) > 0 && len(e.in[0].data) == 0 {
		e.in = e.in[1:]
	}
	switch {
	case len(e.in) > 0:
		return e.in[0], ""
	case !e.readShut:
		return m, "i/o timeout"
	case c.reset == resetMet && first:
		c.reset = resetTold
		return m, "ECONNRESET"
	}
	return m, "EOF"
}

const (
	resetMet  = 1
	resetTold = 2
)

// meetReset has c take the reset from the kernel.
func (e *modelEnd) meetReset(c *modelConn) {
	if e.reset && c.reset == 0 {
		c.reset = resetMet
	}
	e.reset = false
}

// wantMessage is what r should make of a message.
func (r *modelReceive) wantMessage(e *modelEnd, c *modelConn, m modelMsg, size, room int) string {
	n, full, files, facts := min(size, len(m.data)), -1, m.files, ""
	var err error
	cut := n < len(m.data) && !r.bytes
	if r.size {
		full = len(m.data)
	}
	switch {
	case r.cuts:
		if facts = modelFlags(0); cut {
			facts = modelFlags(syscall.MSG_TRUNC)
		}
	case r.files && len(files) > room:
		err = uds.ErrOOBTruncated
	case cut:
		err = &uds.TruncatedError{Size: len(m.data)}
	}
	if err != nil || !r.files {
		files = nil
	}
	if r.files && r.size {
		facts = modelFacts(e.cred && len(c.tail) == 0, *c.stamped && len(c.tail) == 0)
	}
	return modelText(m.data[:n], full, files, facts, err)
}
