//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("sends-and-ends", sendsAndEnds) }

// sendsAndEnds sends messages and ends with them in the queue.
func sendsAndEnds() {
	c, err := uds.DialSeq(os.Getenv("PEER_ADDRESS"))
	for range 3 {
		if err == nil {
			err = c.SendFiles([]byte("last words"), os.Stdin)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// fromTheDead returns a connection to a process that sent three messages and is
// gone, and its number.
func fromTheDead(t *testing.T, o uds.Options) (c *uds.SeqConn, pid int) {
	t.Helper()
	lc := uds.ListenConfig{Options: o}
	l, err := lc.ListenSeq(t.Context(), abstractName())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs a newer kernel: %v", err)
	}
	must(t, err)
	closeLater(t, l)
	cmd := testutil.Child(t, "sends-and-ends", "PEER_ADDRESS="+l.Addr().String())
	cmd.Stderr = os.Stderr
	must(t, cmd.Run())
	c, err = l.AcceptSeq()
	must(t, err)
	closeLater(t, c)
	guarded(t, c)
	return c, cmd.Process.Pid
}

// A message whose sender was gone before it was received is whole: credentials
// and files are there, and the pidfd is that of the ended process, or none where
// the kernel has none for such (before Linux 6.16).
func TestPidFDOfAGoneSender(t *testing.T) {
	c, pid := fromTheDead(t, uds.Options{PassCredentials: true, PassPidFD: true})
	before := testutil.FDCount(t)
	m := uds.Message{Buffers: buffers(20), OOB: &uds.OOB{MaxFiles: 1}}
	must(t, c.RecvMsg(&m, 0))
	if o := m.OOB; payload(&m) != "last words" || len(o.Files) != 1 || o.Cred == nil || o.Cred.PID != pid || o.Cred.UID != os.Getuid() {
		t.Errorf("RecvMsg: got %q with %+v, want a file and the credentials of %d", payload(&m), o, pid)
	}
	ended(t, m.OOB.PidFD)
	must(t, m.OOB.Close())
	_, files, err := c.RecvFiles(make([]byte, 20), 1)
	if len(files) != 1 || err != nil {
		t.Fatalf("RecvFiles: got %d files, %v, want 1, nil", len(files), err)
	}
	must(t, files[0].Close())
	ms := batchOf(2, 1)
	n, err := c.RecvBatch(ms)
	if got := summary(ms[:n]); got != `"last words"+1` || err != nil {
		t.Errorf("RecvBatch: got %s, %v, want a message with a file", got, err)
	}
	ended(t, ms[0].OOB.PidFD)
	must(t, ms[0].OOB.Close())
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d", got, before)
	}
}

// ended fails t unless f is nil or a pidfd of a process that has ended, which
// shows as input: pidfd_open(2).
func ended(t *testing.T, f *os.File) {
	t.Helper()
	if f == nil {
		t.Log("this kernel has no pidfd of a process that is gone")
		return
	}
	sameFile(t, f, f)
	rc, err := f.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		if n, err := unix.Poll(fds, 0); n != 1 || fds[0].Revents&unix.POLLIN == 0 || err != nil {
			t.Errorf("poll: got %d, %#x, %v, want input", n, fds[0].Revents, err)
		}
		switch err := unix.PidfdSendSignal(int(fd), 0, nil, 0); err {
		case syscall.ESRCH:
		case syscall.ENOSYS, syscall.EPERM:
			t.Logf("a sandbox refuses signals by pidfd: %v", err)
		default:
			t.Errorf("signal: got %v, want ESRCH", err)
		}
	}))
}

func TestPeerPidFDOfAGonePeer(t *testing.T) {
	c, pid := fromTheDead(t, uds.Options{})
	before := testutil.FDCount(t)
	p, err := c.Peer()
	must(t, err)
	if p.Cred.PID != pid || p.Cred.UID != os.Getuid() {
		t.Errorf("Peer: got %+v, want process %d", p, pid)
	}
	f, err := c.PeerPidFD()
	switch {
	case err == nil:
		ended(t, f)
		must(t, f.Close())
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.ESRCH), errors.Is(err, syscall.EINVAL):
		t.Logf("on this kernel: %v", err)
	default:
		t.Errorf("PeerPidFD: got %v, want a pidfd, ErrUnsupported, ESRCH or EINVAL", err)
	}
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d", got, before)
	}
}
