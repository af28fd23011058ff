package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func init() { roles["http"] = httpChild }

// httpRows: an HTTP/1.1 server in a child, keep-alive clients here.
func httpRows() []row {
	var rows []row
	for _, r := range []struct {
		name        string
		size, conns int
	}{{"http-1k", 1 << 10, 1}, {"http-64k", 64 << 10, 1}, {"http-1k-c16", 1 << 10, 16}} {
		title := fmt.Sprintf("HTTP/1.1 keep-alive GET of %d B, two processes, %d connections, against net's stream socket", r.size, r.conns)
		rows = append(rows, serviceRow(r.name, "http", title, job{Role: "http", Size: r.size, Conns: r.conns}, httpClient))
	}
	return rows
}

func serviceRow(name, family, title string, j job, client func(j job) (caller, error)) row {
	r := row{name: name, family: family, title: title, unit: "ns/request", bytes: j.Size, multiple: j.Conns}
	for _, name := range []string{"net", "uds", "uds-refuse"} {
		j := j.of(name)
		j.Procs = 2
		r.entries = append(r.entries, entry{name, func(dir string) (task, error) {
			j.Path = dir + "/s"
			return openService(j, client)
		}})
	}
	return r
}

// body has its check at the end, like every payload here.
func body(size int) []byte {
	b := make([]byte, size)
	b[size-1] = byte(size % 251)
	return b
}

func httpChild(j job) (func(n int) error, error) {
	l, err := connTechs[j.Tech].listen(j.Path)
	if err != nil {
		return nil, err
	}
	b := body(j.Size)
	go func() {
		err := http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }))
		fmt.Fprintln(os.Stderr, "http server:", err)
		os.Exit(1)
	}()
	return func(int) error { return nil }, nil
}

// httpCaller keeps one connection and one buffer.
type httpCaller struct {
	client *http.Client
	want   []byte
	buf    []byte
}

func httpClient(j job) (caller, error) {
	t := connTechs[j.Tech]
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return t.dial(ctx, j.Path) }
	return &httpCaller{
		client: &http.Client{Transport: &http.Transport{DialContext: dial, MaxConnsPerHost: 1}},
		want:   body(j.Size), buf: make([]byte, j.Size+1),
	}, nil
}

func (c *httpCaller) call(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://bench/", nil)
	if err != nil {
		return err
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	n, err := io.ReadFull(resp.Body, c.buf)
	switch {
	case err != io.ErrUnexpectedEOF:
		return fmt.Errorf("response of %d bytes or more, want %d: %w", n, len(c.want), err)
	case n != len(c.want):
		return fmt.Errorf("%w: got %d, want %d", errLength, n, len(c.want))
	case c.buf[n-1] != c.want[n-1]:
		return errByte
	}
	return nil
}

func (c *httpCaller) close() error {
	c.client.CloseIdleConnections()
	return nil
}
