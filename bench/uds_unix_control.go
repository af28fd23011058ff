package main

import (
	"os"

	"example.com/uds"
)

func init() {
	fileTechs["uds"] = func(files []*os.File) (looper, error) { return openUDSUnix(rights(files, closeFDs)) }
}

// udsUnixControl is the pair of calls with net's signatures, used as net's are.
type udsUnixControl struct {
	udsBytes
	control
	oob []byte
}

func openUDSUnix(k control) (looper, error) {
	a, b, err := uds.SeqPair()
	if err != nil {
		return nil, err
	}
	oob := make([]byte, 256)
	return linkLoop{&udsUnixControl{udsBytes{a}, k, oob}, &udsUnixControl{udsBytes{b}, k, oob}, controlSize}, nil
}

func (l *udsUnixControl) send(p []byte) (int, error) {
	n, _, err := l.c.WriteMsgUnix(p, l.encode(), nil)
	return n, err
}

func (l *udsUnixControl) recv(p []byte) (int, error) {
	n, oobn, _, _, err := l.c.ReadMsgUnix(p, l.oob)
	if err != nil {
		return n, err
	}
	return n, l.take(l.oob[:oobn])
}
