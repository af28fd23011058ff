package uds_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/sys"
	"example.com/uds/internal/sys/systest"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

func init() { testutil.RegisterChild("faults", faultsChild) }

// faultCall is a system call and the errors that it is given. After a transient
// one nothing may fail; the others are what the error says, if there is one.
type faultCall struct {
	name   string
	number uint32
	errnos []syscall.Errno
}

// faultCalls are the calls of which each fails, the first, the second and so on.
// The numbers of stat(2) have other names on other processors: hence this file's
// name. EINTR is transient everywhere here.
var faultCalls = []faultCall{
	{"socket", unix.SYS_SOCKET, []syscall.Errno{unix.EMFILE}},
	{"socketpair", unix.SYS_SOCKETPAIR, []syscall.Errno{unix.ENFILE}},
	{"bind", unix.SYS_BIND, []syscall.Errno{unix.EINTR, unix.EACCES}},
	{"listen", unix.SYS_LISTEN, []syscall.Errno{unix.EACCES}},
	{"accept4", unix.SYS_ACCEPT4, []syscall.Errno{unix.EINTR, unix.ECONNABORTED, unix.EMFILE}},
	{"connect", unix.SYS_CONNECT, []syscall.Errno{unix.EINTR, unix.EAGAIN, unix.ENOBUFS}},
	{"sendto", unix.SYS_SENDTO, []syscall.Errno{unix.EINTR, unix.ENOMEM}},
	{"sendmsg", unix.SYS_SENDMSG, []syscall.Errno{unix.EINTR, unix.ETOOMANYREFS}},
	{"recvfrom", unix.SYS_RECVFROM, []syscall.Errno{unix.EINTR, unix.ENOMEM}},
	{"recvmsg", unix.SYS_RECVMSG, []syscall.Errno{unix.EINTR, unix.ENOMEM}},
	{"getsockopt", unix.SYS_GETSOCKOPT, []syscall.Errno{unix.ENOBUFS}},
	{"setsockopt", unix.SYS_SETSOCKOPT, []syscall.Errno{unix.ENOBUFS}},
	{"getsockname", unix.SYS_GETSOCKNAME, []syscall.Errno{unix.ENOBUFS}},
	{"getpeername", unix.SYS_GETPEERNAME, []syscall.Errno{unix.ENOBUFS}},
	{"ioctl", unix.SYS_IOCTL, []syscall.Errno{unix.EMFILE}},
	{"poll", unix.SYS_POLL, []syscall.Errno{unix.EINTR}},
	{"openat", unix.SYS_OPENAT, []syscall.Errno{unix.EINTR, unix.EMFILE}},
	{"fstatat", unix.SYS_NEWFSTATAT, []syscall.Errno{unix.EINTR, unix.EIO}},
	{"fstat", unix.SYS_FSTAT, []syscall.Errno{unix.EINTR, unix.EIO}},
	{"unlinkat", unix.SYS_UNLINKAT, []syscall.Errno{unix.EINTR, unix.EIO}},
	{"renameat2", unix.SYS_RENAMEAT2, []syscall.Errno{unix.EINTR, unix.EINVAL}},
	{"flock", unix.SYS_FLOCK, []syscall.Errno{unix.EINTR, unix.EAGAIN, unix.ENOLCK}},
	{"fchmod", unix.SYS_FCHMOD, []syscall.Errno{unix.EINTR, unix.EROFS}},
	{"fchmodat", unix.SYS_FCHMODAT, []syscall.Errno{unix.EINTR, unix.EROFS}},
}

// faultTransient reports whether a call goes on after an error.
func faultTransient(e syscall.Errno) bool {
	return e == unix.EINTR || e == unix.EAGAIN || e == unix.ECONNABORTED
}

// faultPrograms are what a child does, given a directory with the dead socket
// "dead" and the regular file "foreign".
var faultPrograms = map[string]func(dir string) error{
	"listen":      func(dir string) error { return faultListen(filepath.Join(dir, "s"), uds.ExistingFail) },
	"listen long": func(dir string) error { return faultListen(faultLongPath(dir), uds.ExistingFail) },
	"stale":       func(dir string) error { return faultListen(filepath.Join(dir, "dead"), uds.ExistingRemoveStale) },
	"replace":     func(dir string) error { return faultListen(filepath.Join(dir, "dead"), uds.ExistingReplace) },
	"datagrams":   func(dir string) error { return faultDatagrams(filepath.Join(dir, "s")) },
	"pair":        func(string) error { return faultPair() },
}

