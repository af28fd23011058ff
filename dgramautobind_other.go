//go:build !linux

package uds

// autobinds says whether bind(2) to the unnamed address chooses an abstract
// name.
const autobinds = false
