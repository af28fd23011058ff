package uds_test

import (
	"syscall"
	"testing"
)

// Whoever sends to a socket that has ended receiving is told so.
func TestCloseReadEndsTheSendsOfOthers(t *testing.T) {
	a, b := seqPair(t)
	must(t, b.CloseRead())
	isErr(t, "the peer's Send", a.Send([]byte("x")), syscall.EPIPE)
	must(t, b.Send([]byte("the other direction goes on")))

	c, d := dgramPair(t)
	must(t, d.CloseRead())
	isErr(t, "the peer's Send", c.Send([]byte("x")), syscall.EPIPE)

	receiver := listenDgram(t)
	must(t, receiver.CloseRead())
	_, err := newDgram(t).WriteToAddr([]byte("x"), addrOf(t, receiver))
	isErr(t, "a stranger's WriteToAddr", err, syscall.EPIPE)
}
