package main

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Nobody ends the service by what he sends: descriptors, or more than there is
// room for.
func TestHostileSenders(t *testing.T) {
	testutil.CheckLeaks(t)
	path := testutil.SocketPath(t)
	c, err := listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	served := make(chan error, 1)
	go func() { err := serve(c, w); w.CloseWithError(err); served <- err }()

	sender, err := uds.DialDgram(path)
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	for _, err := range []error{
		sender.SendFiles([]byte("<0>with a descriptor"), os.Stdin),
		sender.Send([]byte("<0>" + strings.Repeat("x", 100_000))),
		sender.Send([]byte("<0>the last")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 200_000)
	for lines.Scan() && !strings.HasSuffix(lines.Text(), "the last") {
	}
	if !strings.HasSuffix(lines.Text(), "the last") {
		t.Errorf("got the end of the service, %v, want the last message", lines.Err())
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
