package main

import (
	"os"

	"example.com/uds"
)

func init() {
	ownedTechs["uds"] = func(files []*os.File) (looper, error) { return openUDSFiles(files, closeOOB) }
	ownedTechs["uds-take"] = func(files []*os.File) (looper, error) { return openUDSFiles(files, takeOOB) }
	credTechs["uds"] = openUDSCreds
}

// udsControl keeps its messages, one to send and one to receive.
type udsControl struct {
	udsBytes
	out, in uds.Message
	check   func(*uds.OOB) error
}

func newUDSControl(c *uds.SeqConn, out *uds.OOB, in uds.OOB, check func(*uds.OOB) error) *udsControl {
	return &udsControl{
		udsBytes{c},
		uds.Message{Buffers: make([][]byte, 1), OOB: out},
		uds.Message{Buffers: make([][]byte, 1), OOB: &in},
		check,
	}
}

func udsControlPair(out *uds.OOB, in uds.OOB, check func(*uds.OOB) error) (a, b *udsControl, err error) {
	x, y, err := uds.SeqPair()
	if err != nil {
		return nil, nil, err
	}
	return newUDSControl(x, out, in, check), newUDSControl(y, out, in, check), nil
}

func (l *udsControl) send(p []byte) (int, error) {
	l.out.Buffers[0] = p
	err := l.c.SendMsg(&l.out, 0)
	return l.out.N, err
}

func (l *udsControl) recv(p []byte) (int, error) {
	l.in.Buffers[0] = p
	if err := l.c.RecvMsg(&l.in, 0); err != nil {
		return l.in.N, err
	}
	return l.in.N, l.check(l.in.OOB)
}

// openUDSFiles: "uds" lets the OOB close what arrived; "uds-take" takes the
// files and closes each, as a program that wants to use them does.
func openUDSFiles(files []*os.File, release func(*uds.OOB) error) (looper, error) {
	check := func(o *uds.OOB) error {
		if len(o.Files) != len(files) {
			return errControl
		}
		return release(o)
	}
	a, b, err := udsControlPair(&uds.OOB{Files: files}, uds.OOB{MaxFiles: len(files)}, check)
	return linkLoop{a, b, controlSize}, err
}

func closeOOB(o *uds.OOB) error { return o.Close() }

func takeOOB(o *uds.OOB) error {
	for _, f := range o.TakeFiles() {
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

func openUDSCreds(set bool) (looper, error) {
	me := uds.Cred{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid()}
	var out *uds.OOB
	if set {
		out = &uds.OOB{Cred: &me}
	}
	check := func(o *uds.OOB) error {
		if o.Cred == nil || *o.Cred != me {
			return errControl
		}
		return nil
	}
	a, b, err := udsControlPair(out, uds.OOB{}, check)
	if err != nil {
		return nil, err
	}
	return made[looper](linkLoop{a, b, controlSize}, b.c.SetOptions(uds.Options{PassCredentials: true}))
}
