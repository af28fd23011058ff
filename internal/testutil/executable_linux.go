package testutil

// executable names this program in a way that works for a child with another
// user too, who may not search the directory that holds the test binary: the
// link leads to the file itself (proc_pid_exe(5)), and a process may always
// follow its own.
func executable() (string, error) { return "/proc/self/exe", nil }
