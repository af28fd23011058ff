package sys_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func init() {
	testutil.RegisterSilent("interrupted-bind", interrupting(unix.SYS_BIND, interruptedBind))
	testutil.RegisterSilent("interrupted-connect", interrupting(unix.SYS_CONNECT, interruptedConnect))
	testutil.RegisterSilent("interrupted-disconnect", interrupting(unix.SYS_CONNECT, interruptedDisconnect))
	testutil.RegisterSilent("interrupted-recvmsg", interrupting(unix.SYS_RECVMSG, interruptedPending))
	testutil.RegisterSilent("interrupted-poll", interrupting(sys.PollCall, interruptedReadiness))
	testutil.RegisterSilent("interrupted-poll-readable", interrupting(sys.PollCall, interruptedReadable))
	testutil.RegisterSilent("refused-poll", refusedPoll)
}

// A signal ends a bind or connect of AF_UNIX that waits for a mutex of the
// kernel (unix_autobind and unix_bind_bsd in net/unix/af_unix.c), or for the
// file system that a path is on, with EINTR: nothing has happened then, and the
// call is made again, and so are the peek of Pending and the look of Readiness. A supervisor by
// seccomp_unotify(2) stands for the signals.
func TestInterruptedCallsAreMadeAgain(t *testing.T) {
	for _, call := range []string{"bind", "connect", "disconnect", "recvmsg", "poll", "poll-readable"} {
		t.Run(call, func(t *testing.T) {
			testutil.RunSilent(t, testutil.Child(t, "interrupted-"+call))
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

func interruptedReadiness() error {
	fds, e := sys.Pair(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)
	if e != 0 {
		return e
	}
	if sys.Readiness(fds[0]) {
		return errors.New("got an empty queue that is readable")
	}
	return nil
}

func interruptedReadable() error {
	fds, e := sys.Pair(unix.AF_UNIX, unix.SOCK_SEQPACKET, 0)
	if e == 0 {
		_, e = sys.Send(fds[1], []byte("x"), 0)
	}
	if e != 0 {
		return e
	}
	if !sys.Readiness(fds[0]) {
		return errors.New("got a queue with a message that is not readable")
	}
	return nil
}

// A socket counts as readable where poll(2) fails, as under a filter of system
// calls: the receive itself tells what it is.
func TestReadinessWhereThereIsNone(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "refused-poll"))
}

func refusedPoll() error {
	if err := systest.RefuseCalls(sys.PollCall, unix.EPERM); err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	if !sys.Readiness(interruptedSocket()) {
		return errors.New("got a socket that is not readable")
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

// interrupting runs f on a thread whose system calls of a number fail with EINTR
// three times.
func interrupting(call uint32, f func() error) func() error {
	return func() error {
		runtime.LockOSThread()
		systest.Interrupt(call, 3, func(reason string) {
			fmt.Print("skip: ", reason)
			os.Exit(0)
		})
		return f()
	}
}
