//go:build unix

package sys

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// AtCwd stands for the current directory in a call that takes a directory.
const AtCwd = unix.AT_FDCWD

// MaxPath is the longest path, in bytes, that one call takes: PATH_MAX less
// the terminating NUL byte.
const MaxPath = maxPath - 1

// StatAt is fstatat(2); a symbolic link is not followed.
func StatAt(dir int, name string) (FileStat, Errno) {
	var st unix.Stat_t
	err := again(func() error { return unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil {
		return FileStat{}, errno(err)
	}
	return fileStat(&st), 0
}

// StatFD is fstat(2).
func StatFD(fd int) (FileStat, Errno) {
	var st unix.Stat_t
	err := again(func() error { return unix.Fstat(fd, &st) })
	if err != nil {
		return FileStat{}, errno(err)
	}
	return fileStat(&st), 0
}

// UnlinkAt is unlinkat(2).
func UnlinkAt(dir int, name string) Errno {
	return errno(again(func() error { return unix.Unlinkat(dir, name, 0) }))
}

// Cloexec reports whether a descriptor is close-on-exec. EBADF says that there
// is none.
func Cloexec(fd int) (bool, Errno) {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return flags&unix.FD_CLOEXEC != 0, errno(err)
}

// SetCloexec makes a descriptor close-on-exec.
func SetCloexec(fd int) Errno {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC)
	return errno(err)
}

// openAt is openat(2), close-on-exec.
func openAt(dir int, name string, flags int) (int, Errno) {
	fd := -1
	err := again(func() (err error) {
		fd, err = unix.Openat(dir, name, flags|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, errno(err)
	}
	opened(fd)
	return fd, 0
}

// again repeats f while a signal interrupts it.
func again(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

func fileStat(st *unix.Stat_t) FileStat {
	return FileStat{
		ID:   FileID{uint64(st.Dev), uint64(st.Ino)},
		Mode: fs.FileMode(st.Mode&0o777) | fileType(uint32(st.Mode)),
		UID:  st.Uid,
		GID:  st.Gid,
	}
}

// fileType is the type in a st_mode.
func fileType(mode uint32) fs.FileMode {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return 0
	case unix.S_IFDIR:
		return fs.ModeDir
	case unix.S_IFLNK:
		return fs.ModeSymlink
	case unix.S_IFSOCK:
		return fs.ModeSocket
	case unix.S_IFIFO:
		return fs.ModeNamedPipe
	case unix.S_IFBLK:
		return fs.ModeDevice
	case unix.S_IFCHR:
		return fs.ModeDevice | fs.ModeCharDevice
	}
	return fs.ModeIrregular
}
