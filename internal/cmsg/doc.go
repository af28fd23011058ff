// Package cmsg encodes and decodes socket control messages, the ancillary data
// of sendmsg(2) and recvmsg(2), as cmsg(3) lays them out.
//
// It makes no system calls, checks every bound and never panics. A control
// buffer is a sequence of messages, each a header (length, level, type) and a
// payload, aligned as the system's [Layout] says. Functions of the package use
// [Native], the layout of the system the program runs on; the methods of a
// Layout do the same for any other.
//
// Levels and types are the caller's: their numbers differ between systems.
// Descriptors are plain numbers here: nothing in the package opens, closes or
// owns one.
package cmsg
