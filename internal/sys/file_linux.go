package sys

import (
	"bytes"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const maxPath = unix.PathMax

// siocunixfile is SIOCUNIXFILE of include/uapi/linux/un.h.
const siocunixfile = 0x89E0

// OpenDir opens a directory. One that may not be read is opened for lookups only;
// flock(2) does not take that descriptor.
func OpenDir(dir int, name string) (int, Errno) {
	fd, e := openAt(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK)
	if e == EACCES || e == EPERM {
		return openAt(dir, name, unix.O_PATH|unix.O_DIRECTORY)
	}
	return fd, e
}

// OpenPath opens a file with O_PATH: nothing happens to the file, and no
// permission but that to find it is needed.
func OpenPath(dir int, name string) (int, Errno) { return openAt(dir, name, unix.O_PATH) }

// OpenPathNoFollow is OpenPath for a symbolic link itself.
func OpenPathNoFollow(dir int, name string) (int, Errno) {
	return openAt(dir, name, unix.O_PATH|unix.O_NOFOLLOW)
}

// ProcPath returns a path that leads to the file of a descriptor, in this process.
func ProcPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }

// TryLock is flock(2) with LOCK_EX, EAGAIN if another has the lock.
func TryLock(fd int) Errno {
	return errno(again(func() error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) }))
}

// Unlock is flock(2) with LOCK_UN.
func Unlock(fd int) Errno { return errno(again(func() error { return unix.Flock(fd, unix.LOCK_UN) })) }

// RenameNoReplace renames a file within a directory, EEXIST if the new name
// exists.
func RenameNoReplace(dir int, from, to string) Errno {
	return renameAt(dir, from, to, unix.RENAME_NOREPLACE)
}

// RenameExchange exchanges two files of a directory in one step.
func RenameExchange(dir int, a, b string) Errno { return renameAt(dir, a, b, unix.RENAME_EXCHANGE) }

func renameAt(dir int, from, to string, flags uint) Errno {
	return errno(again(func() error { return unix.Renameat2(dir, from, dir, to, flags) }))
}

// ChmodSocket sets the mode of a socket that is not bound. The file that
// bind(2) makes gets it, less the bits of the umask: unix_bind_bsd in
// net/unix/af_unix.c.
func ChmodSocket(fd int, perm uint32) Errno {
	return errno(again(func() error { return unix.Fchmod(fd, perm) }))
}

// SocketFile returns a new descriptor, made with O_PATH, of the file that a
// socket is bound to. It needs CAP_NET_ADMIN: SIOCUNIXFILE in
// net/unix/af_unix.c.
func SocketFile(fd int) (int, Errno) {
	nfd, err := unix.IoctlRetInt(fd, siocunixfile)
	if err != nil {
		return -1, errno(err)
	}
	opened(nfd)
	return nfd, 0
}

// ChmodPath is chmod(2) on a descriptor made by OpenPath, which fchmod(2)
// refuses.
func ChmodPath(fd int, perm uint32) Errno {
	return errno(again(func() error { return unix.Chmod(ProcPath(fd), perm) }))
}

// ChownPath is chown(2) on a descriptor made by OpenPath. -1 leaves an ID as it is.
func ChownPath(fd, uid, gid int) Errno {
	return errno(again(func() error { return unix.Fchownat(fd, "", uid, gid, unix.AT_EMPTY_PATH) }))
}

// Umask reads the process's umask without changing it: proc_pid_status(5),
// Linux 4.7.
func Umask() (uint32, Errno) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, errno(err)
	}
	_, v, found := bytes.Cut(status, []byte("\nUmask:"))
	v, _, _ = bytes.Cut(v, []byte("\n"))
	mask, err := strconv.ParseUint(string(bytes.TrimSpace(v)), 8, 32)
	if !found || err != nil {
		return 0, ENOSYS
	}
	return uint32(mask), 0
}

// PidfdInode is the inode number of this process's pidfd, which no other
// process ever has. Before Linux 6.9 there is none, and the error is ENOSYS.
func PidfdInode() (uint64, Errno) {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return 0, errno(err)
	}
	defer unix.Close(fd)
	var fsInfo unix.Statfs_t
	if err := again(func() error { return unix.Fstatfs(fd, &fsInfo) }); err != nil {
		return 0, errno(err)
	}
	if int64(fsInfo.Type) != unix.PID_FS_MAGIC {
		return 0, ENOSYS
	}
	st, e := StatFD(fd)
	return st.ID.Ino, e
}
