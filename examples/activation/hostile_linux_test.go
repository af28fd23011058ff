package main

import (
	"errors"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A client that does not receive its answers holds up nobody else's.
func TestClientThatDoesNotReceive(t *testing.T) {
	testutil.CheckLeaks(t)
	c, err := uds.ListenDgram(testutil.SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { answerDatagrams(c); close(done) }()
	defer func() { c.Close(); <-done }()

	silent, err := uds.ListenDgram("")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	patient, err := uds.DialDgram(c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer patient.Close()
	deadline := time.Now().Add(20 * time.Second)
	if err := errors.Join(silent.SetDeadline(deadline), patient.SetDeadline(deadline)); err != nil {
		t.Fatal(err)
	}
	for range 50 { // more than its queue holds
		if _, err := silent.WriteTo([]byte("more"), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	echo(t, patient)
}
