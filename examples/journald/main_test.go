//go:build linux

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// TestJournald sends to a systemd-journald of its own and reads the journal.
func TestJournald(t *testing.T) {
	testutil.RequireRoot(t) // journald writes below /run/log or /var/log
	daemon := startJournald(t)
	j, err := Dial(t.Context(), daemon.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()

	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	for name, value := range map[string][]byte{
		"SHORT": []byte("one line"),
		"LINES": []byte("two\nlines"),
		"LARGE": large,
	} {
		var e Entry
		for _, f := range []struct{ name, value string }{{"MESSAGE", "test"}, {"UDS_KIND", name}, {"UDS_VALUE", string(value)}} {
			if err := e.Add(f.name, []byte(f.value)); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Send(&e); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := daemon.synchronize(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := field(t, daemon.namespace, name); !bytes.Equal(got, value) {
			t.Errorf("%s: got %d bytes from the journal, want the %d sent", name, len(got), len(value))
		}
	}
}

// daemon is a journald with a namespace of its own.
type daemon struct {
	namespace, socket string
	control           net.Conn // a Varlink connection; journald does not end by itself, idle for 30 s, while there is one
}

// startJournald runs a journald until the test ends, and returns when it serves.
// Its socket says nothing about that: journald binds it first, and may then find
// that it cannot run here, without control groups for one.
func startJournald(t *testing.T) *daemon {
	t.Helper()
	journald := testutil.RequireProgram(t, journaldPath(), "systemd")
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil {
		t.Skipf("needs /etc/machine-id, by which journald names its directory: %v", err)
	}
	namespace := fmt.Sprintf("udstest%d", os.Getpid())
	dir := testutil.ShortDir(t)
	var said bytes.Buffer
	cmd := exec.Command(journald, namespace)
	cmd.Env = append(os.Environ(), "RUNTIME_DIRECTORY="+dir)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("journald said:\n%s", &said)
		}
		for _, base := range []string{"/run/log/journal", "/var/log/journal"} {
			os.RemoveAll(filepath.Join(base, strings.TrimSpace(string(id))+"."+namespace))
		}
	})
	d := &daemon{namespace: namespace, socket: filepath.Join(dir, "socket")}
	testutil.Eventually(t, 20*time.Second, func() bool {
		d.control, err = net.Dial("unix", filepath.Join(dir, "io.systemd.journal"))
		return err == nil || closed(ended)
	}, "journald listens")
	if err == nil {
		t.Cleanup(func() { d.control.Close() })
		err = d.synchronize()
	}
	if err != nil {
		testutil.Eventually(t, 20*time.Second, func() bool { return closed(ended) }, "journald ends, having hung up: %v", err)
		t.Skipf("needs a system on which journald runs; here it ended (%v) and said: %s", cmd.ProcessState, &said)
	}
	return d
}

// closed reports whether c is closed.
func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// synchronize waits until journald has written all that was sent to it before.
// Its error is that of the connection, which ends when journald does.
func (d *daemon) synchronize() error {
	d.control.SetDeadline(time.Now().Add(time.Minute)) // a safety net
	if _, err := io.WriteString(d.control, `{"method":"io.systemd.Journal.Synchronize"}`+"\x00"); err != nil {
		return err
	}
	answer, err := bufio.NewReader(d.control).ReadString(0)
	if err == nil && answer != `{"parameters":{}}`+"\x00" {
		err = fmt.Errorf("journald answered %q to Synchronize", answer)
	}
	return err
}

// journaldPath is where Debian has the program: in no PATH.
func journaldPath() string {
	for _, p := range []string{"/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return "systemd-journald"
}

// field is the field UDS_VALUE of the entry of a kind, none while it is missing.
func field(t *testing.T, namespace, kind string) []byte {
	t.Helper()
	journalctl := testutil.RequireProgram(t, "journalctl", "systemd")
	out, _ := exec.Command(journalctl, "--namespace="+namespace, "-o", "cat", "--all", "--output-fields=UDS_VALUE", "UDS_KIND="+kind).Output()
	return bytes.TrimSuffix(out, []byte("\n"))
}

// A large entry arrives as a file with seals, and no payload.
func TestLargeEntryIsAFile(t *testing.T) {
	c, err := uds.ListenDgram(testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	j, err := Dial(t.Context(), c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var e Entry
	if err := e.Add("MESSAGE", make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := j.Send(&e); err != nil {
		t.Fatal(err)
	}
	n, files, err := c.RecvFiles(make([]byte, 10), 1)
	if n != 0 || len(files) != 1 || err != nil {
		t.Fatalf("got %d bytes, %d files, %v, want none, 1 and no error", n, len(files), err)
	}
	defer files[0].Close()
	got, err := io.ReadAll(io.NewSectionReader(files[0], 0, 1<<30))
	if err != nil || !bytes.Equal(got, e.b) {
		t.Errorf("got %d bytes in the file, %v, want the %d of the entry", len(got), err, len(e.b))
	}
	if _, err := files[0].WriteAt([]byte("x"), 0); err == nil {
		t.Error("a write to the file: got no error, want one: it is sealed")
	}
	const all = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE // nobody changes its content, size or seals
	if got, err := unix.FcntlInt(files[0].Fd(), unix.F_GET_SEALS, 0); got != all || err != nil {
		t.Errorf("got seals %#x, %v, want %#x", got, err, all)
	}
}

func TestEntryFormat(t *testing.T) {
	var e Entry
	if err := e.Add("A_1", []byte("b=c")); err != nil {
		t.Fatal(err)
	}
	if err := e.Add("B", []byte("x\ny")); err != nil {
		t.Fatal(err)
	}
	if got, want := string(e.b), "A_1=b=c\nB\n\x03\x00\x00\x00\x00\x00\x00\x00x\ny\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, name := range []string{"", "a", "_A", "1A", "A-B", strings.Repeat("A", 65)} {
		if err := e.Add(name, nil); err == nil {
			t.Errorf("Add(%q): got no error, want one", name)
		}
	}
}
