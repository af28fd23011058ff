//go:build unix

// Fdpass opens a file that only its own user may read and passes it to a process
// of another user, which uses it. If this runs as root, that process is nobody's:
//
//	go build ./examples/fdpass && sudo ./fdpass
//
// Whether a process may open a file is decided when it opens it; a descriptor
// carries the answer with it.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"example.com/uds"
)

func main() {
	var err error
	if len(os.Args) == 2 && os.Args[1] == "receive" {
		err = receive(os.NewFile(3, "socket"), os.Stdout)
	} else {
		err = run(os.Stdout, exec.Command("/proc/self/exe", "receive"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fdpass:", err)
		os.Exit(1)
	}
}

// run passes a file to receiver, a command that calls receive.
func run(out io.Writer, receiver *exec.Cmd) error {
	dir, err := os.MkdirTemp("", "uds")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "secret")
	if err := os.WriteFile(path, []byte("the secret\n"), 0o600); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()

	receiver.Stdout, receiver.Stderr = out, os.Stderr
	c, err := start(receiver)
	if err != nil {
		return err
	}
	// The message is the path, so that the receiver can try it too.
	err = c.SendFiles([]byte(path), f)
	c.Close() // ends a receiver that got nothing
	return errors.Join(err, receiver.Wait())
}

// start starts a command, as nobody if it can, with a socket as descriptor 3, and
// returns the other end, which the caller closes.
func start(cmd *exec.Cmd) (*uds.SeqConn, error) {
	mine, its, err := uds.SeqPair()
	if err != nil {
		return nil, err
	}
	defer its.Close() // does nothing once it is detached
	socket, err := its.Detach()
	if err != nil {
		mine.Close()
		return nil, err
	}
	defer socket.Close() // the command has a duplicate
	cmd.ExtraFiles = []*os.File{socket}
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		const nobody = 65534
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if err := cmd.Start(); err != nil {
		mine.Close()
		return nil, err
	}
	return mine, nil
}

// receive gets a file over a socket and prints what is in it.
func receive(socket *os.File, out io.Writer) error {
	c, err := uds.FileSeqConn(socket)
	socket.Close() // c has a duplicate
	if err != nil {
		return err
	}
	defer c.Close()
	path := make([]byte, 4096)
	n, files, err := c.RecvFiles(path, 1)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return fmt.Errorf("got %d files, want 1", len(files))
	}
	defer files[0].Close()
	if os.Geteuid() != 0 {
		if f, err := os.Open(string(path[:n])); err != nil {
			fmt.Fprintf(out, "user %d opens the file: %v\n", os.Geteuid(), err)
		} else {
			f.Close()
			fmt.Fprintf(out, "user %d may open the file itself: as root, this passes it to nobody\n", os.Geteuid())
		}
	}
	content, err := io.ReadAll(files[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "user %d reads what was passed: %s", os.Geteuid(), content)
	return nil
}
