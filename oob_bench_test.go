//go:build linux

package uds_test

import (
	"net"
	"os"
	"testing"

	"example.com/uds"
	"golang.org/x/sys/unix"
)

// BenchmarkFiles passes one descriptor, ours as a file and through ReadMsgUnix,
// and net's.
func BenchmarkFiles(b *testing.B) {
	null, err := os.Open(os.DevNull)
	must(b, err)
	defer null.Close()
	p, oob := make([]byte, 64), make([]byte, unix.CmsgSpace(4))
	b.Run("uds", func(b *testing.B) {
		x, y := seqPair(b)
		out := uds.Message{Buffers: [][]byte{p}, OOB: &uds.OOB{Files: []*os.File{null}}}
		in := uds.Message{Buffers: buffers(64), OOB: &uds.OOB{MaxFiles: 1}}
		b.ReportAllocs()
		for b.Loop() {
			must(b, x.SendMsg(&out, 0))
			must(b, y.RecvMsg(&in, 0))
		}
		in.OOB.Close()
	})
	b.Run("net", func(b *testing.B) {
		x, y := unixPair(b)
		b.ReportAllocs()
		for b.Loop() {
			_, _, err := x.WriteMsgUnix(p, unix.UnixRights(int(null.Fd())), nil)
			must(b, err)
			_, oobn, _, _, err := y.ReadMsgUnix(p, oob)
			must(b, err)
			scms, err := unix.ParseSocketControlMessage(oob[:oobn])
			must(b, err)
			fds, err := unix.ParseUnixRights(&scms[0])
			must(b, err)
			must(b, os.NewFile(uintptr(fds[0]), "received").Close())
		}
	})
	type msgUnix interface {
		WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error)
		ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error)
	}
	raw := func(b *testing.B, x, y msgUnix) {
		out := unix.UnixRights(int(null.Fd()))
		b.ReportAllocs()
		for b.Loop() {
			_, _, err := x.WriteMsgUnix(p, out, nil)
			must(b, err)
			_, _, _, _, err = y.ReadMsgUnix(p, oob)
			must(b, err)
			unix.Close(int(native.Uint32(oob[unix.CmsgLen(0):])))
		}
	}
	b.Run("uds-raw", func(b *testing.B) {
		x, y := seqPair(b)
		raw(b, x, y)
	})
	b.Run("net-raw", func(b *testing.B) {
		x, y := unixPair(b)
		raw(b, x, y)
	})
}

// BenchmarkCredentials receives credentials with every message.
func BenchmarkCredentials(b *testing.B) {
	p, oob := make([]byte, 64), make([]byte, unix.CmsgSpace(12))
	b.Run("uds", func(b *testing.B) {
		x, y := seqPair(b)
		must(b, y.SetOptions(uds.Options{PassCredentials: true}))
		in := uds.Message{Buffers: buffers(64), OOB: new(uds.OOB)}
		b.ReportAllocs()
		for b.Loop() {
			must(b, x.Send(p))
			must(b, y.RecvMsg(&in, 0))
		}
	})
	b.Run("net", func(b *testing.B) {
		x, y := unixPair(b)
		rc, err := y.SyscallConn()
		must(b, err)
		must(b, rc.Control(func(fd uintptr) { must(b, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1)) }))
		b.ReportAllocs()
		for b.Loop() {
			_, err := x.Write(p)
			must(b, err)
			_, oobn, _, _, err := y.ReadMsgUnix(p, oob)
			must(b, err)
			scms, err := unix.ParseSocketControlMessage(oob[:oobn])
			must(b, err)
			_, err = unix.ParseUnixCredentials(&scms[0])
			must(b, err)
		}
	})
}

// BenchmarkBatch moves 32 messages, ours as a batch and net's one by one.
func BenchmarkBatch(b *testing.B) {
	b.Run("uds", func(b *testing.B) {
		x, y := seqPair(b)
		out, in := make([]uds.Message, 32), make([]uds.Message, 32)
		for i := range out {
			out[i].Buffers, in[i].Buffers = buffers(64), buffers(64)
		}
		b.ReportAllocs()
		for b.Loop() {
			_, err := x.SendBatch(out)
			must(b, err)
			n, err := y.RecvBatch(in)
			must(b, err)
			if n != len(in) {
				b.Fatalf("got %d messages, want %d", n, len(in))
			}
		}
	})
	b.Run("net", func(b *testing.B) {
		x, y := unixPair(b)
		p := make([]byte, 64)
		b.ReportAllocs()
		for b.Loop() {
			for range 32 {
				_, err := x.Write(p)
				must(b, err)
			}
			for range 32 {
				_, err := y.Read(p)
				must(b, err)
			}
		}
	})
}
