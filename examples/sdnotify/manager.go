package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"example.com/uds"
)

// Notification is one message of a service.
type Notification struct {
	Sender uds.Cred
	State  map[string]string // the last of each assignment
	Files  []*os.File        // the receiver's, who closes them
}

// Manager receives what services tell.
type Manager struct{ c *uds.DgramConn }

// NewManager listens at the address, which is NOTIFY_SOCKET for the services.
// The caller closes it.
func NewManager(ctx context.Context, address string) (*Manager, error) {
	lc := uds.ListenConfig{Options: uds.Options{PassCredentials: true}}
	c, err := lc.ListenDgram(ctx, address)
	if err != nil {
		return nil, err
	}
	return &Manager{c}, nil
}

// Address is what NOTIFY_SOCKET has to be.
func (m *Manager) Address() string { return m.c.LocalAddr().String() }

// Close stops receiving.
func (m *Manager) Close() error { return m.c.Close() }

// maxFiles is more than a message can carry.
const maxFiles = 253

// errNoCredentials says that a message came without its sender.
var errNoCredentials = errors.New("a notification without credentials")

// Receive waits for the next notification. A barrier is answered here, and not
// returned: all notifications before it have been returned. A notification that does
// not fit is ignored.
func (m *Manager) Receive() (Notification, error) {
	oob := uds.OOB{MaxFiles: maxFiles}
	defer oob.Close()
	msg := uds.Message{Buffers: [][]byte{make([]byte, 4096)}, OOB: &oob}
	for {
		err := m.c.RecvMsg(&msg, 0)
		if errors.Is(err, uds.ErrTruncated) || errors.Is(err, uds.ErrOOBTruncated) {
			continue
		}
		if err != nil {
			return Notification{}, err
		}
		if oob.Cred == nil {
			return Notification{}, errNoCredentials
		}
		state := parse(string(msg.Buffers[0][:msg.N]))
		if state["BARRIER"] != "1" {
			return Notification{*oob.Cred, state, oob.TakeFiles()}, nil
		}
		if err := oob.Close(); err != nil { // which is the answer
			return Notification{}, err
		}
	}
}

// parse reads lines such as "READY=1".
func parse(s string) map[string]string {
	state := map[string]string{}
	for line := range strings.Lines(s) {
		if k, v, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "="); ok {
			state[k] = v
		}
	}
	return state
}
