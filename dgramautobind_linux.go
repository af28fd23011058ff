package uds

// autobinds says that bind(2) to the unnamed address chooses an abstract name.
const autobinds = true

// autobind asks for an abstract name of the kernel's choice. The caller holds
// c.mu.
func (c *DgramConn) autobind() error {
	if _, err := bindAddr(c.s, Addr{}); err != nil {
		return err
	}
	return c.noteLocal()
}
