// Package sys makes the system calls of this module and is the only package
// that imports unsafe.
//
// Every function makes one call, repeats it on EINTR where the call may be
// repeated, and returns the bare Errno: waiting, retry sets and error shapes
// belong to package socket. One decision about the operating system is one
// file family whose build expressions partition all systems; on a system
// without a call the function returns ENOSYS, which is errors.ErrUnsupported.
//
// Functions whose name ends in Raw bypass the scheduler: the thread stays the
// running thread of its P for the length of the call. They are for calls that
// never block and never drop the last reference to a file.
package sys
