package uds_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The datagram sockets of docs/seeds.md.

// emilua's datagram sockets: open, bind, connect, disconnect, and every way to
// send and receive.
func TestSeedDatagrams(t *testing.T) {
	dir := testutil.ShortDir(t)
	a, err := uds.NewDgram() // open
	must(t, err)
	defer a.Close()
	b, err := uds.ListenDgram(filepath.Join(dir, "b"))
	must(t, err)
	defer b.Close()
	at, err := uds.PathAddr(filepath.Join(dir, "a"))
	must(t, err)
	to, err := b.Sockname()
	must(t, err)
	must(t, a.Bind(at))
	buf := make([]byte, 16)
	expect := func(want string) {
		t.Helper()
		if n, from, err := b.ReadFromAddr(buf); string(buf[:n]) != want || from != at || err != nil {
			t.Errorf("got %q from %v, %v, want %q from %v", buf[:n], from, err, want, at)
		}
	}
	if _, err := a.WriteToAddr([]byte("send_to"), to); err != nil {
		t.Fatal(err)
	}
	expect("send_to")
	must(t, a.Connect(to))
	must(t, a.Send([]byte("send")))
	expect("send")
	must(t, a.Send([]byte("received")))
	if n, err := b.Recv(buf); string(buf[:n]) != "received" || err != nil { // receive
		t.Errorf("got %q, %v, want received", buf[:n], err)
	}
	if got, err := a.Sockname(); got != at || a.LocalAddr().String() != at.String() || err != nil { // local_path
		t.Errorf("got %v, %v, want %v", got, err, at)
	}
	if a.RemoteAddr().String() != to.String() {
		t.Errorf("got %v, want %v", a.RemoteAddr(), to)
	}
	if got, err := a.Peername(); got != to || err != nil { // remote_path
		t.Errorf("got %v, %v, want %v", got, err, to)
	}
	must(t, a.Disconnect())
	if err := a.Send([]byte("x")); !errors.Is(err, syscall.ENOTCONN) {
		t.Errorf("got %v, want ENOTCONN", err)
	}
}

func TestSeedDatagramShutdown(t *testing.T) {
	a, _ := dgramPair(t)
	must(t, a.CloseWrite())
	if err := a.Send([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("got %v, want EPIPE", err)
	}
	must(t, a.CloseRead())
	if _, err := a.Recv(make([]byte, 1)); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestSeedDatagramFiles(t *testing.T) {
	dir := testutil.ShortDir(t)
	a, err := uds.ListenDgram(filepath.Join(dir, "a"))
	must(t, err)
	defer a.Close()
	b, err := uds.ListenDgram(filepath.Join(dir, "b"))
	must(t, err)
	defer b.Close()
	at, _ := a.Sockname()
	to, _ := b.Sockname()
	f := openFile(t, os.DevNull)
	out := uds.Message{Buffers: [][]byte{[]byte("null")}, Addr: to, OOB: &uds.OOB{Files: []*os.File{f}}}
	must(t, a.SendMsg(&out, 0)) // send_to_with_fds
	in := uds.Message{Buffers: [][]byte{make([]byte, 8)}, OOB: &uds.OOB{MaxFiles: 1}}
	if err := b.RecvMsg(&in, 0); err != nil || in.N != 4 || in.Addr != at || len(in.OOB.Files) != 1 { // receive_from_with_fds
		t.Fatalf("got %+v, %v, want a file from %v", in, err, at)
	}
	in.OOB.Close()
	must(t, a.Connect(to))
	must(t, a.SendFiles([]byte("null"), f))          // send_with_fds
	n, files, err := b.RecvFiles(make([]byte, 8), 1) // receive_with_fds
	if n != 4 || len(files) != 1 || err != nil {
		t.Fatalf("got %d, %v, %v, want 4 and a file", n, files, err)
	}
	files[0].Close()
}
