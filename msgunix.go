package uds

import (
	"net"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// What ReadMsgUnix and WriteMsgUnix of both kinds of connection share.

// handOn copies control, the received control messages, to oob. If they do not
// fit, or did not when they were received, it closes every descriptor among them,
// and MSG_CTRUNC is among the flags that it returns.
func (x *exchange) handOn(control, oob []byte, flags int) (oobn, _ int, err error) {
	if len(control) <= len(oob) && (flags&socket.MsgCtrunc == 0 || len(oob) == 0) {
		return copy(oob, control), flags, nil
	}
	x.found.parse(control)
	x.found.close()
	x.found.reset()
	if flags |= socket.MsgCtrunc; len(oob) == 0 {
		return 0, flags, nil
	}
	return 0, flags, ErrOOBTruncated
}

// otherNetwork returns an error if addr, given to WriteMsgUnix, has a name but
// is not of the connection's network.
func (c *conn) otherNetwork(addr *net.UnixAddr) error {
	if addr == nil || addr.Name == "" || addr.Net == c.network() {
		return nil
	}
	return sysError("address of network "+addr.Net+", want "+c.network(), sys.EAFNOSUPPORT)
}
