package uds_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterSilent("refused", refusedChild) }

// Where a filter of system calls refuses ioctl(2), which package net does not
// need, a Read finds empty messages, what is queued behind them, and the end.
func TestReadEndsWhereIoctlIsRefused(t *testing.T) {
	testutil.RunSilent(t, testutil.Child(t, "refused"))
}

func refusedChild() error {
	if err := systest.RefuseCalls(unix.SYS_IOCTL, syscall.EPERM); err != nil {
		return testutil.Skipf("no filter of system calls: %v", err)
	}
	hangUp := func(a, _ *uds.SeqConn) error { return a.Close() }
	shut := func(_, b *uds.SeqConn) error { return b.CloseRead() }
	return errors.Join(
		refusedRead(hangUp),
		refusedRead(hangUp, ""),
		refusedRead(hangUp, "one"),
		refusedRead(hangUp, "", "", "two", "", ""),
		refusedRead(shut),
		refusedRead(shut, "", "three", ""),
		refusedReset(),
	)
}

// refusedRead sends the messages, ends the connection from a to b, and reads all
// of it.
func refusedRead(end func(a, b *uds.SeqConn) error, messages ...string) error {
	a, b, err := uds.SeqPair()
	if err != nil {
		return err
	}
	defer a.Close()
	defer b.Close()
	for _, m := range messages {
		err = errors.Join(err, a.Send([]byte(m)))
	}
	if err = errors.Join(err, end(a, b)); err != nil {
		return err
	}
	if got, err := io.ReadAll(b); err != nil || string(got) != strings.Join(messages, "") {
		return fmt.Errorf("Read of %q: got %q, %v", messages, got, err)
	}
	return nil
}

// refusedReset reads what a peer sent that did not read all: first that, then the
// reset, then the end.
func refusedReset() error {
	a, b, err := uds.SeqPair()
	if err != nil {
		return err
	}
	defer b.Close()
	if err := errors.Join(b.Send([]byte("unread")), a.Send(nil), a.Send([]byte("reply")), a.Close()); err != nil {
		return err
	}
	p := make([]byte, 16)
	n, err := b.Read(p)
	_, reset := b.Read(p)
	_, end := b.Read(p)
	if string(p[:n]) != "reply" || err != nil || !errors.Is(reset, syscall.ECONNRESET) || end != io.EOF {
		return fmt.Errorf("Read: got %q, %v; %v; %v, want the reply, ECONNRESET and EOF", p[:n], err, reset, end)
	}
	return nil
}
