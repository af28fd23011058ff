package main

import "fmt"

// bulk is a transfer of total bytes: piece bytes a write, into a read buffer of buf bytes.
type bulk struct {
	piece, buf int
	total      int64
}

// cPiece is the largest SEQPACKET message for which the kernel needs no
// contiguous memory; a program that sends messages stays at or below it.
const cPiece = 85600

// messages is b for a program that must fit its messages into the reader's buffer.
func (b bulk) messages() bulk {
	n := min(b.piece, b.buf, cPiece)
	return bulk{n, n, b.total}
}

// bulkByte is the byte at offset at of a transfer in pieces: a receive that
// loses, repeats or reorders bytes meets a wrong one.
func bulkByte(at int64, piece int) byte { return byte(at % int64(piece) % 251) }

func bulkPiece(piece int) []byte {
	p := make([]byte, piece)
	for i := range p {
		p[i] = bulkByte(int64(i), piece)
	}
	return p
}

func (e goEnd) bulkSend(b bulk) error {
	p := bulkPiece(b.piece)
	for at := int64(0); at < b.total; {
		n, err := e.l.send(p[:min(int64(b.piece), b.total-at)])
		if err != nil {
			return fmt.Errorf("after %d bytes: %w", at, err)
		}
		at += int64(n)
	}
	return nil
}

func (e goEnd) bulkRecv(b bulk) error {
	p := make([]byte, b.buf)
	for at := int64(0); at < b.total; {
		n, err := e.l.recv(p)
		if err != nil {
			return fmt.Errorf("after %d bytes: %w", at, err)
		}
		at += int64(n)
		if n == 0 || p[n-1] != bulkByte(at-1, b.piece) {
			return fmt.Errorf("after %d bytes: %w", at, errByte)
		}
	}
	return nil
}
