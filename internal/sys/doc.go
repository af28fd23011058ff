// Package sys makes the system calls of this module. It and its test helper systest
// are the only packages that import unsafe.
//
// Every function makes one call and returns the bare Errno: waiting, retries and
// error shapes belong to package socket. Only calls that nothing above would
// repeat, such as poll(2), bind(2) and those of the file system, are repeated here
// when a signal interrupts them.
//
// Each decision about the operating system is one file family whose build
// expressions partition all systems. On a system without a call the function
// returns ENOSYS or EOPNOTSUPP, both of which are errors.ErrUnsupported.
//
// Functions whose name ends in Raw bypass the scheduler: the thread stays the
// running thread of its P for the length of the call. They are for calls that
// never block and never drop the last reference to a file.
package sys
