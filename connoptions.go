package uds

import (
	"net"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// set runs f, which changes a setting.
func (c *conn) set(f func(*socket.Socket) error) error {
	if err := c.check("set"); err != nil {
		return err
	}
	return c.failSet("set", f(c.s))
}

// SetReadBuffer sets SO_RCVBUF in bytes.
func (c *conn) SetReadBuffer(bytes int) error { return c.setBuffer("read", sys.SoRcvbuf, bytes) }

// SetWriteBuffer sets SO_SNDBUF in bytes.
func (c *conn) SetWriteBuffer(bytes int) error { return c.setBuffer("write", sys.SoSndbuf, bytes) }

func (c *conn) setBuffer(name string, opt, bytes int) error {
	return c.set(func(s *socket.Socket) error {
		if bytes == 0 {
			return s.SetInt(sys.SolSocket, opt, 0)
		}
		return setBuffer(s, name, opt, bytes)
	})
}

// ReadBuffer returns SO_RCVBUF in bytes.
func (c *conn) ReadBuffer() (int, error) { return c.getInt(sys.SoRcvbuf) }

// WriteBuffer returns SO_SNDBUF in bytes.
func (c *conn) WriteBuffer() (int, error) { return c.getInt(sys.SoSndbuf) }

func (c *conn) getInt(opt int) (int, error) {
	if err := c.check("get"); err != nil {
		return 0, err
	}
	n, err := c.s.Int(sys.SolSocket, opt)
	return n, c.fail("get", err)
}

// SetOptions applies the fields of o that are not zero.
func (c *conn) SetOptions(o Options) error {
	if c.ok() && o.expected() != 0 {
		c.keeping().expect.announce(o.expected())
	}
	err := c.set(func(s *socket.Socket) error {
		if s.Closed() {
			return net.ErrClosed // even if no field asks the socket
		}
		return o.apply(s)
	})
	if c.ok() {
		c.forgetExpected()
	}
	if err == nil {
		c.given(&o)
		c.tell(&o)
	}
	return err
}

// tell tells the clones that timestamps were asked for, and asks for them once
// more: the Detach of a clone that had not been told may have turned them off.
func (c *conn) tell(o *Options) {
	if all := c.siblings(); all != nil && o.Timestamps {
		all.stamps.Store(true)
		_ = c.s.SetInt(sys.SolSocket, sys.SoTimestamp, 1)
	}
}

// given notes the options that the socket was given.
func (c *conn) given(o *Options) {
	if o.PassCredentials {
		c.mark.ask()
	}
	if o.Timestamps {
		c.mark.keep()
	}
}

// SetSpin sets how long a call that has to wait spins.
func (c *conn) SetSpin(d time.Duration) {
	if c.ok() {
		c.s.SetSpin(d)
	}
}
