package uds_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

var socketTypes = map[string]int{"unixpacket": unix.SOCK_SEQPACKET, "unix": unix.SOCK_STREAM, "unixgram": unix.SOCK_DGRAM}

// bareSocket binds a socket without this package; it listens if it can.
func bareSocket(t *testing.T, typ int, path string) (fd int) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, typ|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if typ != unix.SOCK_DGRAM {
		if err := unix.Listen(fd, 1); err != nil {
			t.Fatal(err)
		}
	}
	return fd
}

// stale leaves a dead socket at path.
func stale(t *testing.T, typ int, path string) {
	t.Helper()
	unix.Close(bareSocket(t, typ, path))
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// wantOnly fails unless the directory of path contains path's file and no other.
func wantOnly(t *testing.T, path string, present bool) {
	t.Helper()
	var got, want []string
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if present {
		want = []string{filepath.Base(path)}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("directory: got %q, want %q", got, want)
	}
}

// listing is all that is below a directory, with inode numbers and contents.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		data := ""
		if info.Mode().IsRegular() {
			p, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			data = string(p)
		}
		fmt.Fprintln(&b, path, info.Mode(), info.Sys().(*syscall.Stat_t).Ino, data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// check ends a child on an error.
func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func write(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
}

func symlink(t *testing.T, to, path string) {
	t.Helper()
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
}
