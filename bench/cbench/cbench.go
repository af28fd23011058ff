// Package cbench is the C contestant of the benchmark. One cgo call runs a
// whole loop, so the numbers are those of a C program, taken in the same run
// as the Go ones. Descriptors must be blocking and stay the caller's.
package cbench

/*
#cgo CFLAGS: -O2 -Wall -Werror
#include "cbench.h"
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// Flavour selects the system calls of a Port.
type Flavour int

// The flavours: send and recv, sendmsg and recvmsg, sendmmsg and recvmmsg.
const (
	Plain  Flavour = C.PLAIN
	Msghdr Flavour = C.MSGHDR
	Mmsg   Flavour = C.MMSG
)

// MaxBurst is the largest Burst of a Port.
const MaxBurst = 64

// Port is one end of a connection and how to use it. Size is the payload in
// bytes; Burst is the number of messages sent before any is received.
type Port struct {
	FD, Size, Burst int
	Flavour         Flavour
}

func (p Port) c() C.port {
	return C.port{fd: C.int(p.FD), size: C.int(p.Size), burst: C.int(max(p.Burst, 1)), flavour: C.int(p.Flavour)}
}

// Send sends n messages.
func (p Port) Send(n int) error { return result("send", C.c_send(p.c(), C.long(n))) }

// Recv receives n messages and checks each.
func (p Port) Recv(n int) error { return result("recv", C.c_recv(p.c(), C.long(n))) }

// Ping sends a message and receives the reply, n times.
func (p Port) Ping(n int) error { return result("ping", C.c_ping(p.c(), C.long(n))) }

// Echo replies to n messages, each after the think time.
func (p Port) Echo(n int, think time.Duration) error {
	return result("echo", C.c_echo(p.c(), C.long(n), C.long(think)))
}

// Exchange sends n messages on p and receives them on peer, in one thread.
func (p Port) Exchange(peer Port, n int) error {
	return result("exchange", C.c_exchange(p.c(), peer.c(), C.long(n)))
}

// Rotate sends n messages over the pairs a[i], b[i] in turn, in one thread.
func Rotate(a, b []int32, size, n int) error {
	return result("rotate", C.c_rotate(ints(a), ints(b), C.int(len(a)), C.int(size), C.long(n)))
}

// BulkSend sends total bytes in messages of piece bytes.
func BulkSend(fd, piece int, total int64) error {
	return result("bulk send", C.c_bulk_send(C.int(fd), C.int(piece), C.longlong(total)))
}

// BulkRecv receives what BulkSend sends with the same piece and total.
func BulkRecv(fd, piece int, total int64) error {
	return result("bulk recv", C.c_bulk_recv(C.int(fd), C.int(piece), C.longlong(total)))
}

// Files passes fds from a to b n times and closes the received ones.
func Files(a, b int, fds []int32, n int) error {
	return result("files", C.c_files(C.int(a), C.int(b), ints(fds), C.int(len(fds)), C.long(n)))
}

// Creds sends n messages from a to b, which has SO_PASSCRED set, and checks
// the credentials. With set, the sender names them itself.
func Creds(a, b int, set bool, n int) error {
	s := 0
	if set {
		s = 1
	}
	return result("creds", C.c_creds(C.int(a), C.int(b), C.int(s), C.long(n)))
}

// DgramExchange sends n datagrams from a to the path to, bound by b, and
// checks that they come from the path from.
func DgramExchange(a, b int, to, from string, size, n int) error {
	t, f := C.CString(to), C.CString(from)
	defer C.free(unsafe.Pointer(t))
	defer C.free(unsafe.Pointer(f))
	return result("datagrams", C.c_dgram_exchange(C.int(a), C.int(b), t, f, C.int(size), C.long(n)))
}

// DgramSend sends one datagram to a path and blocks while the queue is full.
func DgramSend(fd int, to string, p []byte) error {
	t := C.CString(to)
	defer C.free(unsafe.Pointer(t))
	return result("datagram send", C.c_dgram_send(C.int(fd), t, unsafe.Pointer(unsafe.SliceData(p)), C.int(len(p))))
}

// Accept connects to the listener at path, accepts and closes both ends, n times.
func Accept(listener int, path string, n int) error {
	p := C.CString(path)
	defer C.free(unsafe.Pointer(p))
	return result("accept", C.c_accept(C.int(listener), p, C.long(n)))
}

func ints(x []int32) *C.int { return (*C.int)(unsafe.Pointer(unsafe.SliceData(x))) }

var checks = map[C.int]string{
	C.BAD_LENGTH:  "wrong length",
	C.BAD_BYTE:    "wrong byte at the end of the payload",
	C.BAD_CONTROL: "wrong ancillary data",
	C.BAD_ADDRESS: "wrong sender address",
}

func result(op string, code C.int) error {
	switch s := checks[code]; {
	case code == 0:
		return nil
	case s != "":
		return fmt.Errorf("c %s: %s", op, s)
	}
	return fmt.Errorf("c %s: %w", op, syscall.Errno(code))
}
