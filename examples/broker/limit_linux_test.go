package main

import (
	"log"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// logged passes on what is logged.
type logged chan string

func (l logged) Write(p []byte) (int, error) {
	select {
	case l <- string(p):
	default:
	}
	return len(p), nil
}

// A broker without a free descriptor goes on when it has one again.
func TestSurvivesDescriptorLimit(t *testing.T) {
	path, _ := start(t)
	lines := make(logged, 1)
	log.SetOutput(lines)
	defer log.SetOutput(os.Stderr)
	release := testutil.LeaveDescriptors(1) // the client's
	defer release()
	c, err := uds.DialSeq(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	select {
	case line := <-lines:
		if !strings.Contains(line, syscall.EMFILE.Error()) {
			t.Errorf("got %q, want EMFILE", line)
		}
	case <-time.After(10 * time.Second):
		t.Error("Accept found a descriptor or the broker ended")
	}
	release()
	if err := c.Send([]byte("r readme")); err != nil {
		t.Fatal(err)
	}
	n, files, err := c.RecvFiles(make([]byte, 100), 1)
	if n != 0 || len(files) != 1 || err != nil {
		t.Fatalf("got %d bytes, %d files, %v, want one file", n, len(files), err)
	}
	files[0].Close()
}
