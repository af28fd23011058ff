//go:build !unix

package sys

// AtCwd stands for the current directory in a call that takes a directory.
const AtCwd = -100

// MaxPath is the longest path, in bytes, that one call takes.
const MaxPath = 1023

// OpenDir fails.
func OpenDir(int, string) (int, Errno) { return -1, ENOSYS }

// StatAt fails.
func StatAt(int, string) (FileStat, Errno) { return FileStat{}, ENOSYS }

// StatFD fails.
func StatFD(int) (FileStat, Errno) { return FileStat{}, ENOSYS }

// UnlinkAt fails.
func UnlinkAt(int, string) Errno { return ENOSYS }

// Cloexec fails.
func Cloexec(int) (bool, Errno) { return false, ENOSYS }

// SetCloexec fails.
func SetCloexec(int) Errno { return ENOSYS }
