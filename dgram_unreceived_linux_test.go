package uds_test

import (
	"errors"
	"testing"

	"example.com/uds"
)

// What nobody has received yet counts against the sender's SO_SNDBUF, and a
// receiver that is connected to the sender has no limit of its own: see
// unix_dgram_sendmsg and sock_alloc_send_pskb in the kernel's net/unix/af_unix.c
// and net/core/sock.c.
func TestDgramSilentClientHoldsUpAnswersToOthers(t *testing.T) {
	server := listenDgram(t)
	silent := dialDgramTo(t, server.LocalAddr().String())
	other := dialDgramTo(t, server.LocalAddr().String())
	sent := fill(t, server, addrOf(t, silent), []byte("x"))

	m := uds.Message{Buffers: [][]byte{[]byte("y")}, Addr: addrOf(t, other)}
	if err := server.SendMsg(&m, uds.FlagNoWait); !errors.Is(err, uds.ErrWouldBlock) {
		t.Errorf("after %d datagrams to another: got %v, want %v", sent, err, uds.ErrWouldBlock)
	}

	answered := make(chan error, 1)
	go func() { answered <- server.SendMsg(&m, 0) }()
	must(t, silent.Close())
	must(t, <-answered)
}
