package uds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("sockfile-killed", killedChild) }

// killedChild listens, closes, and says that it got so far.
func killedChild() {
	runtime.LockOSThread() // strace counts the calls of each thread
	existing, _ := strconv.Atoi(os.Getenv("EXISTING"))
	lc := &uds.ListenConfig{Mode: 0o660, Existing: uds.ExistingPolicy(existing)}
	if os.Geteuid() == 0 {
		id := testutil.Nobody
		lc.GID = &id
	}
	l, err := lc.ListenSeq(context.Background(), os.Getenv("SOCKET"))
	if err == nil {
		l.Close()
	}
	fmt.Println("done")
}

// killed is a case of a process that is killed while it listens.
type killed struct {
	existing uds.ExistingPolicy
	there    string // what is at the path: "", "stale", "live" or "file"
}

// listenCalls are the system calls that a listen and a Close may make, by all
// their names on the machines that Go runs on.
var listenCalls = []string{
	"socket", "setsockopt", "openat", "flock", "fchmod", "bind", "connect", "ioctl", "newfstatat", "fstatat64", "fstat", "fstat64",
	"fchownat", "fchmodat", "listen", "renameat2", "unlinkat", "close",
}

// changes are those of them that change something.
var changes = []string{"bind", "fchownat", "fchmodat", "listen", "renameat2", "unlinkat"}

// runKilled kills a process at the nth of every system call, for every n that
// it reaches.
func runKilled(t *testing.T, k killed, calls []string) {
	strace := testutil.RequireProgram(t, "strace", "strace")
	if out, err := exec.Command(strace, "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v, %s", err, out)
	}
	for _, call := range calls {
		for n := 1; !k.kill(t, strace, call, n); n++ {
			if t.Failed() {
				t.Fatalf("killed at %s number %d", call, n)
			}
		}
	}
}

// kill kills a process at the nth of one system call, unless it is done before.
func (k killed) kill(t *testing.T, strace, call string, n int) (done bool) {
	t.Helper()
	dir := testutil.ShortDir(t)
	path := filepath.Join(dir, "s")
	fd := k.prepare(t, path)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := testutil.Child(t, "sockfile-killed", "SOCKET="+path, "EXISTING="+strconv.Itoa(int(k.existing)))
	cmd.Path = strace
	cmd.Args = []string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=?" + call, "-e", fmt.Sprintf("inject=?%s:signal=KILL:when=%d", call, n), exe}
	out, err := cmd.CombinedOutput()
	if done = string(out) == "done\n"; !done && (len(out) > 0 || err == nil) {
		t.Errorf("child: got %v, %q, want a kill or done", err, out)
	}
	k.verify(t, path)
	if fd >= 0 {
		unix.Close(fd)
	}
	k.verifySwept(t, path)
	return done
}

// prepare puts what is there to its place, and a file beside it.
func (k killed) prepare(t *testing.T, path string) (fd int) {
	t.Helper()
	if err := os.WriteFile(filepath.Dir(path)+"/beside", []byte("beside"), 0o600); err != nil {
		t.Fatal(err)
	}
	switch k.there {
	case "stale":
		stale(t, unix.SOCK_SEQPACKET, path)
	case "live":
		return bareSocket(t, unix.SOCK_STREAM, path)
	case "file":
		if err := os.WriteFile(path, []byte("file"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return -1
}

// verify starts again after the kill.
func (k killed) verify(t *testing.T, path string) {
	t.Helper()
	next := k.existing
	if next == uds.ExistingFail { // which leaves a dead socket in its way, as it must
		next = uds.ExistingRemoveStale
	}
	l, err := (&uds.ListenConfig{Existing: next}).ListenSeq(context.Background(), path)
	if k.there == "file" || k.there == "live" && next == uds.ExistingRemoveStale {
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("next start: got %v, want EADDRINUSE", err)
		}
		return
	}
	if err != nil {
		t.Errorf("next start: %v", err)
		return
	}
	exchangeOver(t, l, path)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// verifySwept fails if something foreign is gone, or something of the killed
// process is left after a start for which everything is dead.
func (k killed) verifySwept(t *testing.T, path string) {
	t.Helper()
	want := "[beside]"
	if l, err := (&uds.ListenConfig{Existing: uds.ExistingReplace}).ListenSeq(context.Background(), path); err == nil {
		l.Close()
	} else if k.there == "file" {
		want = "[beside s]"
	} else {
		t.Errorf("last start: %v", err)
	}
	var names []string
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := fmt.Sprint(names); got != want {
		t.Errorf("directory: got %v, want %v", got, want)
	}
	for _, name := range names {
		file := filepath.Join(filepath.Dir(path), name)
		want := strings.Replace(name, "s", "file", 1)
		if name == "beside" {
			want = name
		}
		if b, err := os.ReadFile(file); err != nil || string(b) != want {
			t.Errorf("%s: got %q, %v, want %q", name, b, err, want)
		}
	}
}

func TestSockfileKilledAtAnyChange(t *testing.T) {
	runKilled(t, killed{uds.ExistingRemoveStale, "stale"}, changes)
	runKilled(t, killed{uds.ExistingReplace, "live"}, changes)
}

func TestSockfileKilledAtAnyCallSoak(t *testing.T) {
	testutil.Soak(t)
	for _, k := range []killed{
		{uds.ExistingFail, ""},
		{uds.ExistingRemoveStale, ""}, {uds.ExistingRemoveStale, "stale"}, {uds.ExistingRemoveStale, "live"}, {uds.ExistingRemoveStale, "file"},
		{uds.ExistingReplace, ""}, {uds.ExistingReplace, "stale"}, {uds.ExistingReplace, "live"}, {uds.ExistingReplace, "file"},
	} {
		t.Run(fmt.Sprintf("policy %d over %q", k.existing, k.there), func(t *testing.T) { runKilled(t, k, listenCalls) })
	}
}
