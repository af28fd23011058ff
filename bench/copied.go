package main

import (
	"context"
	"errors"
	"net"
	"sync/atomic"

	"example.com/uds"
)

// copiedBytes counts what the connections of the counted contestants copy.
var copiedBytes atomic.Int64

const counted = "counted-"

func init() {
	for _, name := range []string{"net", "uds", "uds-refuse"} {
		connTechs[counted+name] = connTech{dial: func(ctx context.Context, path string) (net.Conn, error) {
			c, err := connTechs[name].dial(ctx, path)
			if err != nil {
				return nil, err
			}
			if s, ok := c.(*uds.SeqConn); ok {
				return &copyingSeq{SeqConn: s}, nil
			}
			return copying{c}, nil
		}}
	}
}

// copiedPerRequest is how many bytes a client's connection copies for a request
// and its response: between kernel and process, and within the process before
// Read returns them. It has a connection of its own, so that the counting costs
// the measured ones nothing.
func copiedPerRequest(j job, client func(j job) (caller, error)) (bytes float64, err error) {
	j.Tech = counted + j.Tech
	c, err := client(j)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	const warm, requests = 4, 32 // what sets up the connection is not counted as a request's
	for i := range warm + requests {
		if i == warm {
			copiedBytes.Store(0)
		}
		if err := c.call(context.Background()); err != nil {
			return 0, err
		}
	}
	return float64(copiedBytes.Load()) / requests, nil
}

// copying counts what the kernel copies: package net copies nothing else.
type copying struct{ net.Conn }

func (c copying) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	copiedBytes.Add(int64(n))
	return n, err
}

func (c copying) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	copiedBytes.Add(int64(n))
	return n, err
}

// copyingSeq also counts what Read copies within the process: a message that
// follows only small ones passes through the overflow buffer, and the tail of any
// message through a buffer of its own.
type copyingSeq struct {
	*uds.SeqConn
	lately int // the size that Read expects of the next message
}

// smallMessage is the largest expected size with which a message takes the way of
// small ones.
const smallMessage = 4096

func (c *copyingSeq) Read(p []byte) (int, error) {
	tail := c.Buffered() > 0
	n, err := c.SeqConn.Read(p)
	if tail {
		copiedBytes.Add(int64(n))
		return n, err
	}
	size := n + c.Buffered()
	copiedBytes.Add(int64(size))
	if c.lately <= smallMessage {
		copiedBytes.Add(int64(size))
	}
	c.lately = max(size, c.lately-c.lately/4)
	return n, err
}

func (c *copyingSeq) Write(p []byte) (int, error) {
	n, err := c.SeqConn.Write(p)
	copiedBytes.Add(int64(n))
	return n, err
}
