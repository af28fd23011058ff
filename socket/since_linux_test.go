package socket_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/socket"
)

// A Cancel ends the turns of a call that began before it, and the timeout that
// was set then counts from the call's start.
func TestTurnsOfACallThatBegan(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(s *socket.Socket)
		want error
	}{
		{"nothing", func(*socket.Socket) {}, nil},
		{"a timeout of later calls", func(s *socket.Socket) { _ = s.SetWriteTimeout(time.Nanosecond) }, nil},
		{"Cancel", (*socket.Socket).Cancel, context.Canceled},
		{"deadline", func(s *socket.Socket) { _ = s.SetWriteDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
	} {
		s, _ := pair(t, socket.AFUnix, socket.SockDgram)
		began := s.SendBegan()
		c.end(s)
		wantTurns(t, c.name, s, began, c.want)
	}
	s, _ := pair(t, socket.AFUnix, socket.SockDgram)
	if err := s.SetWriteTimeout(time.Nanosecond); err != nil {
		t.Fatal(err)
	}
	began := s.SendBegan()
	if err := s.SetWriteTimeout(0); err != nil {
		t.Fatal(err)
	}
	wantTurns(t, "timeout", s, began, os.ErrDeadlineExceeded)
	wantTurns(t, "the present", s, socket.Began{}, nil)
}

// wantTurns begins a turn both ways for a call that began.
func wantTurns(t *testing.T, name string, s *socket.Socket, began socket.Began, want error) {
	t.Helper()
	for call, begin := range map[string]func(*socket.Turn, socket.Began) error{
		"BeginSendSince": s.BeginSendSince, "TryBeginSendSince": s.TryBeginSendSince,
	} {
		var turn socket.Turn
		err := begin(&turn, began)
		if err == nil {
			turn.End()
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %s: got %v, want %v", name, call, err, want)
		}
	}
}
