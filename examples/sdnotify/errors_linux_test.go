package main

import (
	"strings"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A notification that can not be received is reported, and those behind it are
// received.
func TestNotificationsBehindAnError(t *testing.T) {
	m, err := NewManager(t.Context(), testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	sender, err := uds.DialDgram(m.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	if err := m.c.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	done := make(chan error, 1)
	go func() { done <- printAll(m, lineWriter(lines)) }()
	if line := <-lines; !strings.Contains(line, "timeout") {
		t.Errorf("got %q, want the timeout", line)
	}
	if err := m.c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := sender.Send([]byte("READY=1")); err != nil {
		t.Fatal(err)
	}
	for line := ""; !strings.Contains(line, "READY"); {
		select {
		case line = <-lines:
		case <-time.After(20 * time.Second):
			t.Fatal("the notification is not received")
		}
	}
	if err := m.c.CloseRead(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// lineWriter sends what is written.
type lineWriter chan<- string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}
