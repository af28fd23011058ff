//go:build linux

package uds_test

import (
	"net"
	"strings"
	"testing"

	"example.com/uds"
)

// messageComparisons are about single messages.
var messageComparisons = []comparison{
	{
		`an empty message between "one" and "two", by ` + "`Read`",
		func(t testing.TB) string { a, b := unixPair(t); return readAround(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return readAround(t, a, b) },
	},
	{
		"the same, message by message",
		func(t testing.TB) string { a, b := unixPair(t); return readAround(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return recvAround(t, a, b) },
	},
	{
		`the peer answers "reply" and closes with unread input`,
		func(t testing.TB) string { a, b := unixPair(t); return afterReset(t, a, b) },
		func(t testing.TB) string { a, b := seqPair(t); return afterReset(t, a, b) },
	},
}

func sendAround(t testing.TB, a net.Conn) {
	send := func(p []byte) error { _, err := a.Write(p); return err }
	if c, ok := a.(*uds.SeqConn); ok {
		send = c.Send
	}
	for _, m := range []string{"one", "", "two"} {
		must(t, send([]byte(m)))
	}
	must(t, a.Close())
}

func readAround(t testing.TB, a, b net.Conn) string {
	sendAround(t, a)
	return receives(4, b.Read)
}

func recvAround(t testing.TB, a net.Conn, b *uds.SeqConn) string {
	sendAround(t, a)
	return receives(4, b.Recv)
}

// receives says what up to n calls of f returned, until the second EOF.
func receives(n int, f func([]byte) (int, error)) string {
	p := make([]byte, 64)
	var got []string
	for range n {
		k, err := f(p)
		got = append(got, outcome(p[:k], err))
		if k := len(got); k > 1 && got[k-1] == "EOF" && got[k-2] == "EOF" {
			got = got[:k-1]
			break
		}
	}
	return strings.ReplaceAll(strings.Join(got, ", "), `""`, `"" (0, nil)`)
}

func afterReset(t testing.TB, a, b net.Conn) string {
	_, err := b.Write([]byte("never read"))
	must(t, err)
	_, err = a.Write([]byte("reply"))
	must(t, err)
	must(t, a.Close())
	return strings.ReplaceAll(receives(3, b.Read), "RESET", "ECONNRESET")
}
