package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterChild("sockfile-mode", modeChild) }

// modes are those that the matrix goes through.
var modes = []fs.FileMode{0o600, 0o620, 0o660, 0o666, 0o700, 0o777}

// open makes a socket file at path and returns what closes it.
type open func(lc *uds.ListenConfig, path string) (closeSocket func() error, err error)

var openers = map[string]open{
	"unixpacket": openListener("unixpacket"),
	"unix":       openListener("unix"),
	"unixgram":   openDgram,
}

func openListener(network string) open {
	return func(lc *uds.ListenConfig, path string) (func() error, error) {
		l, err := lc.Listen(context.Background(), network, path)
		if err != nil {
			return nil, err
		}
		return l.Close, nil
	}
}

func openDgram(lc *uds.ListenConfig, path string) (func() error, error) {
	c, err := lc.ListenDgram(context.Background(), path)
	if err != nil {
		return nil, err
	}
	return c.Close, nil
}

// modeChild goes through the matrix in a process of its own, for the umask is
// the process's: argument and results by environment and output.
func modeChild() {
	mask, _ := strconv.ParseUint(os.Getenv("MASK"), 8, 32)
	rounds, _ := strconv.Atoi(os.Getenv("ROUNDS"))
	syscall.Umask(int(mask))
	if err := modeRounds(os.Getenv("DIR"), fs.FileMode(mask), rounds); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if got := syscall.Umask(int(mask)); got != int(mask) {
		fmt.Printf("umask: got %#o, want %#o\n", got, mask)
		os.Exit(1)
	}
}

// modeRounds makes socket files while one goroutine stats them and another makes
// ordinary files.
func modeRounds(dir string, mask fs.FileMode, rounds int) error {
	var want atomic.Uint32
	path := filepath.Join(dir, "s")
	stop := make(chan struct{})
	errs := make(chan error, 2)
	go func() { errs <- statUntil(stop, path, &want) }()
	go func() { errs <- createUntil(stop, filepath.Join(dir, "f"), mask) }()
	err := modeMatrix(path, &want, rounds)
	close(stop)
	return errors.Join(err, <-errs, <-errs)
}

func modeMatrix(path string, want *atomic.Uint32, rounds int) error {
	for i := range rounds {
		mode := modes[i%len(modes)]
		network := []string{"unixpacket", "unixgram", "unix"}[i/len(modes)%3]
		existing := []uds.ExistingPolicy{uds.ExistingFail, uds.ExistingRemoveStale, uds.ExistingReplace}[i/len(modes)/3%3]
		if network == "unixgram" && existing == uds.ExistingReplace {
			continue
		}
		want.Store(uint32(i)<<9 | uint32(mode)) // every round's differs
		closeSocket, err := openers[network](&uds.ListenConfig{Mode: mode, Existing: existing}, path)
		if err != nil {
			return fmt.Errorf("%s %#o: %w", network, mode, err)
		}
		st, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if got := st.Mode(); got != mode|fs.ModeSocket {
			return fmt.Errorf("%s: got mode %v, want %v", network, got, mode|fs.ModeSocket)
		}
		if err := closeSocket(); err != nil {
			return err
		}
	}
	return nil
}

// statUntil fails if the file ever has a permission that nobody asked for.
func statUntil(stop chan struct{}, path string, want *atomic.Uint32) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		before := want.Load()
		st, err := os.Lstat(path)
		if err != nil || want.Load() != before {
			continue // between two rounds
		}
		if got := st.Mode().Perm(); got&^fs.FileMode(before&0o777) != 0 {
			return fmt.Errorf("seen from beside: got mode %#o, want at most %#o", got, before&0o777)
		}
	}
}

// createUntil fails if the process's umask ever changes.
func createUntil(stop chan struct{}, path string, mask fs.FileMode) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o777)
		if err != nil {
			return err
		}
		st, err := f.Stat()
		f.Close()
		os.Remove(path)
		if err != nil {
			return err
		}
		if got, want := st.Mode().Perm(), 0o777&^mask; got != want {
			return fmt.Errorf("a file made beside: got mode %#o, want %#o", got, want)
		}
	}
}

// runModeMatrix runs the matrix under each umask, as root and as an ordinary
// user where the test is root.
func runModeMatrix(t *testing.T, rounds int) {
	for _, mask := range []string{"000", "022", "077"} {
		for _, nobody := range []bool{false, true} {
			t.Run(fmt.Sprintf("umask %s/nobody %v", mask, nobody), func(t *testing.T) {
				dir := testutil.ShortDir(t)
				cmd := testutil.Child(t, "sockfile-mode", "MASK="+mask, "DIR="+dir, "ROUNDS="+strconv.Itoa(rounds))
				if nobody {
					testutil.AsNobody(t, cmd)
					chown(t, dir, testutil.Nobody)
				}
				mustRun(t, cmd)
			})
		}
	}
}