// Whatever system call fails, at whatever time: the error says so, or there is
// none; no descriptor and no file is left, and no other file touched; the next
// time all is well.
func TestFaults(t *testing.T) {
	for name := range faultPrograms {
		t.Run(name, func(t *testing.T) {
			f := startFaults(t, name)
			for _, call := range faultCalls {
				f.round(systest.Fault{}, call)
				for n := f.supervisor.Count(call.number); n > 0; n-- {
					for _, e := range call.errnos {
						f.round(systest.Fault{Number: call.number, Nth: n, Errno: e}, call)
					}
				}
			}
			f.round(systest.Fault{}, faultCall{})
		})
	}
}

// faults is a child and its supervisor.
type faults struct {
	*testing.T
	program    string
	cmd        *exec.Cmd
	in         io.Writer
	out        *bufio.Scanner
	supervisor *systest.Supervisor
	fds        int
	asks       bool // the kernel says which file a socket is bound to: CAP_NET_ADMIN
}

// faultOrder is what a child is told, and faultReport what it says.
type faultOrder struct {
	Program, Dir string
	Errno        syscall.Errno
}

type faultReport struct {
	Error, Wrong string
	Is           bool // the error is the Errno of the order
}

func startFaults(t *testing.T, program string) *faults {
	cmd := testutil.Child(t, "faults", "GODEBUG=asyncpreemptoff=1")
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	f := &faults{T: t, program: program, cmd: cmd, in: in, out: bufio.NewScanner(out), asks: faultAsks(t)}
	hello := f.line()
	if reason, skip := strings.CutPrefix(hello, "skip: "); skip {
		t.Skip(reason)
	}
	listener := 0
	if _, err := fmt.Sscan(hello, &listener); err != nil {
		t.Fatalf("got %q, want a descriptor", hello)
	}
	f.supervisor, err = systest.Supervise(cmd.Process.Pid, listener)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		t.Skipf("no supervisor: %v", err)
	}
	must(t, err)
	f.round(systest.Fault{}, faultCall{}) // what is made once is there
	f.fds = f.descriptors()
	return f
}

// faultAsks reports whether SIOCUNIXFILE works.
func faultAsks(t testing.TB) bool {
	c, err := uds.ListenDgram(testutil.SocketPath(t))
	must(t, err)
	defer c.Close()
	rc, err := c.SyscallConn()
	must(t, err)
	asks := false
	must(t, rc.Control(func(fd uintptr) {
		file, e := sys.SocketFile(int(fd))
		if asks = e == 0; asks {
			sys.Close(file)
		}
	}))
	return asks
}

func (f *faults) line() string {
	f.Helper()
	if !f.out.Scan() {
		f.Fatalf("the child ended: %v", f.out.Err())
	}
	return f.out.Text()
}

func (f *faults) descriptors() int {
	f.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", f.cmd.Process.Pid))
	must(f, err)
	return len(entries)
}

// round runs the program once.
func (f *faults) round(fault systest.Fault, call faultCall) {
	f.Helper()
	dir := testutil.ShortDir(f)
	faultPrepare(f, dir)
	watchdog := time.AfterFunc(safety, func() { f.cmd.Process.Signal(syscall.SIGQUIT) })
	f.supervisor.Plan(fault)
	must(f, json.NewEncoder(f.in).Encode(faultOrder{f.program, dir, fault.Errno}))
	var r faultReport
	must(f, json.Unmarshal([]byte(f.line()), &r))
	watchdog.Stop()
	what := fmt.Sprintf("%s number %d: %v", call.name, fault.Nth, fault.Errno)
	if r.Wrong != "" {
		f.Errorf("%s: %s", what, r.Wrong)
	}
	if r.Error != "" && (!r.Is || fault.Nth == 0 || faultTransient(fault.Errno)) && !f.doubts(call) {
		f.Errorf("%s: got %s", what, r.Error)
	}
	if f.fds != 0 {
		testutil.Eventually(f, safety, func() bool { return f.descriptors() <= f.fds }, "%s: the descriptors are closed", what)
	}
	f.checkFiles(dir, what, call.name)
}

// doubts reports whether a fault of the call leaves in doubt whether a socket is
// dead: EADDRINUSE then.
func (f *faults) doubts(call faultCall) bool { return f.program == "stale" && call.name == "connect" }

