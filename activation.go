package uds

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"

	"example.com/uds/internal/sys"
)

// The environment variables of socket activation: sd_listen_fds(3).
const (
	envListenPID     = "LISTEN_PID"
	envListenPidfdID = "LISTEN_PIDFDID"
	envListenFDs     = "LISTEN_FDS"
	envListenNames   = "LISTEN_FDNAMES"
)

// firstActivated is the first descriptor that is passed: SD_LISTEN_FDS_START.
const firstActivated = 3

// activation records whether ActivatedFiles has handed out the files.
var activation struct {
	mu    sync.Mutex
	taken bool
}

// ActivatedFiles returns the sockets that the service manager passed to this
// process, in order, as sd_listen_fds_with_names(3) does. The Name of each file
// is its entry in LISTEN_FDNAMES, or "unknown" if that is not set.
//
// The caller owns the files, which are close-on-exec. They may be of any kind:
// FileSeqListener, FileSeqConn and FileDgramConn check what they get and
// duplicate it, so that the file can be closed afterwards. A socket file belongs
// to the service manager: no Close of this package removes it.
//
// Without files for this process the result is nil and no error. That is so if
// LISTEN_PID or LISTEN_FDS is not set, if LISTEN_PID or LISTEN_PIDFDID names
// another process, and after a call that handed them out. A malformed variable is EINVAL
// and a descriptor that was not passed is EBADF; then nothing is handed out.
//
// If unsetEnv is true the four variables are removed whatever the result, so
// that child processes do not see them. Without a service manager that follows
// the protocol, on systems other than Linux too, the result is that of an empty
// environment.
func ActivatedFiles(unsetEnv bool) ([]*os.File, error) {
	activation.mu.Lock()
	defer activation.mu.Unlock()
	if unsetEnv {
		defer unsetActivation()
	}
	if activation.taken {
		return nil, nil
	}
	n, err := activatedCount()
	if err != nil || n == 0 {
		return nil, err
	}
	name, err := activatedNames(n)
	if err != nil {
		return nil, err
	}
	if err := checkActivated(n); err != nil {
		return nil, err
	}
	activation.taken = true
	files := make([]*os.File, n)
	for i := range files {
		fd := firstActivated + i
		sys.SetCloexec(fd)
		files[i] = os.NewFile(uintptr(fd), name(i))
	}
	return files, nil
}

// checkActivated checks that n descriptors were passed. A descriptor that is
// already close-on-exec was not: this process opened it.
func checkActivated(n int) error {
	for fd := firstActivated; fd < firstActivated+n; fd++ {
		own, e := sys.Cloexec(fd)
		if e == 0 && own {
			e = sys.EBADF
		}
		if e != 0 {
			return sysError(fmt.Sprintf("%s=%d, and descriptor %d was not passed", envListenFDs, n, fd), e)
		}
	}
	return nil
}

func unsetActivation() {
	for _, name := range []string{envListenPID, envListenPidfdID, envListenFDs, envListenNames} {
		os.Unsetenv(name)
	}
}

// activatedCount returns how many descriptors there are for this process.
func activatedCount() (int, error) {
	if ours, err := activatesUs(); err != nil || !ours {
		return 0, err
	}
	v, ok := os.LookupEnv(envListenFDs)
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > math.MaxInt32-firstActivated {
		return 0, envError(envListenFDs, v, "a count of descriptors")
	}
	return n, nil
}

// activatedNames returns the names of n descriptors.
func activatedNames(n int) (name func(i int) string, err error) {
	v, ok := os.LookupEnv(envListenNames)
	if !ok {
		return func(int) string { return "unknown" }, nil
	}
	names := strings.Split(v, ":")
	if len(names) != n {
		return nil, envError(envListenNames, v, fmt.Sprintf("%d names, as %s says", n, envListenFDs))
	}
	return func(i int) string { return names[i] }, nil
}

// activatesUs reports whether the environment is for this process and not for
// one of its ancestors.
func activatesUs() (bool, error) {
	v, ok := os.LookupEnv(envListenPID)
	if !ok {
		return false, nil
	}
	pid, err := strconv.Atoi(v)
	if err != nil || pid <= 0 {
		return false, envError(envListenPID, v, "a process number")
	}
	if pid != os.Getpid() {
		return false, nil
	}
	v, ok = os.LookupEnv(envListenPidfdID)
	if !ok {
		return true, nil
	}
	id, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return false, envError(envListenPidfdID, v, "an inode number")
	}
	own, e := sys.PidfdInode() // a PID can be reused, this number cannot
	return e != 0 || own == id, nil
}

func envError(name, value, want string) error {
	return sysError(fmt.Sprintf("%s=%q, want %s", name, value, want), sys.EINVAL)
}
