package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterChild("activation", main) }

func TestMain(m *testing.M) { testutil.Main(m) }

// activate starts this program under systemd-socket-activate.
func activate(t *testing.T, option, path string) *exec.Cmd {
	t.Helper()
	activator := testutil.RequireProgram(t, "systemd-socket-activate", "systemd")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := testutil.Child(t, "activation")
	cmd.Path = activator
	cmd.Args = []string{activator, option, "--fdname=echo", "-E", "UDS_TEST_CHILD=activation", "-E", "GORACE=atexit_sleep_ms=0", "-l", path, exe}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	testutil.Eventually(t, 10*time.Second, func() bool {
		_, err := os.Lstat(path)
		return err == nil
	}, "%s by systemd-socket-activate", path)
	return cmd
}

// stop ends the service, which became the activator's process.
func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("service: %v", err)
	}
}

// messages is what both kinds of connection have.
type messages interface {
	net.Conn
	Send([]byte) error
	Recv([]byte) (int, error)
}

// echo exchanges a message over c.
func echo(t *testing.T, c messages) {
	t.Helper()
	if err := c.Send([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 100)
	if n, err := c.Recv(p); err != nil || string(p[:n]) != "hello" {
		t.Fatalf("got %q, %v, want hello", p[:n], err)
	}
}

// serves has the service answer over c, ends it, and looks for the file, which is
// the activator's.
func serves(t *testing.T, cmd *exec.Cmd, c messages, path string) {
	t.Helper()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	echo(t, c)
	stop(t, cmd)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("after the service: got %v, want the activator's file", err)
	}
}

func TestActivatedListener(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	cmd := activate(t, "--seqpacket", path)
	var c *uds.SeqConn
	testutil.Eventually(t, time.Minute, func() (ok bool) { // between its bind and its listen
		var err error
		c, err = uds.DialSeq(path)
		return err == nil
	}, "dial")
	defer c.Close()
	serves(t, cmd, c, path)
}

func TestActivatedDatagrams(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	cmd := activate(t, "-d", path)
	c, err := new(uds.Dialer).DialDgram(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	serves(t, cmd, c, path)
}
