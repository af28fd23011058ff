package main

import (
	"io"

	"example.com/uds"
)

const (
	small = 16      // goes by way of the overflow buffer
	large = 20_000  // is received into the caller's buffer and the overflow
	split = 600_000 // is more than one message for Write
)

// send is a call that sends p to b's address or peer.
type send struct {
	name string
	size int
	only string // a kind of connection that alone has it
	call func(a, b conn, p []byte) error
}

var sends = []send{
	{"Write", small, "", write},
	{"Write large", large, "", write},
	{"Write split", split, "seq", func(a, b conn, p []byte) error {
		go io.Copy(io.Discard, b)
		return write(a, b, p)
	}},
	{"Send", small, "", func(a, _ conn, p []byte) error { return a.Send(p) }},
	{"SendMsg", small, "", func(a, _ conn, p []byte) error { return a.SendMsg(&uds.Message{Buffers: halves(p)}, 0) }},
	{"SendBatch", small, "", func(a, _ conn, p []byte) error {
		_, err := a.SendBatch([]uds.Message{message([]byte("x")), {Buffers: halves(p)}})
		return err
	}},
	{"SendBatch with OOB", small, "", func(a, _ conn, p []byte) error {
		m := message(p)
		m.OOB = &uds.OOB{}
		_, err := a.SendBatch([]uds.Message{m})
		return err
	}},
	{"WriteMsgUnix", small, "", func(a, _ conn, p []byte) error { _, _, err := a.WriteMsgUnix(p, nil, nil); return err }},
	{"WriteToAddr", small, "dgram", func(_, b conn, p []byte) error {
		c, err := uds.NewDgram()
		check(err)
		_, err = c.WriteToAddr(p, uds.MustParseAddr(b.LocalAddr().String()))
		return err
	}},
}

func write(a, _ conn, p []byte) error { _, err := a.Write(p); return err }

// receive is a call that fills the first size bytes of p.
type receive struct {
	name string
	size int
	only string
	call func(b conn, p []byte) error

	queued bool // it finds two messages
}

var receives = []receive{
	{name: "Read", size: small, call: read},
	{name: "Read large", size: large, call: read},
	{name: "Read tail", size: small, only: "seq", call: tail},
	{name: "Read large tail", size: large, only: "seq", call: tail},
	{name: "Recv", size: small, call: recv},
	{name: "Recv large", size: large, call: recv},
	{name: "Peek", size: small, call: func(b conn, p []byte) error { _, err := b.Peek(p); return err }},
	{name: "RecvMsg", size: small, call: func(b conn, p []byte) error { return b.RecvMsg(&uds.Message{Buffers: halves(p)}, 0) }},
	{name: "RecvMsg with OOB", size: small, call: func(b conn, p []byte) error {
		m := message(p)
		m.OOB = &uds.OOB{}
		return b.RecvMsg(&m, 0)
	}},
	{name: "RecvBatch", size: small, call: func(b conn, p []byte) error {
		_, err := b.RecvBatch([]uds.Message{{Buffers: halves(p)}, message(make([]byte, 8))})
		return err
	}},
	{name: "RecvBatch second", size: small, queued: true, call: func(b conn, p []byte) error {
		_, err := b.RecvBatch([]uds.Message{message(make([]byte, len(p))), message(p)})
		return err
	}},
	{name: "RecvFiles", size: small, call: func(b conn, p []byte) error { _, _, err := b.RecvFiles(p, 1); return err }},
	{name: "ReadMsgUnix", size: small, call: func(b conn, p []byte) error { _, _, _, _, err := b.ReadMsgUnix(p, nil); return err }},
	{name: "ReadFromAddr", size: small, only: "dgram", call: func(b conn, p []byte) error { _, _, err := b.(*uds.DgramConn).ReadFromAddr(p); return err }},
}

func read(b conn, p []byte) error { _, err := b.Read(p); return err }
func recv(b conn, p []byte) error { _, err := b.Recv(p); return err }

// tail reads the first byte of a message and then the others.
func tail(b conn, p []byte) error {
	if err := read(b, p[:1]); err != nil {
		return err
	}
	return read(b, p[1:])
}

func message(p []byte) uds.Message { return uds.Message{Buffers: [][]byte{p}} }

func halves(p []byte) [][]byte { return [][]byte{p[:len(p)/2], p[len(p)/2:]} }