func TestSockfileModeIsNeverWider(t *testing.T) { runModeMatrix(t, 324) }

func TestSockfileModeIsNeverWiderSoak(t *testing.T) {
	testutil.Soak(t)
	runModeMatrix(t, 10_000)
}

// Without Mode the umask decides, also if the owner is given.
func TestSockfileModeOfUmask(t *testing.T) {
	testutil.RequireRoot(t)
	dir := testutil.ShortDir(t)
	mustRun(t, testutil.Child(t, "sockfile-umask", "DIR="+dir))
}

func init() { testutil.RegisterChild("sockfile-umask", umaskChild) }

func umaskChild() {
	syscall.Umask(0o027)
	path := filepath.Join(os.Getenv("DIR"), "s")
	uid := testutil.Nobody
	for _, lc := range []*uds.ListenConfig{{}, {UID: &uid}, {GID: &uid, Existing: uds.ExistingReplace}} {
		l, err := lc.ListenSeq(context.Background(), path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		st, err := os.Lstat(path)
		if err != nil || st.Mode().Perm() != 0o750 {
			fmt.Printf("got %v, %v, want mode 0750\n", st.Mode(), err)
			os.Exit(1)
		}
		l.Close()
	}
}

func TestSockfileOwnerAsRoot(t *testing.T) {
	testutil.RequireRoot(t)
	testutil.CheckLeaks(t)
	uid, gid, zero := 1234, 5678, 0
	for network, open := range openers {
		for _, c := range []struct {
			uid, gid         *int
			wantUID, wantGID uint32
		}{
			{nil, nil, 0, 0}, {&uid, nil, 1234, 0}, {nil, &gid, 0, 5678}, {&uid, &gid, 1234, 5678}, {&zero, &zero, 0, 0},
		} {
			path := testutil.SocketPath(t)
			closeSocket, err := open(&uds.ListenConfig{Mode: 0o660, UID: c.uid, GID: c.gid}, path)
			if err != nil {
				t.Fatal(err)
			}
			st, err := os.Lstat(path)
			if err != nil {
				t.Fatal(err)
			}
			sys := st.Sys().(*syscall.Stat_t)
			if sys.Uid != c.wantUID || sys.Gid != c.wantGID || st.Mode().Perm() != 0o660 {
				t.Errorf("%s: got %d:%d %v, want %d:%d 0660", network, sys.Uid, sys.Gid, st.Mode(), c.wantUID, c.wantGID)
			}
			if err := closeSocket(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// An owner that the process must not give leaves nothing behind.
func TestSockfileOwnerRefused(t *testing.T) {
	dir := testutil.ShortDir(t)
	cmd := testutil.Child(t, "sockfile-chown", "DIR="+dir)
	if os.Geteuid() == 0 {
		testutil.AsNobody(t, cmd)
		chown(t, dir, testutil.Nobody)
	}
	mustRun(t, cmd)
}

func init() { testutil.RegisterChild("sockfile-chown", chownChild) }

func chownChild() {
	root := 0
	dir := os.Getenv("DIR")
	for network, open := range openers {
		for _, existing := range []uds.ExistingPolicy{uds.ExistingFail, uds.ExistingRemoveStale, uds.ExistingReplace} {
			if network == "unixgram" && existing == uds.ExistingReplace {
				continue
			}
			_, err := open(&uds.ListenConfig{UID: &root, Existing: existing}, filepath.Join(dir, "s"))
			if !errors.Is(err, syscall.EPERM) {
				fmt.Printf("%s: got %v, want EPERM\n", network, err)
				os.Exit(1)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				fmt.Printf("%s: got %v left, want nothing\n", network, left)
				os.Exit(1)
			}
		}
	}
}

func TestSockfileBadConfig(t *testing.T) {
	testutil.CheckLeaks(t)
	minus, huge := -1, -2
	none := int64(1<<32 - 1) // chown(2) takes it for no change
	most := int(none)
	path := testutil.SocketPath(t)
	for _, c := range []struct {
		name    string
		lc      uds.ListenConfig
		network string
		address string
		want    string
	}{
		{"setuid", uds.ListenConfig{Mode: fs.ModeSetuid | 0o600}, "unixpacket", path, "allowed are those of 0777"},
		{"a type", uds.ListenConfig{Mode: fs.ModeSocket | 0o600}, "unix", path, "allowed are those of 0777"},
		{"octal sticky", uds.ListenConfig{Mode: 0o1600}, "unixgram", path, "has the bits 01000"},
		{"uid -1", uds.ListenConfig{UID: &minus}, "unixpacket", path, "UID -1"},
		{"gid -2", uds.ListenConfig{GID: &huge}, "unixpacket", path, "GID -2"},
		{"uid of 32 ones", uds.ListenConfig{UID: &most}, "unixpacket", path, fmt.Sprintf("UID %d", most)},
		{"gid of 32 ones", uds.ListenConfig{GID: &most}, "unixgram", path, fmt.Sprintf("GID %d", most)},
		{"policy", uds.ListenConfig{Existing: 3}, "unixpacket", path, "existing policy 3"},
		{"policy below", uds.ListenConfig{Existing: -1}, "unixpacket", path, "existing policy -1"},
		{"replace a datagram", uds.ListenConfig{Existing: uds.ExistingReplace}, "unixgram", path, "ExistingReplace"},
		{"mode of an abstract name", uds.ListenConfig{Mode: 0o600}, "unixpacket", "@sockfile-bad", "which is no file"},
		{"owner of an abstract name", uds.ListenConfig{UID: new(int)}, "unix", "@sockfile-bad", "which is no file"},
		{"group of an abstract name", uds.ListenConfig{GID: new(int)}, "unixgram", "@sockfile-bad", "which is no file"},
		{"replace an abstract name", uds.ListenConfig{Existing: uds.ExistingReplace}, "unixpacket", "@sockfile-bad", "which is no file"},
		{"mode of no name", uds.ListenConfig{Mode: 0o600}, "unixpacket", "", "which is no file"},
		{"backlog", uds.ListenConfig{Backlog: -1}, "unix", path, "backlog -1"},
		{"authorize", uds.ListenConfig{Authorize: func(*uds.SeqConn) error { return nil }}, "unix", path, "Authorize"},
		{"spin", uds.ListenConfig{Options: uds.Options{Spin: time.Second}}, "unix", path, "Spin"},
		{"timestamps", uds.ListenConfig{Options: uds.Options{Timestamps: true}}, "unix", path, "Timestamps"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := openers[c.network](&c.lc, c.address)
			if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want EINVAL and %q", err, c.want)
			}
			if _, err := os.Lstat(path); err == nil {
				t.Error("got a file, want none")
			}
		})
	}
	_, err := uds.Listen("tcp", path)
	if !errors.As(err, new(net.UnknownNetworkError)) {
		t.Errorf("network tcp: got %v, want net.UnknownNetworkError", err)
	}
}

// chown gives a file to another user, or skips t where there is none.
func chown(t *testing.T, path string, id int) {
	t.Helper()
	testutil.RequireRoot(t)
	if err := os.Chown(path, id, id); err != nil {
		t.Fatal(err)
	}
}

// mustRun runs a child and shows what it printed if it failed.
func mustRun(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("child: %v\n%s", err, out)
	}
}

// Until a file has the owner that was asked for, nobody but its first owner has
// a permission.
func TestSockfileOwnerComesBeforePermissions(t *testing.T) {
	testutil.RequireRoot(t)
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	id := testutil.Nobody
	stop, seen := make(chan struct{}), make(chan error, 1)
	go func() { seen <- watchOwner(stop, path, id) }()
	for i := range 600 {
		lc := &uds.ListenConfig{Mode: 0o666, GID: &id}
		if i%2 == 0 {
			lc.UID = &id
		}
		closeSocket, err := openers[[]string{"unixpacket", "unixgram"}[i/2%2]](lc, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := closeSocket(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-seen; err != nil {
		t.Error(err)
	}
}

// watchOwner reports a file that was seen with another owner and open to others,
// three times: stat(2) reads the owner before the mode (generic_fillattr in
// fs/stat.c), so it may be the thread that looks which was off the processor in
// between, once.
func watchOwner(stop chan struct{}, path string, gid int) error {
	for seen := 0; ; {
		select {
		case <-stop:
			return nil
		default:
		}
		st, e := os.Lstat(path)
		if e != nil {
			continue
		}
		if owner := st.Sys().(*syscall.Stat_t); int(owner.Gid) != gid && st.Mode().Perm()&0o077 != 0 {
			if seen++; seen == 3 {
				return fmt.Errorf("a file of %d:%d: got mode %v, want none for group and others", owner.Uid, owner.Gid, st.Mode())
			}
		}
	}
}
