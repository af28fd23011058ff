package main

import (
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A notification that is too long is ignored, as systemd does, and those behind it
// are received.
func TestTooLongANotification(t *testing.T) {
	testutil.CheckLeaks(t)
	m := manager(t)
	sender, err := uds.DialDgram(m.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	for _, text := range []string{"STATUS=" + strings.Repeat("x", 5000), "READY=1"} {
		if err := sender.Send([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	n, err := m.Receive()
	if err != nil || n.State["READY"] != "1" {
		t.Errorf("got %v, %v, want READY=1", n, err)
	}
}
