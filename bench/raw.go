package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// sockType is the socket type behind a network name of package net.
func sockType(network string) int {
	switch network {
	case "unix":
		return unix.SOCK_STREAM
	case "unixgram":
		return unix.SOCK_DGRAM
	case "unixpacket":
		return unix.SOCK_SEQPACKET
	}
	panic(fmt.Sprintf("network %q is none of unix, unixgram, unixpacket", network))
}

// rawSocket makes a blocking socket.
func rawSocket(network string) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, sockType(network)|unix.SOCK_CLOEXEC, 0)
	return fd, os.NewSyscallError("socket", err)
}

// rawBound makes a blocking socket bound to path.
func rawBound(network, path string) (int, error) {
	fd, err := rawSocket(network)
	if err != nil {
		return -1, err
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	return fd, nil
}

func rawListen(network, path string) (int, error) {
	fd, err := rawBound(network, path)
	if err != nil {
		return -1, err
	}
	if err := unix.Listen(fd, unix.SOMAXCONN); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("listen", err)
	}
	return fd, nil
}

func rawDial(network, path string) (int, error) {
	fd, err := rawSocket(network)
	if err != nil {
		return -1, err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("connect", err)
	}
	return fd, nil
}

// rawPair makes a blocking SEQPACKET socketpair.
func rawPair() (a, b int, err error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	return p[0], p[1], os.NewSyscallError("socketpair", err)
}

// rawHandover is tech.handover for contestants that cannot make pairs themselves.
func rawHandover(adopt func(fd int) (end, error)) (end, *os.File, error) {
	a, b, err := rawPair()
	if err != nil {
		return nil, nil, err
	}
	e, err := adopt(a)
	if err != nil {
		unix.Close(b)
		return nil, nil, err
	}
	return e, os.NewFile(uintptr(b), "peer"), nil
}
