//go:build linux

package uds_test

import (
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// A listener that closes on a full backlog, whose connections have messages with
// descriptors, leaves none: neither in the process nor in the kernel, where the
// writing ends of pipes that nobody else has come to their end. Some of the
// messages carry the connection that they are on, which only the kernel's
// collector of such rings finds.
func TestListenerClosedOnQueuedFiles(t *testing.T) {
	before := testutil.FDCount(t)
	lc := uds.ListenConfig{Backlog: 5, Options: uds.Options{PassCredentials: true}}
	l, err := lc.ListenSeq(t.Context(), abstractName())
	must(t, err)
	defer l.Close()
	var readers []*os.File
	var clients []*uds.SeqConn
	for range 6 { // the backlog and one more: unix_recvq_full in net/unix/af_unix.c
		c := client(t, l.Addr().String())
		clients = append(clients, c)
		for _, itself := range []bool{false, true, false} {
			readers = append(readers, queuePipe(t, c, itself))
		}
	}
	for _, c := range clients[3:] { // some go first
		must(t, c.Close())
	}
	must(t, l.Close())
	for _, c := range clients[:3] {
		must(t, c.Close())
	}
	for _, r := range readers {
		atEnd(t, r)
	}
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d", got, before)
	}
}

// queuePipe sends the writing end of a pipe, which is closed then, perhaps with
// the connection itself, and returns the reading end.
func queuePipe(t *testing.T, c *uds.SeqConn, itself bool) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	must(t, err)
	files := []*os.File{writer}
	if itself {
		f, err := c.File()
		must(t, err)
		defer f.Close()
		files = append(files, f)
	}
	must(t, c.SendFiles([]byte("queued"), files...))
	must(t, writer.Close())
	return reader
}
