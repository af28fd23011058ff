package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterChild("client", client) }

func TestMain(m *testing.M) { testutil.Main(m) }

// client makes every request in REQUESTS and prints what comes.
func client() {
	for _, what := range strings.Split(os.Getenv("REQUESTS"), ",") {
		f, err := request(os.Getenv("BROKER"), what)
		if err != nil {
			fmt.Printf("%s: %v\n", what, err)
			continue
		}
		if strings.HasPrefix(what, "w") {
			_, err = f.WriteString("more\n")
			fmt.Printf("%s: written, %v\n", what, err)
		} else {
			b := make([]byte, 100)
			n, _ := f.Read(b)
			fmt.Printf("%s: %q\n", what, b[:n])
		}
		f.Close()
	}
}

// start runs a broker and returns its socket's path and its directory.
func start(t *testing.T) (path, dir string) {
	t.Helper()
	top := testutil.ShortDir(t)
	path, dir = filepath.Join(top, "s"), filepath.Join(top, "files")
	for _, err := range []error{
		os.Chmod(top, 0o755),
		os.Mkdir(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "readme"), []byte("hello\n"), 0o600),
		os.Symlink("/etc/passwd", filepath.Join(dir, "link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	l, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		serve(l, root)
		close(served)
	}()
	t.Cleanup(func() {
		l.Close()
		<-served
		root.Close()
	})
	return path, dir
}

// A request that is too long is refused as others are, and the next is answered.
func TestTooLongARequest(t *testing.T) {
	path, _ := start(t)
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for request, want := range map[string]string{"r " + strings.Repeat("x", 5000): "truncated", "r readme": ""} {
		if err := c.Send([]byte(request)); err != nil {
			t.Fatal(err)
		}
		reply := make([]byte, 4096)
		n, files, err := c.RecvFiles(reply, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			f.Close()
		}
		if got := string(reply[:n]); !strings.Contains(got, want) || (len(files) == 1) != (want == "") {
			t.Errorf("a request of %d bytes: got %q and %d files, want %q", len(request), got, len(files), want)
		}
	}
}

func TestPolicy(t *testing.T) {
	path, dir := start(t)
	requests := []string{"r readme", "r ../s", "r link", "r missing", "w readme", "x"}
	cmd := testutil.Child(t, "client", "BROKER="+path, "REQUESTS="+strings.Join(requests, ","))
	nobody := os.Geteuid() == 0
	if nobody {
		testutil.AsNobody(t, cmd)
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`r readme: "hello\n"`, "escapes", "escapes", "no such file", "w readme: written, <nil>", "want r or w"}
	if nobody {
		want[4] = "user 65534 may not write"
	}
	got := strings.Split(string(out), "\n")
	for i, w := range want {
		if i >= len(got) || !strings.Contains(got[i], w) {
			t.Errorf("request %q: got %q, want %q", requests[i], got[i:], w)
		}
	}
	f, err := request(path, "w readme")
	if err != nil {
		t.Fatalf("the broker's own user: %v", err)
	}
	f.WriteString("own\n")
	f.Close()
	content, err := os.ReadFile(filepath.Join(dir, "readme"))
	if !strings.HasSuffix(string(content), "own\n") || err != nil {
		t.Errorf("got %q, %v, want what was written", content, err)
	}
	var b strings.Builder
	if err := get(&b, path, "readme"); b.String() != string(content) || err != nil {
		t.Errorf("get: got %q, %v, want %q", b.String(), err, content)
	}
}
