//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) {
	testutil.RegisterChild("service", service)
	testutil.Main(m)
}

// systemd-notify waits at its barrier until the manager has answered.
func TestSystemdNotify(t *testing.T) {
	program := testutil.RequireProgram(t, "systemd-notify", "systemd")
	cmd := exec.Command(program, "--ready", "--status=at work", "--pid=4711", "X_OWN=a b")
	var out bytes.Buffer
	if err := run(t.Context(), cmd, &out); err != nil {
		t.Fatal(err)
	}
	// Root sends in the name of the process that --pid tells, others in their own.
	got := out.String()
	for _, want := range []string{fmt.Sprintf("uid=%d files=0", os.Getuid()), `READY="1"`, `STATUS="at work"`, `MAINPID="4711"`, `X_OWN="a b"`} {
		if !bytes.Contains(out.Bytes(), []byte(want)) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

// service is a program that uses a Notifier.
func service() {
	if err := notify(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func notify() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	n, err := NewNotifier(ctx)
	if err != nil {
		return err
	}
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return err
	}
	return errors.Join(n.Ready("warm"), n.Store("passwd", f, os.Stdin), n.Barrier(ctx), n.Notify("STOPPING=1"), f.Close(), n.Close())
}

// manager is a Manager that is closed when t ends.
func manager(t *testing.T) *Manager {
	t.Helper()
	m, err := NewManager(t.Context(), testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	if err := m.c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNotifier(t *testing.T) {
	m := manager(t)
	cmd := testutil.Child(t, "service", "NOTIFY_SOCKET="+m.Address())
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`files=0 [READY="1" STATUS="warm"]`,
		`files=2 [FDNAME="passwd" FDSTORE="1"]`,
		`files=0 [STOPPING="1"]`,
	} {
		n, err := m.Receive()
		if err != nil {
			t.Fatal(err)
		}
		want = fmt.Sprintf("pid=%d uid=%d %s", cmd.Process.Pid, os.Getuid(), want)
		if got := n.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if len(n.Files) > 0 {
			wantSame(t, n.Files[0], "/etc/passwd")
		}
		for _, f := range n.Files {
			f.Close()
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// wantSame fails t unless f is the file at path, and can be read.
func wantSame(t *testing.T, f *os.File, path string) {
	t.Helper()
	got, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %d bytes of the stored file, want the %d of %s", len(got), len(want), path)
	}
}

func TestNotifierWithoutManager(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if _, err := NewNotifier(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want os.ErrNotExist", err)
	}
}

// A manager that does not answer makes a barrier wait until its context ends.
func TestBarrierEndsWithItsContext(t *testing.T) {
	m, err := NewManager(t.Context(), testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	t.Setenv("NOTIFY_SOCKET", m.Address())
	n, err := NewNotifier(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := n.Barrier(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}
