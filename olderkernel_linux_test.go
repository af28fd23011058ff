package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterSilent("olderKernel", olderKernelChild) }

// A kernel older than a feature (PassPidFD and PeerPidFD before 6.5, RefuseFiles
// before 6.16) is errors.ErrUnsupported wherever it is asked for, leaves neither
// a descriptor nor a socket file, and has the rest. A filter of system calls
// stands for it.
func TestOlderKernelIsUnsupported(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "olderKernel", "UDS_PATH="+testutil.SocketPath(t)))
}

func olderKernelChild() error {
	l, err := uds.ListenSeq("")
	if err == nil {
		err = systest.RefuseOptions(unix.SO_PASSPIDFD - 1)
	}
	if err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	err = errors.Join(olderKernelRest(), olderKernelPeer())
	before := countFDs()
	for name, o := range map[string]uds.Options{"SO_PASSPIDFD to 1, the kernel has no such option here": {PassPidFD: true}, "SO_PASSRIGHTS to 0, the kernel has no such option here": {RefuseFiles: true}} {
		err = errors.Join(err, olderKernelOption(l.Addr().String(), name, o))
	}
	if got := countFDs(); got != before {
		err = errors.Join(err, fmt.Errorf("got %d descriptors, want %d", got, before))
	}
	return err
}

// olderKernelOption asks for o, which the kernel lacks, of everything that can. The
// errors say name.
func olderKernelOption(address, name string, o uds.Options) error {
	path, ctx := os.Getenv("UDS_PATH"), context.Background()
	lc := uds.ListenConfig{Options: o}
	_, listen := lc.ListenSeq(ctx, path)
	_, stream := lc.Listen(ctx, "unix", path)
	_, packet := lc.ListenDgram(ctx, path)
	_, dial := (&uds.Dialer{Options: o}).DialSeq(ctx, address)
	a, b, err := uds.DgramPair()
	if err != nil {
		return err
	}
	set := a.SetOptions(o)
	err = errors.Join(a.Close(), b.Close())
	for call, got := range map[string]error{"listen": listen, "listen to streams": stream, "listen to datagrams": packet, "dial": dial, "set": set} {
		var op *net.OpError
		if !errors.Is(got, errors.ErrUnsupported) || !errors.As(got, &op) || !strings.Contains(got.Error(), name) {
			err = errors.Join(err, fmt.Errorf("%s with %+v: got %v, want %v that names %s", call, o, got, errors.ErrUnsupported, name))
		}
	}
	if _, e := os.Lstat(path); !errors.Is(e, os.ErrNotExist) {
		err = errors.Join(err, fmt.Errorf("%+v: got %v for the socket file, want none", o, e))
	}
	return err
}

// olderKernelPeer asks for the peer's pidfd, and for what the kernel knows.
func olderKernelPeer() error {
	a, b, err := uds.SeqPair()
	if err != nil {
		return err
	}
	defer b.Close()
	defer a.Close()
	if f, err := a.PeerPidFD(); f != nil || !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("PeerPidFD: got %v, %v, want %v", f, err, errors.ErrUnsupported)
	}
	if p, err := a.Peer(); err != nil || p.Cred.PID != os.Getpid() {
		return fmt.Errorf("got %+v, %v, want this process %d", p, err, os.Getpid())
	}
	return nil
}

// olderKernelRest moves an empty message, a descriptor and credentials, and meets
// the end.
func olderKernelRest() error {
	a, b, err := uds.SeqPair()
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}); err != nil {
		return err
	}
	err = errors.Join(a.Send(nil), a.SendFiles(nil, os.Stdin), a.Close())
	oob := uds.OOB{MaxFiles: 1}
	defer oob.Close()
	empty := b.RecvMsg(&uds.Message{OOB: &oob}, 0)
	if empty != nil || oob.Cred == nil || oob.Time.IsZero() || oob.PidFD != nil {
		err = errors.Join(err, fmt.Errorf("the empty message: got %+v, %v, want credentials and a time", oob, empty))
	}
	file := b.RecvMsg(&uds.Message{OOB: &oob}, 0)
	if file != nil || len(oob.Files) != 1 {
		err = errors.Join(err, fmt.Errorf("the descriptor: got %+v, %v", oob, file))
	}
	_, end := b.Recv(make([]byte, 1))
	if end != io.EOF {
		err = errors.Join(err, fmt.Errorf("the end: got %v", end))
	}
	return err
}
