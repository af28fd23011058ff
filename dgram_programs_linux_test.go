package uds_test

import (
	"os/exec"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

// netcat sends what it reads, a datagram a read, and prints what it receives.
func TestDgramNetcat(t *testing.T) {
	nc := testutil.RequireProgram(t, "nc.openbsd", "netcat-openbsd")
	t.Run("sends", func(t *testing.T) {
		c := listenDgram(t)
		cmd := exec.Command(nc, "-uU", "-N", c.LocalAddr().String())
		in, err := cmd.StdinPipe()
		must(t, err)
		must(t, cmd.Start())
		_, err = in.Write([]byte("from netcat\n"))
		must(t, err)
		p := make([]byte, 100)
		n, from, err := c.ReadFrom(p)
		if string(p[:n]) != "from netcat\n" || err != nil {
			t.Errorf("got %q, %v, want the line", p[:n], err)
		}
		if from == nil {
			t.Error("got no address")
		}
		must(t, in.Close())
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
	})
	t.Run("listens", func(t *testing.T) {
		path := testutil.SocketPath(t)
		cmd := exec.Command(nc, "-luU", path)
		out, err := cmd.StdoutPipe()
		must(t, err)
		must(t, cmd.Start())
		testutil.Eventually(t, safety, func() bool { return exists(path) }, "netcat listens")
		c := dialDgramTo(t, path)
		must(t, c.Send([]byte("to netcat\n")))
		p := make([]byte, 100)
		n, err := out.Read(p)
		if got := string(p[:n]); strings.TrimSpace(got) != "to netcat" || err != nil {
			t.Errorf("got %q, %v, want the line", got, err)
		}
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
	})
}
