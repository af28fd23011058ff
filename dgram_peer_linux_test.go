package uds_test

import (
	"syscall"
	"testing"

	"example.com/uds"
)

func TestDgramConnectedReceivesFromPeerOnly(t *testing.T) {
	a, b, stranger := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	_, err := stranger.WriteToAddr([]byte("x"), addrOf(t, a))
	wantError(t, "from a stranger", err, syscall.EPERM)
	sendString(t, b, "y", addrOf(t, a))
	if got := recvString(t, a); got != "y" {
		t.Errorf("got %q, want y", got)
	}
	if got, want := a.RemoteAddr().String(), addrOf(t, b).String(); got != want {
		t.Errorf("RemoteAddr: got %q, want %q", got, want)
	}
	must(t, a.Disconnect())
	sendString(t, stranger, "z", addrOf(t, a))
	if got := recvString(t, a); got != "z" {
		t.Errorf("after Disconnect: got %q, want z", got)
	}
	if got := a.RemoteAddr().String(); got != "" {
		t.Errorf("RemoteAddr after Disconnect: got %q, want none", got)
	}
	_, err = a.Write([]byte("x"))
	wantError(t, "Write after Disconnect", err, syscall.ENOTCONN)
	wantError(t, "Connect to the unnamed address", a.Connect(uds.Addr{}), syscall.EINVAL)
}

// The kernel discards what is queued when a socket changes its peer:
// unix_dgram_disconnected in net/unix/af_unix.c.
func TestDgramConnectElsewhereDiscards(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	sendString(t, b, "lost", addrOf(t, a))
	must(t, a.Connect(addrOf(t, c)))
	if n, err := a.Readable(); n != 0 || err != nil {
		t.Errorf("Readable: got %d, %v, want 0 and no error", n, err)
	}
}

func TestDgramTakeError(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	must(t, b.Connect(addrOf(t, a)))
	must(t, b.Send([]byte("makes the kernel tell")))
	must(t, a.Send([]byte("lost")))
	must(t, b.Connect(addrOf(t, c)))
	wantError(t, "TakeError", a.TakeError(), syscall.ECONNRESET)
	if err := a.TakeError(); err != nil {
		t.Errorf("the second TakeError: got %v, want nil", err)
	}
}

// unix_dgram_disconnected tells the peer of what it discards, and of nothing
// else.
func TestDgramTakeErrorWithoutLoss(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	must(t, b.Connect(addrOf(t, a)))
	must(t, b.Connect(addrOf(t, c)))
	if err := a.TakeError(); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}
