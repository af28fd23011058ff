//go:build unix

package socket_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"example.com/uds/socket"
)

// A turn that TryBeginRecv made has the time limits of one that BeginRecv made.
func TestTurnOfTryBeginHasTheTimeout(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	if err := a.SetReadTimeout(20 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	done := start(func() error {
		var turn socket.Turn
		if err := a.TryBeginRecv(&turn); err != nil {
			return err
		}
		defer turn.End()
		_, err := turn.Recv(make([]byte, 1), 0)
		return err
	})
	if err := within(t, done); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want %v", err, os.ErrDeadlineExceeded)
	}
}

// Err tells of a turn's end between calls that do not wait.
func TestTurnErr(t *testing.T) {
	a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
	var turn socket.Turn
	if err := a.BeginSend(&turn); err != nil {
		t.Fatal(err)
	}
	defer turn.End()
	if err := turn.Err(); err != nil {
		t.Errorf("before: got %v, want nil", err)
	}
	a.Cancel()
	if err := turn.Err(); err != context.Canceled {
		t.Errorf("after Cancel: got %v, want %v", err, context.Canceled)
	}
}
