package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"os"
	"sync/atomic"
	"time"

	"example.com/uds"
)

// conn is what both kinds of connection have.
type conn interface {
	net.Conn
	Recv(p []byte) (int, error)
	Peek(p []byte) (int, error)
	Send(p []byte) error
	RecvMsg(m *uds.Message, f uds.Flags) error
	SendMsg(m *uds.Message, f uds.Flags) error
	RecvBatch(ms []uds.Message) (int, error)
	SendBatch(ms []uds.Message) (int, error)
	SendFiles(p []byte, files ...*os.File) error
	RecvFiles(p []byte, max int) (n int, files []*os.File, err error)
	ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error)
	WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error)
	SetSpin(d time.Duration)
}

// kind makes two connected ends: a sends to b.
type kind struct {
	name string
	open func() (a, b conn)
}

// kinds are the connections, and those of them whose receives bypass the
// scheduler.
var kinds = []kind{
	{"seq", func() (conn, conn) {
		a, b, err := uds.SeqPair()
		check(err)
		return a, b
	}},
	{"dgram", func() (conn, conn) { return dgrams(uds.Options{}) }},
	{"seq raw", func() (conn, conn) { return seqs(uds.Options{RefuseFiles: true}) }},
	{"dgram raw", func() (conn, conn) { return dgrams(uds.Options{RefuseFiles: true}) }},
}

// has reports whether k is among those that a call is restricted to.
func (k kind) has(only string) bool { return only == "" || k.name[:3] == only[:3] }

// lacking is the exit status that says that the kernel lacks RefuseFiles.
const lacking = 77

func seqs(o uds.Options) (a, b conn) {
	l, err := (&uds.ListenConfig{Options: o}).ListenSeq(context.Background(), name())
	supported(err)
	defer l.Close()
	a, err = uds.DialSeq(l.Addr().String())
	check(err)
	b, err = l.AcceptSeq()
	check(err)
	return a, b
}

func dgrams(o uds.Options) (a, b conn) {
	b, err := (&uds.ListenConfig{Options: o}).ListenDgram(context.Background(), name())
	supported(err)
	a, err = uds.DialDgram(b.LocalAddr().String())
	check(err)
	return a, b
}

func supported(err error) {
	if errors.Is(err, errors.ErrUnsupported) {
		log.Print(err)
		os.Exit(lacking)
	}
	check(err)
}

var names atomic.Int32

func name() string { return fmt.Sprintf("@uds-race-%d-%d", os.Getpid(), names.Add(1)) }
