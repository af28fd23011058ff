// Sdnotify runs a program as a service manager does, and prints what the program
// tells by sd_notify(3) until it ends: its state, who said so, and which files it
// gave to keep.
//
//	go run ./examples/sdnotify systemd-notify --ready --status="at work"
//
// The type Notifier is the other side: what a service needs.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"slices"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: sdnotify program [argument ...]")
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := run(context.Background(), cmd, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run runs cmd and prints its notifications.
func run(ctx context.Context, cmd *exec.Cmd, w io.Writer) error {
	m, err := NewManager(ctx, "") // an abstract name that the kernel chooses
	if err != nil {
		return err
	}
	printed := make(chan error, 1)
	go func() { printed <- printAll(m, w) }()
	cmd.Env = append(cmd.Environ(), "NOTIFY_SOCKET="+m.Address())
	err = cmd.Run()
	// What is queued is still received; then comes the end.
	return errors.Join(err, m.c.CloseRead(), <-printed, m.Close())
}

// pause is how long nothing is received after an error.
const pause = 100 * time.Millisecond

// printAll prints notifications, and what went wrong with one, until no more come.
func printAll(m *Manager, w io.Writer) error {
	for {
		n, err := m.Receive()
		if err == io.EOF || errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil { // No descriptor is left, say: that passes.
			fmt.Fprintln(w, "no notification:", err)
			time.Sleep(pause)
			continue
		}
		fmt.Fprintln(w, n)
		for _, f := range n.Files {
			f.Close()
		}
	}
}

func (n Notification) String() string {
	var state []string
	for k, v := range n.State {
		state = append(state, fmt.Sprintf("%s=%q", k, v))
	}
	slices.Sort(state)
	return fmt.Sprintf("pid=%d uid=%d files=%d %s", n.Sender.PID, n.Sender.UID, len(n.Files), state)
}
