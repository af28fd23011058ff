//go:build !linux

package socket

// Marked reports that no message has a control message.
func (t *Turn) Marked() (bool, error) { return false, nil }
