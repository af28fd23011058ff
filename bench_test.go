//go:build unix

package uds_test

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
)

// The benchmarks come in pairs, ours and net's, so that one run compares them.
// The module bench measures more, in interleaved rounds.

// netPair is a pair of *net.UnixConn over SOCK_SEQPACKET.
func netPair(b *testing.B) (x, y net.Conn) {
	b.Helper()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET, 0)
	if err != nil {
		b.Fatal(err)
	}
	conns := make([]net.Conn, 2)
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "pair")
		conns[i], err = net.FileConn(f)
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
		b.Cleanup(func() { conns[i].Close() })
	}
	return conns[0], conns[1]
}

// ourPair is a pair of *uds.SeqConn.
func ourPair(b *testing.B) (x, y *uds.SeqConn) {
	b.Helper()
	x, y, err := uds.SeqPair()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		x.Close()
		y.Close()
	})
	return x, y
}

var benchSizes = []int{64, 1024, 16000}

func BenchmarkWriteRead(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%d/uds", size), func(b *testing.B) {
			x, y := ourPair(b)
			writeRead(b, x, y, size)
		})
		b.Run(fmt.Sprintf("%d/net", size), func(b *testing.B) {
			x, y := netPair(b)
			writeRead(b, x, y, size)
		})
	}
}

func writeRead(b *testing.B, x, y net.Conn, size int) {
	out, in := make([]byte, size), make([]byte, size)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Write(out); err != nil {
			b.Fatal(err)
		}
		if n, err := y.Read(in); err != nil || n != size {
			b.Fatal(n, err)
		}
	}
}

func BenchmarkSendRecv(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			x, y := ourPair(b)
			out, in := make([]byte, size), make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if err := x.Send(out); err != nil {
					b.Fatal(err)
				}
				if n, err := y.Recv(in); err != nil || n != size {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkSendMsgRecvMsg(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(fmt.Sprintf("%d/uds", size), func(b *testing.B) {
			x, y := ourPair(b)
			out := uds.Message{Buffers: [][]byte{make([]byte, size)}}
			in := uds.Message{Buffers: [][]byte{make([]byte, size)}}
			b.ReportAllocs()
			for b.Loop() {
				if err := x.SendMsg(&out, 0); err != nil {
					b.Fatal(err)
				}
				if err := y.RecvMsg(&in, 0); err != nil || in.N != size {
					b.Fatal(in.N, err)
				}
			}
		})
		b.Run(fmt.Sprintf("%d/net", size), func(b *testing.B) {
			x, y := netPair(b)
			out, in := make([]byte, size), make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := x.(*net.UnixConn).WriteMsgUnix(out, nil, nil); err != nil {
					b.Fatal(err)
				}
				if n, _, _, _, err := y.(*net.UnixConn).ReadMsgUnix(in, nil); err != nil || n != size {
					b.Fatal(n, err)
				}
			}
		})
	}
}
