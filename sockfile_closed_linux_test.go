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

// A Close that finds no descriptor to open the directory with removes the file all
// the same, and leaves one that has come to the path since.
func TestSockfileOfACloseWithoutDescriptors(t *testing.T) {
	for network, open := range openers {
		for _, moved := range []bool{false, true} {
			path := testutil.SocketPath(t)
			closeSocket, err := open(new(uds.ListenConfig), path)
			must(t, err)
			if moved {
				must(t, os.Rename(path, path+".old"))
				must(t, os.WriteFile(path, nil, 0o600))
			}
			restore := testutil.LeaveDescriptors(0)
			err = closeSocket()
			restore()
			must(t, err)
			if _, err := os.Lstat(path); (err == nil) != moved {
				t.Errorf("%s: got %v, with another file at the path: %v", network, err, moved)
			}
		}
	}
}
