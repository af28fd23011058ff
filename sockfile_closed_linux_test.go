package uds_test

import (
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// What becomes of the socket file is settled by the first Close, or by a Detach:
// SetUnlinkOnClose changes nothing after it.
func TestSockfileIsSettledByTheFirstClose(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, c *uds.DgramConn){
		"Close": func(t *testing.T, c *uds.DgramConn) {
			c.SetUnlinkOnClose(false)
			must(t, c.Close())
		},
		"Detach": func(t *testing.T, c *uds.DgramConn) {
			f, err := c.Detach()
			must(t, err)
			closeLater(t, f)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := testutil.SocketPath(t)
			c, err := uds.ListenDgram(path)
			must(t, err)
			end(t, c)
			c.SetUnlinkOnClose(true)
			c.Close() // net.ErrClosed
			if _, err := os.Lstat(path); err != nil {
				t.Errorf("got %v, want the file", err)
			}
		})
	}
}

func TestSockfileOfAListenerIsSettledByTheFirstClose(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	l.SetUnlinkOnClose(true)
	l.Close() // net.ErrClosed
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("got %v, want the file", err)
	}
}
