package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() { testutil.RegisterSilent("refusedBatch", refusedBatchChild) }

// Where a filter of system calls refuses sendmmsg(2) and recvmmsg(2), as older
// sandboxes do, batches move the same messages one by one.
func TestBatchesWhereTheirCallsAreRefused(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "refusedBatch"))
}

func refusedBatchChild() error {
	for call, errno := range map[uint32]syscall.Errno{unix.SYS_SENDMMSG: syscall.EPERM, unix.SYS_RECVMMSG: syscall.ENOSYS} {
		if err := systest.RefuseCalls(call, errno); err != nil {
			return testutil.Skipf("no filter of system calls: %v", err)
		}
	}
	a, b, err := uds.SeqPair()
	c, d, derr := uds.DgramPair()
	if err := errors.Join(err, derr); err != nil {
		return err
	}
	return errors.Join(refusedBatch(a, b), refusedBatch(c, d), refusedCore())
}

// refusedBatch sends messages of 0 to 3 bytes, the second with a file, and receives
// them.
func refusedBatch(a, b msgConn) error {
	sent, got := make([]uds.Message, 4), make([]uds.Message, 6)
	for i := range sent {
		sent[i].Buffers = buffers(i)
	}
	sent[1].OOB = &uds.OOB{Files: []*os.File{os.Stdin}}
	for i := range got {
		got[i] = uds.Message{Buffers: buffers(3), OOB: &uds.OOB{MaxFiles: 1}}
	}
	if n, err := a.SendBatch(sent); n != len(sent) || err != nil {
		return fmt.Errorf("SendBatch of %T: got %d, %v, want %d", a, n, err, len(sent))
	}
	n, err := b.RecvBatch(got)
	if n != len(sent) || err != nil {
		return fmt.Errorf("RecvBatch of %T: got %d, %v, want %d", b, n, err, len(sent))
	}
	for i, want := range []int{0, 1, 0, 0} {
		files := len(got[i].OOB.Files)
		if err := got[i].OOB.Close(); got[i].N != i || files != want || err != nil {
			return fmt.Errorf("message %d of %T: got %d bytes and %d files, %v", i, b, got[i].N, files, err)
		}
	}
	return nil
}

// refusedCore is the same for package socket, whose batch ends where nothing is
// queued.
func refusedCore() error {
	a, b, err := socket.Pair(socket.AFUnix, socket.SockSeqpacket, 0)
	if err != nil {
		return err
	}
	ms := make([]socket.Msg, 3)
	for i := range ms {
		ms[i].Buffer = make([]byte, 2)
	}
	if n, err := a.SendBatch(ms[:2], 0); n != 2 || err != nil {
		return fmt.Errorf("SendBatch of package socket: got %d, %v, want 2", n, err)
	}
	if n, err := b.RecvBatch(ms, 0); n != 2 || ms[1].N != 2 || err != nil {
		return fmt.Errorf("RecvBatch of package socket: got %d, %v, want 2 of 2 bytes", n, err)
	}
	return errors.Join(a.Close(), b.Close())
}
