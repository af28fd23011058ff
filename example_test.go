//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/uds"
)

// The code of README.md, which TestReadmeSnippets keeps in step.

func Example_http() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, _ := uds.PeerFromContext(r.Context())
		fmt.Fprintf(w, "you are me: %t", peer.Cred.UID == os.Getuid())
	})
	withDir(func(dir string) error { return exampleHTTP(filepath.Join(dir, "http.sock"), handler) })
	// Output: you are me: true
}

func exampleHTTP(path string, handler http.Handler) error {
	l, err := uds.Listen("unixpacket", path)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler, ConnContext: uds.ContextWithPeer}
	go srv.Serve(l)

	client := &http.Client{Transport: &http.Transport{
		DialContext: new(uds.Dialer).DialFunc("unixpacket", path),
	}}
	resp, err := client.Get("http://uds/")
	if err != nil {
		return err
	}
	defer srv.Close()
	defer client.CloseIdleConnections()
	defer resp.Body.Close()
	_, err = io.Copy(os.Stdout, resp.Body)
	return err
}

func Example_messages() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer b.Close()
	for _, m := range []string{"first", "", "third, and longer than the buffer"} {
		if err := a.Send([]byte(m)); err != nil {
			fmt.Println(err)
		}
	}
	a.Close()
	if err := exampleMessages(b); err != nil {
		fmt.Println(err)
	}
	// Output:
	// "first"
	// ""
	// "third, and longe" of 33 bytes
}

func exampleMessages(c *uds.SeqConn) error {
	buf := make([]byte, 16)
	for {
		n, err := c.Recv(buf)
		var cut *uds.TruncatedError
		switch {
		case err == io.EOF: // The end; an empty message is (0, nil).
			return nil
		case errors.As(err, &cut):
			fmt.Printf("%q of %d bytes\n", buf[:n], cut.Size)
		case err != nil:
			return err
		default:
			fmt.Printf("%q\n", buf[:n])
		}
	}
}

func Example_descriptors() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	defer b.Close()
	f, err := os.Open(os.DevNull)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	if err := exampleDescriptors(a, b, f); err != nil {
		fmt.Println(err)
	}
	// Output: take this: 1 file
}

func exampleDescriptors(a, b *uds.SeqConn, f *os.File) error {
	if err := a.SendFiles([]byte("take this"), f); err != nil {
		return err
	}

	buf := make([]byte, 4096)
	n, files, err := b.RecvFiles(buf, 1) // More than one: none, and ErrOOBTruncated.
	if err != nil {
		return err
	}
	for _, f := range files {
		defer f.Close()
	}
	fmt.Printf("%s: %d file\n", buf[:n], len(files))
	return nil
}

func Example_identity() {
	withDir(func(dir string) error { return exampleIdentity(filepath.Join(dir, "s")) })
	// Output: true
}

func exampleIdentity(path string) error {
	lc := uds.ListenConfig{
		Mode: 0o600, // From the moment the file exists, whatever the umask.
		Authorize: func(c *uds.SeqConn) error {
			cred, err := c.PeerCred()
			if err == nil && cred.UID != os.Getuid() {
				err = fmt.Errorf("user %d is not welcome", cred.UID)
			}
			return err // Not nil: the peer is hung up on, and Accept goes on.
		},
	}
	l, err := lc.ListenSeq(context.Background(), path)
	if err != nil {
		return err
	}
	defer l.Close()
	c, err := uds.DialSeq(path)
	if err != nil {
		return err
	}
	defer c.Close()
	s, err := l.AcceptSeq()
	if err != nil {
		return err
	}
	defer s.Close()
	cred, err := s.PeerCred()
	fmt.Println(cred.PID == os.Getpid())
	return err
}

func Example_datagrams() {
	withDir(func(dir string) error { return exampleDatagrams(filepath.Join(dir, "log.sock")) })
	// Output:
	// question
	// answer
}

func exampleDatagrams(path string) error {
	server, err := uds.ListenDgram(path)
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := uds.DialDgram(path) // Has a name of its own, so it can be answered.
	if err != nil {
		return err
	}
	defer client.Close()

	if err := client.Send([]byte("question")); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	n, from, err := server.ReadFromAddr(buf)
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", buf[:n])
	if _, err := server.WriteToAddr([]byte("answer"), from); err != nil {
		return err
	}
	n, err = client.Recv(buf)
	fmt.Printf("%s\n", buf[:n])
	return err
}

func Example_deadlines() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	defer b.Close()
	fmt.Println(exampleDeadlines(a))
	// Output: true
}

func exampleDeadlines(c *uds.SeqConn) bool {
	c.SetReadTimeout(time.Millisecond) // Of each call; a deadline set before stays.
	_, err := c.Recv(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// withDir calls f with a short directory that is removed afterwards.
func withDir(f func(dir string) error) {
	dir, err := os.MkdirTemp("/tmp", "uds")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := f(dir); err != nil {
		fmt.Println(err)
	}
}

// The types of package net take part.
var (
	_ net.Conn       = (*uds.SeqConn)(nil)
	_ net.Listener   = (*uds.SeqListener)(nil)
	_ net.PacketConn = (*uds.DgramConn)(nil)
)
