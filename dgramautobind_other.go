//go:build !linux

package uds

import "example.com/uds/socket"

// autobinds says that bind(2) to the unnamed address chooses an abstract name.
const autobinds = false

// autobind fails: only Linux has abstract names.
func (c *DgramConn) autobind() error { return socket.Unsupported("autobind") }
