//go:build !linux

package socket

import "example.com/uds/internal/sys"

// Ended reports whether the last receive of zero bytes found nothing queued and the
// receiving direction shut down here, rather than an empty datagram. On these
// systems the two look alike: an empty datagram with no bytes behind it counts as
// the end once the direction is shut down.
func (t *Turn) Ended() bool {
	if t.ended || !t.shut() {
		return t.ended
	}
	n, e := sys.Readable(t.s.fd())
	return e != 0 || n == 0
}
