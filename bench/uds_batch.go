package main

import "example.com/uds"

// udsBatch moves batchSize messages a call, like cbench.Mmsg.
type udsBatch struct {
	goEnd
	c *uds.SeqConn
}

func newUDSBatch(c *uds.SeqConn) end { return udsBatch{goEnd{udsBytes{c}}, c} }

// batch is batchSize messages of one size.
func batch(size int) []uds.Message {
	ms := make([]uds.Message, batchSize)
	for i := range ms {
		ms[i].Buffers = [][]byte{make([]byte, size)}
	}
	return ms
}

func (e udsBatch) sendSome(ms []uds.Message, at int) error {
	for i := range ms {
		p := ms[i].Buffers[0]
		p[len(p)-1] = byte(at + i)
	}
	for len(ms) > 0 {
		n, err := e.c.SendBatch(ms)
		if err != nil {
			return err
		}
		ms = ms[n:]
	}
	return nil
}

// recvSome takes between 1 and len(ms) messages.
func (e udsBatch) recvSome(ms []uds.Message, at int) (int, error) {
	n, err := e.c.RecvBatch(ms)
	if err != nil {
		return n, err
	}
	for i := range ms[:n] {
		p := ms[i].Buffers[0]
		if ms[i].N != len(p) {
			return n, errLength
		}
		if p[len(p)-1] != byte(at+i) {
			return n, errByte
		}
	}
	return n, nil
}

func (e udsBatch) send(size, n int) error {
	ms := batch(size)
	for i := 0; i < n; i += batchSize {
		if err := e.sendSome(ms[:min(batchSize, n-i)], i); err != nil {
			return err
		}
	}
	return nil
}

func (e udsBatch) recv(size, n int) error { return e.recvAll(batch(size), 0, n) }

// recvAll takes n messages, the first of which is number at.
func (e udsBatch) recvAll(ms []uds.Message, at, n int) error {
	for done := 0; done < n; {
		k, err := e.recvSome(ms[:min(len(ms), n-done)], at+done)
		if err != nil {
			return err
		}
		done += k
	}
	return nil
}

func (e udsBatch) exchange(peer end, size, n, burst int) error {
	b := peer.(udsBatch)
	out, in := batch(size), batch(size)
	for i := 0; i < n; i += burst {
		k := min(burst, n-i)
		if err := e.sendSome(out[:k], i); err != nil {
			return err
		}
		if err := b.recvAll(in, i, k); err != nil {
			return err
		}
	}
	return nil
}
