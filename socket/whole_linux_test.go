package socket_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() {
	testutil.RegisterSilent("whole-small", func() error { return slowWhole(unix.SYS_RECVFROM, 1) })
	testutil.RegisterSilent("whole-large", func() error { return slowWhole(unix.SYS_RECVMSG, 8<<10) })
}

// The kernel may take long to drop the descriptors of a message: a RecvWhole of a
// socket that they may reach lets the other goroutines run meanwhile. A supervisor
// by seccomp_unotify(2), which is one of them, stands for the kernel.
func TestRecvWholeLetsOtherGoroutinesRun(t *testing.T) {
	for _, name := range []string{"whole-small", "whole-large"} {
		t.Run(name, func(t *testing.T) {
			child := testutil.Child(t, name, "GOMAXPROCS=1")
			stop := time.AfterFunc(safetyNet, func() { child.Process.Kill() })
			defer stop.Stop()
			testutil.RunSilent(t, child)
		})
	}
}

// slowWhole makes a RecvWhole after one of so many bytes, with a goroutine that the
// receive's system call waits for.
func slowWhole(call uint32, bytes int) error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	for range 2 {
		if _, err := b.Send(make([]byte, bytes), 0); err != nil {
			return err
		}
	}
	return inTurn(a, func(turn *socket.Turn) error {
		var rest socket.Rest
		p := make([]byte, bytes)
		if _, _, err := turn.RecvWhole(p, &rest); err != nil {
			return err
		}
		runtime.LockOSThread()
		systest.Interrupt(call, 1, func(reason string) {
			fmt.Print("skip: ", reason)
			os.Exit(0)
		})
		if n, _, err := turn.RecvWhole(p, &rest); n != bytes || err != nil {
			return fmt.Errorf("got %d bytes, %w, want %d", n, err, bytes)
		}
		return nil
	})
}
