//go:build !linux

package sys

// These systems lack a descriptor that leads to a file without opening it, a path
// that leads to a descriptor's file, or an exchange of two files: what needs them
// returns ENOSYS.

// OpenPath fails.
func OpenPath(int, string) (int, Errno) { return -1, ENOSYS }

// OpenPathNoFollow fails.
func OpenPathNoFollow(int, string) (int, Errno) { return -1, ENOSYS }

// ProcPath is empty.
func ProcPath(int) string { return "" }

// TryLock fails.
func TryLock(int) Errno { return ENOSYS }

// Unlock fails.
func Unlock(int) Errno { return ENOSYS }

// RenameNoReplace fails.
func RenameNoReplace(int, string, string) Errno { return ENOSYS }

// RenameExchange fails.
func RenameExchange(int, string, string) Errno { return ENOSYS }

// ChmodSocket fails.
func ChmodSocket(int, uint32) Errno { return ENOSYS }

// SocketFile fails.
func SocketFile(int) (int, Errno) { return -1, ENOSYS }

// ChmodPath fails.
func ChmodPath(int, uint32) Errno { return ENOSYS }

// ChownPath fails.
func ChownPath(int, int, int) Errno { return ENOSYS }

// Umask fails.
func Umask() (uint32, Errno) { return 0, ENOSYS }

// PidfdInode fails.
func PidfdInode() (uint64, Errno) { return 0, ENOSYS }
