//go:build !linux

package uds

// autobinds says that bind(2) to the unnamed address chooses an abstract name.
const autobinds = false
