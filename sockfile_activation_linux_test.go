package uds_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("activation", activationChild) }

// activationChild calls ActivatedFiles three times, the last time with a clean
// environment, and prints what it got. PID and PIDFD in the environment's values
// stand for this process's own numbers.
func activationChild() {
	inode, e := sys.PidfdInode()
	for _, name := range []string{"LISTEN_PID", "LISTEN_PIDFDID"} {
		v, ok := os.LookupEnv(name)
		if !ok {
			continue
		}
		v = strings.ReplaceAll(v, "PIDFD", strconv.FormatUint(inode, 10))
		os.Setenv(name, strings.ReplaceAll(v, "PID", strconv.Itoa(os.Getpid())))
	}
	fmt.Println("pidfs", e == 0)
	for _, unset := range []bool{false, true, false} {
		files, err := uds.ActivatedFiles(unset)
		fmt.Printf("err %v\n", err)
		for _, f := range files {
			flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
			fmt.Printf("fd %d name %q cloexec %v %v\n", f.Fd(), f.Name(), flags&unix.FD_CLOEXEC != 0, err)
		}
	}
	for _, name := range []string{"LISTEN_PID", "LISTEN_PIDFDID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		if v, ok := os.LookupEnv(name); ok {
			fmt.Printf("left %s=%s\n", name, v)
		}
	}
}

// runActivation runs activationChild with count descriptors.
func runActivation(t *testing.T, count int, env ...string) string {
	t.Helper()
	cmd := testutil.Child(t, "activation", env...)
	for range count {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		defer w.Close()
		cmd.ExtraFiles = append(cmd.ExtraFiles, r)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
	first, rest, _ := strings.Cut(string(out), "\n")
	if first != "pidfs true" && strings.Contains(strings.Join(env, " "), "LISTEN_PIDFDID=") {
		t.Skip("needs a kernel with pidfs: before Linux 6.9 a pidfd has no inode of its own")
	}
	return rest
}

func TestActivatedFiles(t *testing.T) {
	testutil.CheckLeaks(t)
	const none = "err <nil>\nerr <nil>\nerr <nil>\n"
	failed := func(format string, args ...any) string {
		s := "err " + fmt.Sprintf(format, args...) + "\n"
		return s + s + "err <nil>\n" // the second call cleared the environment
	}
	two := func(a, b string) string {
		return fmt.Sprintf("err <nil>\nfd 3 name %q cloexec true <nil>\nfd 4 name %q cloexec true <nil>\nerr <nil>\nerr <nil>\n", a, b)
	}
	for _, c := range []struct {
		name string
		env  string
		want string
	}{
		{"no environment", "", none},
		{"no pid", "LISTEN_FDS=2", none},
		{"no count", "LISTEN_PID=PID", none},
		{"another process", "LISTEN_PID=1 LISTEN_FDS=2", none},
		{"no names", "LISTEN_PID=PID LISTEN_FDS=2", two("unknown", "unknown")},
		{"names", "LISTEN_PID=PID LISTEN_FDS=2 LISTEN_FDNAMES=web:log", two("web", "log")},
		{"an empty name", "LISTEN_PID=PID LISTEN_FDS=2 LISTEN_FDNAMES=:log", two("", "log")},
		{"pidfd", "LISTEN_PID=PID LISTEN_PIDFDID=PIDFD LISTEN_FDS=2", two("unknown", "unknown")},
		{"another pidfd", "LISTEN_PID=PID LISTEN_PIDFDID=1 LISTEN_FDS=2", none},
		{"zero", "LISTEN_PID=PID LISTEN_FDS=0", none},
		{"bad pid", "LISTEN_PID=x LISTEN_FDS=2", failed("LISTEN_PID=%q, want a process number: invalid argument", "x")},
		{"negative pid", "LISTEN_PID=-1 LISTEN_FDS=2", failed("LISTEN_PID=%q, want a process number: invalid argument", "-1")},
		{"bad pidfd", "LISTEN_PID=PID LISTEN_PIDFDID=x LISTEN_FDS=2", failed("LISTEN_PIDFDID=%q, want an inode number: invalid argument", "x")},
		{"bad count", "LISTEN_PID=PID LISTEN_FDS=two", failed("LISTEN_FDS=%q, want a count of descriptors: invalid argument", "two")},
		{"negative count", "LISTEN_PID=PID LISTEN_FDS=-1", failed("LISTEN_FDS=%q, want a count of descriptors: invalid argument", "-1")},
		{"huge count", "LISTEN_PID=PID LISTEN_FDS=2147483645", failed("LISTEN_FDS=%q, want a count of descriptors: invalid argument", "2147483645")},
		{"too large a count", "LISTEN_PID=PID LISTEN_FDS=2000000000", failed("LISTEN_FDS=2000000000, and descriptor 5 was not passed: bad file descriptor")},
		{"too few names", "LISTEN_PID=PID LISTEN_FDS=2 LISTEN_FDNAMES=web", failed("LISTEN_FDNAMES=%q, want 2 names, as LISTEN_FDS says: invalid argument", "web")},
		{"too many names", "LISTEN_PID=PID LISTEN_FDS=2 LISTEN_FDNAMES=a:b:c", failed("LISTEN_FDNAMES=%q, want 2 names, as LISTEN_FDS says: invalid argument", "a:b:c")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := runActivation(t, 2, strings.Fields(c.env)...); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// A constructor duplicates what was passed: the passed file can be closed.
func TestActivatedSocketsAreChecked(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	l, err := (&uds.ListenConfig{KeepFile: true}).ListenSeq(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := uds.FileSeqConn(f); err == nil {
		t.Error("FileSeqConn of a listener: got no error")
	}
	adopted, err := uds.FileSeqListener(f)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	exchangeOver(t, adopted, path)
	adopted.SetUnlinkOnClose(true)
	if err := adopted.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("after the adopted listener's Close: got %v, want the file", err)
	}
	if _, err := uds.FileSeqListener(os.Stdin); err == nil {
		t.Error("FileSeqListener of standard input: got no error")
	}
}
