//go:build linux

package uds_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"log/syslog"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"net/textproto"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Code of the standard library that was not written for these sockets.

// Mirror is a net/rpc service.
type Mirror struct{}

// Reverse answers with the bytes in the opposite order.
func (Mirror) Reverse(p []byte, out *[]byte) error {
	*out = reversed(p)
	return nil
}

func reversed(p []byte) []byte {
	q := make([]byte, len(p))
	for i, b := range p {
		q[len(p)-1-i] = b
	}
	return q
}

// net/rpc and net/rpc/jsonrpc, with several calls at a time on a connection.
func TestRPC(t *testing.T) {
	for _, c := range []struct {
		name   string
		serve  func(*rpc.Server, io.ReadWriteCloser)
		client func(io.ReadWriteCloser) *rpc.Client
	}{
		{"gob", (*rpc.Server).ServeConn, rpc.NewClient},
		{"json", func(s *rpc.Server, c io.ReadWriteCloser) { s.ServeCodec(jsonrpc.NewServerCodec(c)) }, jsonrpc.NewClient},
	} {
		t.Run(c.name, func(t *testing.T) {
			near, far := dialled(t, abstractName())
			guarded(t, near, far)
			srv := rpc.NewServer()
			must(t, srv.Register(Mirror{}))
			served := make(chan struct{})
			go func() { defer close(served); c.serve(srv, far) }()
			client := c.client(near)
			var wg sync.WaitGroup
			for _, size := range []int{0, 1, 4096, 70_000, 300_000, 1 << 20} {
				wg.Go(func() {
					var got []byte
					want := patternOf(size, size)
					err := client.Call("Mirror.Reverse", want, &got)
					if err != nil || !bytes.Equal(reversed(got), want) {
						t.Errorf("%d bytes: got %d, %v, want them reversed", size, len(got), err)
					}
				})
			}
			wg.Wait()
			must(t, client.Close())
			<-served
		})
	}
}

// A gob stream of values of every size, and its end.
func TestGobStream(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	sent := make(chan error, 1)
	go func() {
		enc := gob.NewEncoder(a)
		var err error
		for _, size := range bodySizes {
			err = errors.Join(err, enc.Encode(patternOf(size, size)))
		}
		sent <- errors.Join(err, a.Close())
	}()
	dec := gob.NewDecoder(b)
	for _, size := range bodySizes {
		var got []byte
		if err := dec.Decode(&got); err != nil || !bytes.Equal(got, patternOf(size, size)) {
			t.Fatalf("%d bytes: got %d, %v", size, len(got), err)
		}
	}
	if err := dec.Decode(new([]byte)); err != io.EOF {
		t.Errorf("end: got %v, want EOF", err)
	}
	must(t, <-sent)
}

// A line protocol in the manner of SMTP.
func TestTextproto(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	body := strings.Repeat(".a line that begins with a dot\n", 10_000)
	done := make(chan error, 1)
	go func() {
		c := textproto.NewConn(a)
		line, err := c.ReadLine()
		if line != "DATA" {
			err = errors.Join(err, fmt.Errorf("got %q, want DATA", line))
		}
		err = errors.Join(err, c.PrintfLine("354 go on"))
		got, rerr := c.ReadDotBytes()
		if string(got) != body {
			rerr = errors.Join(rerr, fmt.Errorf("got %d bytes, want %d", len(got), len(body)))
		}
		done <- errors.Join(err, rerr, c.PrintfLine("250 done"), c.Close())
	}()
	c := textproto.NewConn(b)
	id, err := c.Cmd("DATA")
	must(t, err)
	c.StartResponse(id)
	_, _, err = c.ReadResponse(354)
	must(t, err)
	c.EndResponse(id)
	w := c.DotWriter()
	_, err = io.WriteString(w, body)
	must(t, errors.Join(err, w.Close()))
	_, _, err = c.ReadResponse(250)
	must(t, errors.Join(err, <-done))
	if _, err := c.ReadLine(); err != io.EOF {
		t.Errorf("end: got %v, want EOF", err)
	}
}

// Both sides show a certificate; deadlines end a Read and, on a connection whose
// peer does not read, a Write; CloseWrite is the end of what was sent.
func TestTLSMutual(t *testing.T) {
	a, b := seqPair(t)
	cert := certificate(t)
	leaf, err := x509.ParseCertificate(cert.Certificate[0])
	must(t, err)
	server := tls.Server(a, &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAnyClientCert})
	client := tls.Client(b, &tls.Config{Certificates: []tls.Certificate{cert}, InsecureSkipVerify: true})
	guarded(t, server, client)
	shaken := make(chan error, 1)
	go func() { shaken <- server.Handshake() }()
	must(t, client.Handshake())
	must(t, <-shaken)
	for name, c := range map[string]*tls.Conn{"server": server, "client": client} {
		if peers := c.ConnectionState().PeerCertificates; len(peers) != 1 || !peers[0].Equal(leaf) {
			t.Errorf("%s: got %d certificates, want the peer's", name, len(peers))
		}
	}
	buf := make([]byte, 100)
	must(t, client.SetReadDeadline(past))
	_, err = client.Read(buf)
	isErr(t, "Read", err, os.ErrDeadlineExceeded)
	guarded(t, client)
	_, err = server.Write([]byte("after the deadline"))
	must(t, errors.Join(err, server.CloseWrite()))
	got, err := io.ReadAll(client)
	if string(got) != "after the deadline" || err != nil {
		t.Errorf("got %q, %v, want the bytes and the end", got, err)
	}
	must(t, client.SetWriteDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = client.Write(make([]byte, 4<<20))
	isErr(t, "Write", err, os.ErrDeadlineExceeded)
}

