package uds_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// pathOfLength returns a path of n bytes below a new directory, whose components
// have at most component bytes. The directories exist.
func pathOfLength(t *testing.T, n, component int) string {
	t.Helper()
	dir := testutil.ShortDir(t)
	rest := n - len(dir) - 1
	var parts []string
	for rest > component {
		k := min(component, rest-2)
		parts = append(parts, strings.Repeat("d", k))
		rest -= k + 1
	}
	parts = append(parts, strings.Repeat("s", rest))
	mkdirDeep(t, dir, parts[:len(parts)-1])
	path := dir + "/" + strings.Join(parts, "/")
	if len(path) != n {
		t.Fatalf("got a path of %d bytes, want %d", len(path), n)
	}
	return path
}

// mkdirDeep makes directories below dir, which together may exceed PATH_MAX.
func mkdirDeep(t *testing.T, dir string, parts []string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		if err := root.Mkdir(part, 0o700); err != nil {
			t.Fatal(err)
		}
		next, err := root.OpenRoot(part)
		root.Close()
		if err != nil {
			t.Fatal(err)
		}
		root = next
	}
	root.Close()
}

func TestSockfileLongPathsListenAndDial(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, c := range []struct{ length, component int }{
		{107, 200}, {108, 200}, {109, 200}, {300, 200}, {300, 40}, {300, 255}, {4095, 255}, {4096, 200}, {5000, 200}, {9000, 99},
	} {
		for _, existing := range []uds.ExistingPolicy{uds.ExistingFail, uds.ExistingRemoveStale, uds.ExistingReplace} {
			t.Run(fmt.Sprintf("%d/%d/%d", c.length, c.component, existing), func(t *testing.T) {
				path := pathOfLength(t, c.length, c.component)
				l, err := (&uds.ListenConfig{Existing: existing, Mode: 0o600}).ListenSeq(t.Context(), path)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				exchangeOver(t, l, path)
				if got := l.Addr().String(); got != path {
					t.Errorf("Addr: got %q, want %q", got, path)
				}
				if _, err := uds.ListenSeq(path); !errors.Is(err, syscall.EADDRINUSE) {
					t.Errorf("second listen: got %v, want EADDRINUSE", err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
				if _, err := uds.DialSeq(path); !errors.Is(err, syscall.ENOENT) {
					t.Errorf("dial after Close: got %v, want ENOENT", err)
				}
			})
		}
	}
}

// The kernel's name for a socket file is its path only if that fits and nothing
// was replaced.
func TestSockfileNameInTheKernel(t *testing.T) {
	for name, c := range map[string]struct {
		length, component int
		existing          uds.ExistingPolicy
		want              func(path string, a uds.Addr) bool
	}{
		"a short path":     {60, 200, uds.ExistingFail, func(path string, a uds.Addr) bool { return a.Path() == path }},
		"a replacement":    {60, 200, uds.ExistingReplace, isTemporary},
		"a long name":      {150, 200, uds.ExistingFail, isTemporary},
		"a long directory": {300, 40, uds.ExistingFail, func(_ string, a uds.Addr) bool { return a.IsUnnamed() }},
	} {
		t.Run(name, func(t *testing.T) {
			testutil.CheckLeaks(t)
			path := pathOfLength(t, c.length, c.component)
			l, err := (&uds.ListenConfig{Existing: c.existing}).ListenSeq(t.Context(), path)
			must(t, err)
			defer l.Close()
			client, server := dialledTo(t, l)
			if a, err := server.Sockname(); err != nil || !c.want(path, a) {
				t.Errorf("Sockname: got %q, %v", a, err)
			}
			if a, err := client.Peername(); err != nil || !c.want(path, a) {
				t.Errorf("Peername: got %q, %v", a, err)
			}
			if l, r := server.LocalAddr().String(), client.RemoteAddr().String(); l != path || r != path {
				t.Errorf("got LocalAddr %q and RemoteAddr %q, want %q", l, r, path)
			}
		})
	}
}

// isTemporary reports whether a is a temporary name in the directory of path.
func isTemporary(path string, a uds.Addr) bool {
	return strings.HasPrefix(a.Path(), filepath.Dir(path)+"/.uds-")
}

func TestSockfileComponentTooLong(t *testing.T) {
	testutil.CheckLeaks(t)
	path := filepath.Join(testutil.ShortDir(t), strings.Repeat("x", 256))
	if _, err := uds.ListenSeq(path); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("listen: got %v, want ENAMETOOLONG", err)
	}
	if _, err := uds.DialSeq(path); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("dial: got %v, want ENAMETOOLONG", err)
	}
	path = strings.Repeat("y", 5000)
	if _, err := uds.ListenSeq(path); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Errorf("listen: got %v, want ENAMETOOLONG", err)
	}
}

// exchange dials path and exchanges a message with l.
func exchangeOver(t *testing.T, l *uds.SeqListener, path string) {
	t.Helper()
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := c.RemoteAddr().String(); got != path {
		t.Errorf("RemoteAddr: got %q, want %q", got, path)
	}
	s, err := l.AcceptSeq()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.LocalAddr().String(); got != path {
		t.Errorf("LocalAddr: got %q, want %q", got, path)
	}
	if err := c.Send([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 10)
	if n, err := s.Recv(p); err != nil || string(p[:n]) != "hello" {
		t.Fatalf("Recv: got %q, %v, want hello", p[:n], err)
	}
}

// Slashes in a row are one, also where a path is too long for one call and is
// walked in parts.
func TestSockfilePathOfManySlashes(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	dir, name := filepath.Split(path)
	for _, n := range []int{3000, 4000, 4095, 4096, 5000, 9000} {
		long := dir + strings.Repeat("/", n) + name
		l, err := uds.ListenSeq(long)
		must(t, err)
		c, err := uds.DialSeq(long)
		must(t, err)
		must(t, c.Close())
		if !exists(path) {
			t.Errorf("%d slashes: got no file at %s", n, path)
		}
		must(t, l.Close())
		if exists(path) {
			t.Errorf("%d slashes: got a file after Close, want none", n)
		}
	}
}
