//go:build unix

package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

const childVariable = "UDS_TEST_CHILD" // as testutil has it, which removes it

func init() {
	testutil.RegisterChild("restart", func() {
		os.Args = []string{os.Args[0], os.Getenv("RESTART_PATH")}
		program = func() *exec.Cmd {
			cmd := exec.Command(cmp.Or(os.Getenv("RESTART_SUCCESSOR"), "/proc/self/exe"))
			cmd.Env = append(os.Environ(), childVariable+"=restart")
			return cmd
		}
		main()
	})
}

func TestMain(m *testing.M) { testutil.Main(m) }

// loadClient requests over one connection, without another try: whatever ends
// the connection makes a request fail. An http.Transport connects again instead,
// and of itself too, whenever its goroutine that wrote a request is not heard of
// within 50 ms after the answer.
type loadClient struct {
	conn   *uds.SeqConn
	answer *bufio.Reader
}

func newLoadClient(t *testing.T, path string) *loadClient {
	t.Helper()
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return &loadClient{conn: c, answer: bufio.NewReader(c)}
}

// pid requests once and returns the process that answered.
func (c *loadClient) pid() (int, error) {
	c.conn.SetDeadline(time.Now().Add(20 * time.Second)) // a safety net
	req, err := http.NewRequest("POST", "http://server/", strings.NewReader("body"))
	if err != nil {
		return 0, err
	}
	if err := req.Write(c.conn); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(c.answer, req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(b))
}

// startServer starts cmd, and returns when it serves at path.
func startServer(t *testing.T, cmd *exec.Cmd, path string) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	testutil.Eventually(t, 10*time.Second, func() bool {
		c, err := uds.DialSeq(path)
		if err == nil {
			c.Close()
		}
		return err == nil
	}, "a server")
}

// A server whose successor cannot be started goes on.
func TestGoesOnWithoutASuccessor(t *testing.T) {
	path := testutil.SocketPath(t)
	cmd := testutil.Child(t, "restart", "RESTART_PATH="+path, "RESTART_SUCCESSOR=/nonexistent")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	startServer(t, cmd, path)
	client := newLoadClient(t, path)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil || !strings.Contains(line, "/nonexistent") {
		t.Errorf("the server said %q, %v, want what it could not start", line, err)
	}
	if got, err := client.pid(); got != cmd.Process.Pid || err != nil {
		t.Errorf("got an answer from %d, %v, want %d", got, err, cmd.Process.Pid)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// TestRestartUnderLoad restarts the server several times under load. No request
// fails, and no client has to connect again.
func TestRestartUnderLoad(t *testing.T) {
	path := testutil.SocketPath(t)
	cmd := testutil.Child(t, "restart", "RESTART_PATH="+path)
	cmd.Stderr = os.Stderr
	startServer(t, cmd, path)
	idle := newLoadClient(t, path) // it requests between restarts only
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	var requests atomic.Int64
	clients := make([]*loadClient, 8)
	for i := range clients {
		clients[i] = newLoadClient(t, path)
		wg.Go(func() {
			for ctx.Err() == nil {
				if _, err := clients[i].pid(); err != nil {
					t.Errorf("client %d: %v", i, err)
					return
				}
				requests.Add(1)
			}
		})
	}
	pid := cmd.Process.Pid
	defer func() {
		if t.Failed() {
			syscall.Kill(pid, syscall.SIGKILL) // a successor, which nobody else knows
		}
	}()
	for range 4 {
		before := requests.Load()
		testutil.Eventually(t, 20*time.Second, func() bool { return t.Failed() || requests.Load() > before+200 }, "200 requests")
		if got, err := idle.pid(); got != pid || err != nil {
			t.Errorf("got an answer from %d, %v, want %d", got, err, pid)
		}
		if err := syscall.Kill(pid, syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		pid = successor(t, idle, pid)
	}
	stop()
	wg.Wait()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the first server: %v", err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	testutil.Eventually(t, 10*time.Second, func() bool { return !exists(pid) }, "the end of server %d", pid)
	t.Logf("%d requests", requests.Load())
}

// successor waits for an answer from another process than old.
func successor(t *testing.T, c *loadClient, old int) (pid int) {
	t.Helper()
	testutil.Eventually(t, 20*time.Second, func() bool {
		var err error
		if pid, err = c.pid(); err != nil {
			t.Fatal(err)
		}
		return pid != old
	}, "an answer from the successor of %d", old)
	return pid
}

// exists reports whether a process runs. One that has ended may stay a zombie,
// where nobody waits for orphans.
func exists(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(b), ") Z ")
}
