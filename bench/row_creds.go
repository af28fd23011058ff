package main

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

type credOpener = func(set bool) (looper, error)

// credTechs send messages over a SEQPACKET pair whose receiver asks for the sender's
// credentials, and check them. With set, the sender names them itself.
var credTechs = map[string]credOpener{
	"net":      openNetCreds,
	"mdlayher": openMdCreds,
	"c":        openCCreds,
}

// credRows: net cannot set or report credentials; its users encode and parse
// the control message with package syscall.
func credRows() []row {
	open := func(set bool) func(dir string, t credOpener) (task, error) {
		return openLoop(func(t credOpener, _ string) (looper, error) { return t(set) })
	}
	names := []string{"net", "mdlayher", "c", "uds"}
	return []row{
		{name: "cred", family: "cred", title: "64 B with the sender's credentials attached by the kernel, one goroutine",
			entries: entries(credTechs, open(false), names...)},
		{name: "cred-set", family: "cred", title: "64 B with credentials set by the sender, one goroutine",
			entries: entries(credTechs, open(true), names...)},
	}
}

// creds is the control of credentials: encoded once, parsed every time.
func creds(set bool) control {
	var oob []byte
	if set {
		oob = syscall.UnixCredentials(&syscall.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Getuid()), Gid: uint32(os.Getgid())})
	}
	return control{encode: func() []byte { return oob }, take: checkCreds}
}

func checkCreds(oob []byte) error {
	ms, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	if len(ms) != 1 {
		return errControl
	}
	u, err := syscall.ParseUnixCredentials(&ms[0])
	if err != nil {
		return err
	}
	if u.Pid != int32(os.Getpid()) || u.Uid != uint32(os.Getuid()) {
		return errControl
	}
	return nil
}

func passCreds(c syscall.Conn) error {
	rc, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = rc.Control(func(fd uintptr) {
		failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_PASSCRED, 1)
	})
	return errors.Join(err, failed)
}

func openNetCreds(set bool) (looper, error) {
	a, b, err := netControlPair(creds(set))
	if err != nil {
		return nil, err
	}
	return made[looper](linkLoop{a, b, controlSize}, passCreds(b.c))
}

func openMdCreds(set bool) (looper, error) {
	a, b, err := mdControlPair(creds(set))
	if err != nil {
		return nil, err
	}
	return made[looper](linkLoop{a, b, controlSize}, passCreds(b.c))
}

type cCreds struct {
	a, b int
	set  bool
}

func openCCreds(set bool) (looper, error) {
	a, b, err := rawPair()
	if err != nil {
		return nil, err
	}
	return made[looper](cCreds{a, b, set}, unix.SetsockoptInt(b, unix.SOL_SOCKET, unix.SO_PASSCRED, 1))
}

func (c cCreds) loop(n int) error { return cbench.Creds(c.a, c.b, c.set, n) }
func (c cCreds) close() error     { return errors.Join(unix.Close(c.a), unix.Close(c.b)) }
