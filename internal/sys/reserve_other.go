//go:build !unix

package sys

// Reserve returns n bytes of zeroed memory.
func Reserve(n int) []byte { return make([]byte, n) }

// Unreserve does nothing.
func Unreserve([]byte) {}