// checkFiles looks at what is left in a directory. A file that the package could
// not look at or remove keeps its name; that is a temporary one before a
// replacement, and of what was replaced, which the next start sweeps.
func (f *faults) checkFiles(dir, what, call string) {
	f.Helper()
	if got, err := os.ReadFile(filepath.Join(dir, "foreign")); err != nil || string(got) != "foreign" {
		f.Errorf("%s: the file of another: got %q, %v", what, got, err)
	}
	entries, err := os.ReadDir(dir)
	must(f, err)
	for _, e := range entries {
		unseen := e.Type() == os.ModeSocket && (call == "fstatat" || call == "fstat" && !f.asks || call == "unlinkat")
		temporary := strings.HasPrefix(e.Name(), ".")
		if name := e.Name(); name == "foreign" || name == "dead" || unseen && (!temporary || f.program == "replace") {
			continue
		}
		f.Errorf("%s: left %v", what, e)
	}
}

func faultPrepare(t testing.TB, dir string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, "foreign"), []byte("foreign"), 0o600))
	dead, err := uds.ListenDgram(filepath.Join(dir, "dead"))
	must(t, err)
	dead.SetUnlinkOnClose(false)
	must(t, dead.Close())
}

// faultLongPath is a path to a file of dir that no address can hold.
func faultLongPath(dir string) string { return dir + strings.Repeat("/.", 60) + "/s" }

// faultsChild runs programs.
func faultsChild() {
	var numbers []uint32
	for _, call := range faultCalls {
		numbers = append(numbers, call.number)
	}
	r, w, _ := os.Pipe() // starts the poller
	r.Close()
	w.Close()
	listener, err := systest.BeSupervised(numbers)
	if err != nil {
		fmt.Printf("skip: no supervision of system calls: %v\n", err)
		return
	}
	fmt.Println(listener)
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var o faultOrder
		if in.Decode(&o) != nil {
			return
		}
		var report faultReport
		if err := faultPrograms[o.Program](o.Dir); err != nil {
			report.Error, report.Is = err.Error(), errors.Is(err, o.Errno)
			if !errors.As(err, new(*net.OpError)) {
				report.Wrong = fmt.Sprintf("got %T %v, want a *net.OpError", err, err)
			}
		}
		out.Encode(report)
	}
}

// faultListen listens, accepts, and echoes a message.
func faultListen(path string, existing uds.ExistingPolicy) error {
	lc := &uds.ListenConfig{Mode: 0o600, Existing: existing}
	l, err := lc.ListenSeq(context.Background(), path)
	if err != nil {
		return err
	}
	defer l.Close()
	echoed := make(chan error, 1)
	go func() {
		err := faultEcho(l)
		if err != nil {
			l.Close() // the client must not wait for it
		}
		echoed <- err
	}()
	err = faultAsk(path)
	l.Close() // the server must not wait for the client
	if first := <-echoed; first != nil && !errors.Is(first, net.ErrClosed) && first != io.EOF {
		return errors.Join(first, err)
	}
	return err
}

func faultEcho(l *uds.SeqListener) error {
	c, err := l.AcceptSeq()
	if err != nil {
		return err
	}
	defer c.Close()
	p := make([]byte, 10)
	n, err := c.Recv(p)
	if err != nil {
		return err
	}
	return c.Send(p[:n])
}

func faultAsk(path string) error {
	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Write([]byte("ask")); err != nil {
		return err
	}
	p := make([]byte, 10)
	_, err = c.Read(p)
	return err
}

// faultDatagrams sends a datagram there and back.
func faultDatagrams(path string) error {
	l, err := uds.ListenDgram(path)
	if err != nil {
		return err
	}
	defer l.Close()
	c, err := uds.DialDgram(path)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Send([]byte("there")); err != nil {
		return err
	}
	p := make([]byte, 10)
	n, from, err := l.ReadFromAddr(p)
	if err != nil {
		return err
	}
	if _, err := l.WriteToAddr(p[:n], from); err != nil {
		return err
	}
	_, err = c.Recv(p)
	return err
}

// faultPair sends a file, and makes every kind of duplicate.
func faultPair() error {
	a, b, err := uds.SeqPair()
	if err != nil {
		return err
	}
	defer a.Close()
	defer b.Close()
	if err := b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}); err != nil {
		return err
	}
	if err := a.SendFiles([]byte("file"), os.Stdin); err != nil {
		return err
	}
	_, files, err := b.RecvFiles(make([]byte, 10), 2)
	for _, f := range files {
		f.Close()
	}
	if err != nil {
		return err
	}
	if _, err := b.Peer(); err != nil {
		return err
	}
	c, err := b.Clone()
	if err != nil {
		return err
	}
	defer c.Close()
	f, err := b.Detach()
	if err != nil {
		return err
	}
	defer f.Close()
	d, err := uds.FileSeqConn(f)
	if err != nil {
		return err
	}
	return d.Close()
}
