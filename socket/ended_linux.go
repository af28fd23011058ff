package socket

// Ended reports whether the last receive of zero bytes found nothing queued and
// the receiving direction shut down here, rather than an empty datagram.
func (t *Turn) Ended() bool { return t.ended }
