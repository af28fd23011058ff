//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"example.com/uds"
)

// Waits until the process at the other end has ended, without a thread of its
// own. The pidfd is watched by way of an epoll descriptor, since setting
// O_NONBLOCK on it changes waitid(2) for everybody who shares it, as the sender
// of one that came in OOB.Files does.
func ExampleSeqConn_PeerPidFD() {
	a, b, err := uds.SeqPair() // Both ends are this process's, which does not end.
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	defer b.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	pidfd, err := a.PeerPidFD()
	if errors.Is(err, errors.ErrUnsupported) {
		fmt.Println(context.DeadlineExceeded)
		return
	}
	defer pidfd.Close()
	fmt.Println(waitForExit(ctx, pidfd))
	// Output: context deadline exceeded
}

// waitForExit waits until the process of pidfd has ended, or ctx has.
func waitForExit(ctx context.Context, pidfd *os.File) error {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("epoll_create1", err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil { // What os.NewFile wants of a file that can wait.
		syscall.Close(fd)
		return os.NewSyscallError("fcntl", err)
	}
	epoll := os.NewFile(uintptr(fd), "epoll")
	defer epoll.Close()
	if err := watch(epoll, pidfd); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { epoll.SetReadDeadline(time.Unix(1, 0)) })()
	rc, err := epoll.SyscallConn()
	if err != nil {
		return err
	}
	err = rc.Read(func(fd uintptr) bool {
		n, err := syscall.EpollWait(int(fd), make([]syscall.EpollEvent, 1), 0)
		return n == 1 && err == nil
	})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// watch makes epoll readable when the process of pidfd has ended.
func watch(epoll, pidfd *os.File) error {
	e := syscall.EpollEvent{Events: syscall.EPOLLIN}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(int(epoll.Fd()), syscall.EPOLL_CTL_ADD, int(pidfd.Fd()), &e))
}
