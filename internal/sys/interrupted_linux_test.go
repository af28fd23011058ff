package sys_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func init() {
	testutil.RegisterChild("interrupted-bind", func() { interruptedChild(unix.SYS_BIND, interruptedBind) })
	testutil.RegisterChild("interrupted-connect", func() { interruptedChild(unix.SYS_CONNECT, interruptedConnect) })
	testutil.RegisterChild("interrupted-disconnect", func() { interruptedChild(unix.SYS_CONNECT, interruptedDisconnect) })
	testutil.RegisterChild("interrupted-recvmsg", func() { interruptedChild(unix.SYS_RECVMSG, interruptedPending) })
}

// A signal ends a bind or connect of AF_UNIX that waits for a mutex of the
// kernel (unix_autobind and unix_bind_bsd in net/unix/af_unix.c), or for the
// file system that a path is on, with EINTR: nothing has happened then, and the
// call is made again, and so is the peek of Pending. A supervisor by
// seccomp_unotify(2) stands for the signals.
func TestInterruptedCallsAreMadeAgain(t *testing.T) {
	for _, call := range []string{"bind", "connect", "disconnect", "recvmsg"} {
		t.Run(call, func(t *testing.T) {
			out, err := testutil.Child(t, "interrupted-"+call).CombinedOutput()
			if reason, skip := strings.CutPrefix(string(out), "skip: "); skip && err == nil {
				t.Skip(reason)
			}
			if err != nil || len(out) > 0 {
				t.Errorf("got %v, %s", err, out)
			}
		})
	}
}

func interruptedBind() error {
	fd := interruptedSocket()
	sa, _ := sys.MakeSockaddr(unix.AF_UNIX, "")
	if e := sys.Bind(fd, &sa); e != 0 {
		return fmt.Errorf("bind: %w", e)
	}
	if sa, e := sys.Sockname(fd); e != 0 || len(sa.Data()) == 0 {
		return fmt.Errorf("got the name %q, %v, want one of the kernel's choice", sa.Data(), e)
	}
	return nil
}

func interruptedConnect() error {
	l, fd := interruptedSocket(), interruptedSocket()
	sa, _ := sys.MakeSockaddr(unix.AF_UNIX, "")
	if e := sys.Bind(l, &sa); e != 0 {
		return e
	}
	sa, e := sys.Sockname(l)
	if e == 0 {
		e = sys.Listen(l, 1)
	}
	if e != 0 {
		return e
	}
	if e := sys.Connect(fd, &sa); e != 0 {
		return fmt.Errorf("connect: %w", e)
	}
	_, e = sys.Peername(fd)
	if e != 0 {
		return fmt.Errorf("getpeername: %w", e)
	}
	return nil
}

func interruptedDisconnect() error {
	fds, e := sys.Pair(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if e == 0 {
		e = sys.Disconnect(fds[0])
	}
	if e != 0 {
		return fmt.Errorf("disconnect: %w", e)
	}
	if _, e := sys.Peername(fds[0]); e != unix.ENOTCONN {
		return fmt.Errorf("getpeername: got %w, want %v", e, unix.ENOTCONN)
	}
	return nil
}

func interruptedPending() error {
	fds, e := sys.Pair(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)
	if e != 0 {
		return e
	}
	if _, e := sys.Pending(fds[0]); e != unix.EAGAIN {
		return fmt.Errorf("peek into an empty queue: got %w, want %v", e, unix.EAGAIN)
	}
	return nil
}

func interruptedSocket() int {
	fd, e := sys.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)
	if e != 0 {
		panic(e)
	}
	return fd
}

// interruptedChild runs f on a thread whose system calls of a number fail with
// EINTR three times. It prints what is wrong.
func interruptedChild(call uintptr, f func() error) {
	runtime.LockOSThread()
	listener, err := supervise(call)
	if err != nil {
		fmt.Printf("skip: no supervisor: %v", err)
		return
	}
	go interrupt(listener, 3)
	if err := f(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// supervise gives this thread a filter that asks a supervisor about every call
// of the number, and returns the supervisor's descriptor.
func supervise(call uintptr) (listener int, err error) {
	const loadWord, jumpIfEqual, ret = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K
	filter := []unix.SockFilter{
		{Code: loadWord}, // the number is the first field of struct seccomp_data
		{Code: jumpIfEqual, K: uint32(call), Jf: 1},
		{Code: ret, K: unix.SECCOMP_RET_USER_NOTIF},
		{Code: ret, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return -1, err
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	fd, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&prog)))
	if e != 0 {
		return -1, e
	}
	return int(fd), nil
}

// notification is struct seccomp_notif, and answer struct seccomp_notif_resp.
type notification struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type answer struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// interrupt answers the first n calls with EINTR and lets the others go on.
func interrupt(listener, n int) {
	for {
		var asked notification
		switch _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&asked))); e {
		case 0:
		case unix.EINTR, unix.ENOENT: // the call was interrupted in truth
			continue
		default:
			fmt.Printf("skip: no notification of a call: %v", e)
			os.Exit(0)
		}
		reply := answer{id: asked.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if n > 0 {
			reply.errno, reply.flags = -int32(unix.EINTR), 0
		}
		switch _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&reply))); e {
		case 0:
			n--
		case unix.EINVAL: // CONTINUE came in Linux 5.5
			fmt.Print("skip: needs Linux 5.5 to let a call go on")
			os.Exit(0)
		}
	}
}