// log/syslog dials "unixgram" itself.
func TestSyslogPackage(t *testing.T) {
	path := testutil.SocketPath(t)
	c, err := uds.ListenDgram(path)
	ownDgram(t, c, err)
	w, err := syslog.Dial("unixgram", path, syslog.LOG_DAEMON|syslog.LOG_WARNING, "dropin")
	must(t, err)
	defer w.Close()
	must(t, w.Err("it burns"))
	if got := recvString(t, c); !strings.HasPrefix(got, "<27>") || !strings.HasSuffix(got, "it burns\n") {
		t.Errorf("got %q, want <27>...it burns", got)
	}
}

// A program gets a connection as its standard input and output. It wants it
// blocking, which is for the new owner of a detached one to say.
func TestConnectionAsStandardInput(t *testing.T) {
	testutil.CheckLeaks(t)
	a, b := seqPair(t)
	guarded(t, a)
	f, err := b.Detach()
	must(t, err)
	must(t, syscall.SetNonblock(int(f.Fd()), false))
	cmd := exec.Command("cat")
	cmd.Stdin, cmd.Stdout = f, f
	must(t, cmd.Start())
	must(t, f.Close())
	for _, want := range []string{"one", "two", strings.Repeat("x", 20_000)} {
		_, err := io.WriteString(a, want)
		must(t, err)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(a, got); string(got) != want || err != nil {
			t.Errorf("got %d bytes, %v, want %d back", len(got), err, len(want))
		}
	}
	must(t, a.CloseWrite())
	if _, err := a.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("after the program's end: got %v, want EOF", err)
	}
	must(t, cmd.Wait())
}

// What is copied by way of a pipe and a tee arrives on both.
func TestPipeAndTee(t *testing.T) {
	a, b := seqPair(t)
	guarded(t, a, b)
	pr, pw := io.Pipe()
	want := patternOf(5, 1<<20)
	done := make(chan error, 2)
	go func() { _, err := io.Copy(a, pr); done <- errors.Join(err, a.CloseWrite()) }()
	go func() { _, err := pw.Write(want); done <- errors.Join(err, pw.Close()) }()
	var tee bytes.Buffer
	got, err := io.ReadAll(io.TeeReader(b, &tee))
	if err := errors.Join(err, <-done, <-done); err != nil || !bytes.Equal(got, want) || !bytes.Equal(tee.Bytes(), want) {
		t.Errorf("got %d and %d bytes, %v, want %d", len(got), tee.Len(), err, len(want))
	}
}

// A net.Listener of ours and package net's own client, and the reverse.
func TestNetOnTheOtherSide(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	c, err := net.Dial("unixpacket", path)
	must(t, err)
	defer c.Close()
	s, err := l.Accept()
	must(t, err)
	defer s.Close()
	guarded(t, c, s)
	wrote := make(chan error, 1)
	go func() { _, err := s.Write(patternOf(1, 150_000)); wrote <- err }()
	got := make([]byte, 200_000)
	n, err := c.Read(got)
	if err := errors.Join(err, <-wrote); err != nil || !bytes.Equal(got[:n], patternOf(1, 150_000)) {
		t.Errorf("got %d bytes, %v, want one message of 150,000", n, err)
	}
}

// A reader that prefers the descriptor to Read takes messages as read(2) does. It
// loses nothing of a connection that hides its SyscallConn.
func TestReaderOfTheDescriptor(t *testing.T) {
	const size, count = 30_000, 4
	for _, v := range []struct {
		name string
		wrap func(net.Conn) io.Reader
		want int
	}{
		{"SyscallConn", func(c net.Conn) io.Reader { return c }, count * 10_000},
		{"hidden", func(c net.Conn) io.Reader { return struct{ net.Conn }{c} }, count * size},
	} {
		t.Run(v.name, func(t *testing.T) {
			a, b := seqPair(t)
			guarded(t, a, b)
			for i := range count {
				must(t, a.Send(patternOf(i, size)))
			}
			must(t, a.CloseWrite())
			if got, err := readDescriptor(v.wrap(b), 10_000); got != v.want || err != nil {
				t.Errorf("got %d bytes, %v, want %d", got, err, v.want)
			}
		})
	}
}

// readDescriptor reads until the end with a buffer of size bytes, by read(2)
// where r has a descriptor, and says how much came.
func readDescriptor(r io.Reader, size int) (total int, err error) {
	p := make([]byte, size)
	read := func() (int, error) { return r.Read(p) }
	if sc, ok := r.(syscall.Conn); ok {
		rc, err := sc.SyscallConn()
		if err != nil {
			return 0, err
		}
		read = func() (n int, err error) {
			waited := rc.Read(func(fd uintptr) bool {
				n, err = syscall.Read(int(fd), p)
				return err != syscall.EAGAIN
			})
			if n == 0 && err == nil {
				err = io.EOF
			}
			return n, errors.Join(waited, err)
		}
	}
	for {
		n, err := read()
		total += n
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
