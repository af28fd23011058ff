package uds_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestDgramMessageBoundaries(t *testing.T) {
	a, b := dgramPair(t)
	sizes := []int{1, 0, 1000, 65536, 0, 0, 3, 7}
	for i, size := range sizes {
		if n, err := a.Write(bytes.Repeat([]byte{byte(i)}, size)); n != size || err != nil {
			t.Fatalf("Write: got %d, %v, want %d and no error", n, err, size)
		}
	}
	p := make([]byte, 1<<17)
	for i, size := range sizes {
		n, err := b.Read(p)
		if n != size || err != nil {
			t.Fatalf("Read: got %d, %v, want %d and no error", n, err, size)
		}
		if want := bytes.Repeat([]byte{byte(i)}, size); !bytes.Equal(p[:n], want) {
			t.Errorf("datagram %d: got other bytes than were sent", i)
		}
	}
}

func TestDgramEmptyDatagrams(t *testing.T) {
	receiver, sender := listenDgram(t), listenDgram(t)
	to, p := addrOf(t, receiver), make([]byte, 10)
	reads := map[string]func() (int, error){
		"Read":         func() (int, error) { return receiver.Read(p) },
		"Recv":         func() (int, error) { return receiver.Recv(p) },
		"Recv of nil":  func() (int, error) { return receiver.Recv(nil) },
		"ReadFrom":     func() (int, error) { n, _, err := receiver.ReadFrom(p); return n, err },
		"ReadFromUnix": func() (int, error) { n, _, err := receiver.ReadFromUnix(p); return n, err },
		"ReadFromAddr": func() (int, error) { n, _, err := receiver.ReadFromAddr(p); return n, err },
		"NextSize":     receiver.NextSize,
	}
	for name, read := range reads {
		sendString(t, sender, "", to)
		if n, err := read(); n != 0 || err != nil {
			t.Errorf("%s of an empty datagram: got %d, %v, want 0 and no error", name, n, err)
		}
	}
	recvString(t, receiver) // that of NextSize
	if n, err := receiver.Readable(); n != 0 || err != nil {
		t.Errorf("Readable: got %d, %v, want 0 and no error", n, err)
	}
}

// An empty Read takes no datagram and waits for none: what package net does.
func TestDgramReadIntoNothingTakesNothing(t *testing.T) {
	theirs, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: testutil.SocketPath(t), Net: "unixgram"})
	must(t, err)
	closeLater(t, theirs)
	must(t, theirs.SetDeadline(time.Now().Add(safety)))
	for name, c := range map[string]net.Conn{"net": theirs, "uds": listenDgram(t)} {
		read := func(when string, p []byte, want string) {
			t.Helper()
			if n, err := c.Read(p); string(p[:n]) != want || err != nil {
				t.Errorf("%s, %s: got %q, %v, want %q and no error", name, when, p[:n], err, want)
			}
		}
		read("nothing queued", nil, "")
		to, err := uds.AddrOf(c.LocalAddr())
		must(t, err)
		sendString(t, newDgram(t), "queued", to)
		read("a datagram queued", nil, "")
		read("behind it", make([]byte, 9), "queued")
	}
}

func TestDgramReadCutsSilentlyAndRecvTells(t *testing.T) {
	a, b := dgramPair(t)
	p := make([]byte, 3)
	cut := func(name string, read func() (int, error)) {
		t.Helper()
		must(t, a.Send([]byte("abcdef")))
		n, err := read()
		if n != 3 || err != nil || string(p) != "abc" {
			t.Errorf("%s: got %d, %v and %q, want 3, no error and abc", name, n, err, p)
		}
	}
	cut("Read", func() (int, error) { return b.Read(p) })
	cut("ReadFrom", func() (int, error) { n, _, err := b.ReadFrom(p); return n, err })
	cut("ReadFromUnix", func() (int, error) { n, _, err := b.ReadFromUnix(p); return n, err })
	cut("ReadFromAddr", func() (int, error) { n, _, err := b.ReadFromAddr(p); return n, err })

	for name, recv := range map[string]func([]byte) (int, error){"Peek": b.Peek, "Recv": b.Recv} {
		must(t, a.Send([]byte("abcdef")))
		n, err := recv(p)
		var cut *uds.TruncatedError
		if n != 3 || !errors.As(err, &cut) || cut.Size != 6 || !errors.Is(err, uds.ErrTruncated) {
			t.Errorf("%s: got %d, %v, want 3 and a TruncatedError of 6 bytes", name, n, err)
		}
		if name == "Peek" {
			recvString(t, b)
		}
	}
}

func TestDgramPeekNextSizeReadable(t *testing.T) {
	a, b := dgramPair(t)
	must(t, a.Send([]byte("first")))
	must(t, a.Send([]byte("second one")))
	if n, err := b.NextSize(); n != 5 || err != nil {
		t.Errorf("NextSize: got %d, %v, want 5 and no error", n, err)
	}
	if n, err := b.Readable(); n != 5 || err != nil {
		t.Errorf("Readable: got %d, %v, want 5 and no error", n, err)
	}
	p := make([]byte, 100)
	if n, err := b.Peek(p); string(p[:n]) != "first" || err != nil {
		t.Errorf("Peek: got %q, %v, want first and no error", p[:n], err)
	}
	for _, want := range []string{"first", "second one"} {
		if got := recvString(t, b); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDgramTooLargeSaysTheLimit(t *testing.T) {
	a, b := dgramPair(t)
	size, err := a.WriteBuffer()
	must(t, err)
	limit := size - 32
	for name, send := range map[string]func(p []byte) error{
		"Write":       func(p []byte) error { _, err := a.Write(p); return err },
		"Send":        a.Send,
		"SendMsg":     func(p []byte) error { return a.SendMsg(&uds.Message{Buffers: [][]byte{p}}, 0) },
		"WriteToAddr": func(p []byte) error { _, err := a.WriteToAddr(p, addrOf(t, listenDgram(t))); return err },
	} {
		err := send(make([]byte, limit+1))
		if !errors.Is(err, syscall.EMSGSIZE) || !strings.Contains(fmt.Sprint(err), fmt.Sprint(limit)) {
			t.Errorf("%s of a byte more than fits: got %v, want EMSGSIZE that says %d", name, err, limit)
		}
	}
	must(t, a.Send(make([]byte, limit)))
	if n, err := b.NextSize(); n != limit || err != nil {
		t.Errorf("the largest: got %d, %v, want %d and no error", n, err, limit)
	}
}

// Every kind of sender, as every way to receive reports it.
func TestDgramEveryReceiveTellsTheSender(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() (*uds.DgramConn, error)
		want func(local uds.Addr) uds.Addr
	}{
		{"path", func() (*uds.DgramConn, error) { return uds.ListenDgram(testutil.SocketPath(t)) }, itself},
		{"abstract", func() (*uds.DgramConn, error) { return uds.ListenDgram(abstractName()) }, itself},
		{"abstract with a NUL", func() (*uds.DgramConn, error) { return uds.ListenDgram(abstractName() + "\x00x\x00") }, itself},
		{"autobound", func() (*uds.DgramConn, error) { return uds.ListenDgram("") }, itself},
		{"unbound", uds.NewDgram, func(uds.Addr) uds.Addr { return uds.Addr{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			receiver := listenDgram(t)
			sender, err := c.make()
			sender = ownDgram(t, sender, err)
			local, err := uds.AddrOf(sender.LocalAddr())
			must(t, err)
			want, p := c.want(local), make([]byte, 10)
			for range 2 { // the second one is a sender met before
				for range 3 {
					sendString(t, sender, "x", addrOf(t, receiver))
				}
				_, a, err := receiver.ReadFromAddr(p)
				if a != want || err != nil {
					t.Errorf("ReadFromAddr: got %q, %v, want %q", a, err, want)
				}
				_, ua, err := receiver.ReadFromUnix(p)
				if ua == nil || ua.Name != want.String() || ua.Net != "unixgram" || err != nil {
					t.Errorf("ReadFromUnix: got %+v, %v, want %q", ua, err, want)
				}
				_, na, err := receiver.ReadFrom(p)
				if got, ok := na.(*net.UnixAddr); !ok || got == nil || got.Name != want.String() || err != nil {
					t.Errorf("ReadFrom: got %#v, %v, want %q", na, err, want)
				}
			}
		})
	}
}

func itself(a uds.Addr) uds.Addr { return a }

// The kernel does not know the path of a socket that no address can hold: it can
// not be answered.
func TestDgramLongPathCanNotBeAnswered(t *testing.T) {
	sender, err := uds.ListenDgram(filepath.Join(testutil.ShortDir(t), strings.Repeat("n", 120)))
	sender = ownDgram(t, sender, err)
	receiver := listenDgram(t)
	sendString(t, sender, "x", addrOf(t, receiver))
	_, from, err := receiver.ReadFrom(make([]byte, 10))
	if err != nil || from == nil {
		t.Fatalf("ReadFrom: got %v, %v, want an address", from, err)
	}
	if _, err := receiver.WriteTo([]byte("x"), from); !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTCONN) {
		t.Errorf("the answer: got %v, want ENOENT or ENOTCONN", err)
	}
}

// More senders than are kept.
func TestDgramManyDifferentSenders(t *testing.T) {
	receiver := listenDgram(t)
	to, p := addrOf(t, receiver), make([]byte, 10)
	for range 600 {
		sender, err := uds.ListenDgram("")
		must(t, err)
		sendString(t, sender, "x", to)
		if _, from, err := receiver.ReadFromAddr(p); from != addrOf(t, sender) || err != nil {
			t.Fatalf("got %q, %v, want %q", from, err, addrOf(t, sender))
		}
		must(t, sender.Close())
	}
}

// Every way to name the destination, of every kind.
func TestDgramEverySendReachesEveryAddress(t *testing.T) {
	dir := testutil.ShortDir(t)
	for _, address := range []string{
		filepath.Join(dir, "s"), filepath.Join(dir, strings.Repeat("p", 107-1-len(dir))), filepath.Join(dir, strings.Repeat("l", 150)),
		abstractName(), abstractName() + "\x00\x00",
	} {
		receiver, err := uds.ListenDgram(address)
		receiver = ownDgram(t, receiver, err)
		to := uds.MustParseAddr(address)
		for _, sender := range []*uds.DgramConn{newDgram(t), dialDgramTo(t, address)} {
			ways := map[string]func() (int, error){
				"WriteToAddr": func() (int, error) { return sender.WriteToAddr([]byte("abc"), to) },
				"WriteToUnix": func() (int, error) { return sender.WriteToUnix([]byte("abc"), to.UnixAddr("unixgram")) },
				"WriteTo":     func() (int, error) { return sender.WriteTo([]byte("abc"), to.UnixAddr("unixgram")) },
			}
			if sender.RemoteAddr().String() != "" {
				ways["WriteTo nil"] = func() (int, error) { return sender.WriteTo([]byte("abc"), nil) }
				ways["WriteToUnix nil"] = func() (int, error) { return sender.WriteToUnix([]byte("abc"), nil) }
				ways["WriteTo unnamed"] = func() (int, error) { return sender.WriteTo([]byte("abc"), &net.UnixAddr{Net: "unixgram"}) }
				ways["WriteToAddr unnamed"] = func() (int, error) { return sender.WriteToAddr([]byte("abc"), uds.Addr{}) }
				ways["Write"] = func() (int, error) { return sender.Write([]byte("abc")) }
			}
			for name, send := range ways {
				for range 2 {
					if n, err := send(); n != 3 || err != nil {
						t.Errorf("%s to %q: got %d, %v, want 3 and no error", name, address, n, err)
					} else if got := recvString(t, receiver); got != "abc" {
						t.Errorf("%s to %q: got %q, want abc", name, address, got)
					}
				}
			}
		}
	}
}

func dialDgramTo(t testing.TB, address string) *uds.DgramConn {
	t.Helper()
	c, err := uds.DialDgram(address)
	return ownDgram(t, c, err)
}

func TestDgramDestinationErrors(t *testing.T) {
	dir := testutil.ShortDir(t)
	file, seq, dead := filepath.Join(dir, "file"), filepath.Join(dir, "seq"), filepath.Join(dir, "dead")
	must(t, os.WriteFile(file, nil, 0o600))
	l, err := uds.ListenSeq(seq)
	must(t, err)
	closeLater(t, l)
	gone, err := (&uds.ListenConfig{KeepFile: true}).ListenDgram(t.Context(), dead)
	must(t, err)
	must(t, gone.Close())
	sender := newDgram(t)
	for _, c := range []struct {
		address string
		want    error
	}{
		{filepath.Join(dir, "missing"), fs.ErrNotExist},
		{file, syscall.ECONNREFUSED},
		{seq, syscall.EPROTOTYPE},
		{dead, syscall.ECONNREFUSED},
		{abstractName(), syscall.ECONNREFUSED},
		{filepath.Join(dir, strings.Repeat("x", 200)), fs.ErrNotExist},
		{"", syscall.ENOTCONN},
	} {
		a := uds.MustParseAddr(c.address)
		_, err := sender.WriteToAddr([]byte("x"), a)
		wantDgramError(t, "WriteToAddr to "+c.address, err, c.want)
		if !a.IsUnnamed() {
			var op *net.OpError
			if !errors.As(err, &op) || op.Addr == nil || op.Addr.String() != c.address {
				t.Errorf("to %s: got %#v, want an error that names the address", c.address, err)
			}
			_, err = uds.DialDgram(c.address)
			wantDgramError(t, "DialDgram to "+c.address, err, c.want)
		}
		_, err = sender.WriteTo([]byte("x"), &net.UnixAddr{Name: c.address, Net: "unixgram"})
		wantDgramError(t, "WriteTo to "+c.address, err, c.want)
	}
	_, err = sender.WriteTo([]byte("x"), &net.UDPAddr{})
	wantDgramError(t, "WriteTo a UDP address", err, syscall.EINVAL)
	_, err = sender.WriteTo([]byte("x"), &net.UnixAddr{Name: "a\x00b"})
	wantDgramError(t, "WriteTo a path with a NUL", err, syscall.EINVAL)
}

func wantDgramError(t testing.TB, what string, err, want error) {
	t.Helper()
	var op *net.OpError
	if !errors.As(err, &op) || !errors.Is(err, want) {
		t.Errorf("%s: got %v, want a *net.OpError that is %v", what, err, want)
	}
}

func init() {
	testutil.RegisterChild("dgram-refused", func() {
		sender, err := uds.NewDgram()
		if err == nil {
			_, err = sender.WriteToAddr([]byte("x"), uds.MustParseAddr(os.Getenv("UDS_TO")))
		}
		fmt.Println(errors.Is(err, fs.ErrPermission), err)
	})
}

func TestDgramWithoutPermission(t *testing.T) {
	dir := testutil.ShortDir(t)
	must(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "s")
	c, err := (&uds.ListenConfig{Mode: 0o400}).ListenDgram(t.Context(), path)
	ownDgram(t, c, err)
	cmd := testutil.Child(t, "dgram-refused", "UDS_TO="+path)
	if os.Geteuid() == 0 {
		testutil.AsNobody(t, cmd)
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "true ") || !strings.Contains(string(out), path) {
		t.Errorf("got %q, %v, want fs.ErrPermission that names %s", out, err, path)
	}
}

func TestDgramConnectedReceivesFromPeerOnly(t *testing.T) {
	a, b, stranger := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	_, err := stranger.WriteToAddr([]byte("x"), addrOf(t, a))
	wantDgramError(t, "from a stranger", err, syscall.EPERM)
	sendString(t, b, "y", addrOf(t, a))
	if got := recvString(t, a); got != "y" {
		t.Errorf("got %q, want y", got)
	}
	if got, want := a.RemoteAddr().String(), addrOf(t, b).String(); got != want {
		t.Errorf("RemoteAddr: got %q, want %q", got, want)
	}
	must(t, a.Disconnect())
	sendString(t, stranger, "z", addrOf(t, a))
	if got := recvString(t, a); got != "z" {
		t.Errorf("after Disconnect: got %q, want z", got)
	}
	if got := a.RemoteAddr().String(); got != "" {
		t.Errorf("RemoteAddr after Disconnect: got %q, want none", got)
	}
	_, err = a.Write([]byte("x"))
	wantDgramError(t, "Write after Disconnect", err, syscall.ENOTCONN)
	wantDgramError(t, "Connect to the unnamed address", a.Connect(uds.Addr{}), syscall.EINVAL)
}

// The kernel discards what is queued when a socket changes its peer:
// unix_dgram_disconnected in net/unix/af_unix.c.
func TestDgramConnectElsewhereDiscards(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	sendString(t, b, "lost", addrOf(t, a))
	must(t, a.Connect(addrOf(t, c)))
	if n, err := a.Readable(); n != 0 || err != nil {
		t.Errorf("Readable: got %d, %v, want 0 and no error", n, err)
	}
}

func TestDgramTakeError(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	must(t, b.Connect(addrOf(t, a)))
	must(t, b.Send([]byte("makes the kernel tell")))
	must(t, a.Send([]byte("lost")))
	must(t, b.Connect(addrOf(t, c)))
	wantDgramError(t, "TakeError", a.TakeError(), syscall.ECONNRESET)
	if err := a.TakeError(); err != nil {
		t.Errorf("the second TakeError: got %v, want nil", err)
	}
}

// unix_dgram_disconnected tells the peer of what it discards, and of nothing
// else.
func TestDgramTakeErrorWithoutLoss(t *testing.T) {
	a, b, c := listenDgram(t), listenDgram(t), listenDgram(t)
	must(t, a.Connect(addrOf(t, b)))
	must(t, b.Connect(addrOf(t, a)))
	must(t, b.Connect(addrOf(t, c)))
	if err := a.TakeError(); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// unix_dgram_sendmsg and unix_dgram_poll in net/unix/af_unix.c do not look at
// the queue of a peer that is connected to the sender.
func TestDgramQueueLength(t *testing.T) {
	b, err := os.ReadFile("/proc/sys/net/unix/max_dgram_qlen")
	if err != nil {
		t.Skip(err)
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(b)))
	must(t, err)
	receiver, sender := listenDgram(t), newDgram(t)
	if n := fill(t, sender, addrOf(t, receiver), []byte("x")); n != limit+1 {
		t.Errorf("sent %d datagrams, want %d", n, limit+1)
	}
	x, _ := dgramPair(t)
	must(t, x.SetWriteBuffer(1<<20))
	if n := fill(t, x, uds.Addr{}, []byte("x")); n <= limit+1 {
		t.Errorf("sent %d datagrams to a mutual peer, want more than %d", n, limit+1)
	}
}

func TestDgramDialedCanBeAnswered(t *testing.T) {
	server := listenDgram(t)
	for name, d := range map[string]uds.Dialer{
		"autobound":           {},
		"path":                {LocalAddr: uds.MustParseAddr(testutil.SocketPath(t))},
		"abstract":            {LocalAddr: uds.MustParseAddr(abstractName())},
		"PassCredentials":     {LocalAddr: uds.MustParseAddr(testutil.SocketPath(t)), Options: uds.Options{PassCredentials: true}},
		"PassCredentials too": {Options: uds.Options{PassCredentials: true}},
	} {
		client, err := d.DialDgram(t.Context(), addrOf(t, server).String())
		client = ownDgram(t, client, err)
		must(t, client.Send([]byte("hello")))
		p := make([]byte, 10)
		n, from, err := server.ReadFrom(p)
		must(t, err)
		if from.String() != client.LocalAddr().String() || from.String() == "" {
			t.Errorf("%s: got a datagram from %q, want %q", name, from, client.LocalAddr())
		}
		if !d.LocalAddr.IsUnnamed() && from.String() != d.LocalAddr.String() {
			t.Errorf("%s: got a datagram from %q, want %q", name, from, d.LocalAddr)
		}
		if _, err := server.WriteTo(p[:n], from); err != nil {
			t.Fatal(err)
		}
		if got := recvString(t, client); got != "hello" {
			t.Errorf("%s: got %q, want hello", name, got)
		}
		stranger := newDgram(t)
		_, err = stranger.WriteTo([]byte("x"), client.LocalAddr())
		wantDgramError(t, name+": from a stranger", err, syscall.EPERM)
		if v := d.Options.PassCredentials; v != gotCredentials(t, server, client) {
			t.Errorf("%s: got credentials %v, want %v", name, !v, v)
		}
	}
}

// gotCredentials reports whether a datagram to a connection carries them.
func gotCredentials(t testing.TB, from, to *uds.DgramConn) bool {
	t.Helper()
	sendString(t, from, "x", addrOf(t, to))
	m := uds.Message{Buffers: [][]byte{make([]byte, 10)}, OOB: new(uds.OOB)}
	must(t, to.RecvMsg(&m, 0))
	return m.OOB.Cred != nil
}

// A dial that fails, to connect or to bind, leaves no descriptor.
func TestDgramDialThatFailsClosesItsSocket(t *testing.T) {
	to := listenDgram(t).LocalAddr().String()
	missing := testutil.SocketPath(t)
	taken := uds.MustParseAddr(to)
	before := testutil.FDCount(t)
	for _, c := range []struct {
		d    uds.Dialer
		to   string
		want error
	}{
		{uds.Dialer{}, missing, fs.ErrNotExist},
		{uds.Dialer{LocalAddr: taken}, to, syscall.EADDRINUSE},
	} {
		conn, err := c.d.DialDgram(t.Context(), c.to)
		if conn != nil || !errors.Is(err, c.want) {
			t.Errorf("to %s: got %v, %v, want %v", c.to, conn, err, c.want)
		}
	}
	if got := testutil.FDCount(t); got != before {
		t.Errorf("got %d descriptors, want %d as before", got, before)
	}
}

// A dial connects before it binds: with a name and no peer yet it would take a
// stranger's datagram for the peer's. Where both must fail, the connect does.
func TestDgramDialConnectsBeforeItBinds(t *testing.T) {
	used := addrOf(t, listenDgram(t))
	for _, o := range []uds.Options{{}, {PassCredentials: true}} {
		d := uds.Dialer{LocalAddr: used, Options: o}
		_, err := d.DialDgram(t.Context(), abstractName())
		wantError(t, "DialDgram to nobody, from a name that is used", err, syscall.ECONNREFUSED)
		_, err = d.DialDgram(t.Context(), addrOf(t, listenDgram(t)).String())
		wantError(t, "DialDgram from a name that is used", err, syscall.EADDRINUSE)
	}
}

func TestDgramWriteMsgUnixOnADialledConn(t *testing.T) {
	server := listenDgram(t)
	client := dialDgram(t, server)
	for _, addr := range []*net.UnixAddr{nil, addrOf(t, server).UnixAddr("unixgram")} {
		if n, _, err := client.WriteMsgUnix([]byte("abc"), nil, addr); n != 3 || err != nil {
			t.Errorf("WriteMsgUnix to %v: got %d, %v, want 3 and no error", addr, n, err)
		}
		p := make([]byte, 10)
		n, _, _, from, err := server.ReadMsgUnix(p, nil)
		if n != 3 || err != nil || from.String() != client.LocalAddr().String() {
			t.Errorf("ReadMsgUnix: got %d, %v from %v, want 3 from %v", n, err, from, client.LocalAddr())
		}
	}
}

func TestDgramListenPacketAndDialNetworks(t *testing.T) {
	path := testutil.SocketPath(t)
	pc, err := uds.ListenPacket("unixgram", path)
	must(t, err)
	closeLater(t, pc)
	c, err := uds.Dial("unixgram", path)
	must(t, err)
	closeLater(t, c)
	if _, ok := pc.(*uds.DgramConn); !ok {
		t.Errorf("ListenPacket: got %T, want a *uds.DgramConn", pc)
	}
	if _, ok := c.(*uds.DgramConn); !ok {
		t.Errorf("Dial: got %T, want a *uds.DgramConn", c)
	}
	var unknown net.UnknownNetworkError
	if pc, err := uds.ListenPacket("udp", path); !errors.As(err, &unknown) || pc != nil {
		t.Errorf("ListenPacket of udp: got %v, %v, want nil and an UnknownNetworkError", pc, err)
	}
}

func TestDgramCloseRead(t *testing.T) {
	for name, read := range map[string]func(c *uds.DgramConn) error{
		"Read":         func(c *uds.DgramConn) error { _, err := c.Read(make([]byte, 9)); return err },
		"Recv":         func(c *uds.DgramConn) error { _, err := c.Recv(make([]byte, 9)); return err },
		"ReadFromAddr": func(c *uds.DgramConn) error { _, _, err := c.ReadFromAddr(make([]byte, 9)); return err },
		"RecvMsg":      func(c *uds.DgramConn) error { return c.RecvMsg(&uds.Message{Buffers: [][]byte{make([]byte, 9)}}, 0) },
		"NextSize":     func(c *uds.DgramConn) error { _, err := c.NextSize(); return err },
		"RecvBatch":    func(c *uds.DgramConn) error { _, err := c.RecvBatch(make([]uds.Message, 4)); return err },
		"no wait":      func(c *uds.DgramConn) error { return c.RecvMsg(&uds.Message{}, uds.FlagNoWait) },
	} {
		t.Run(name, func(t *testing.T) {
			c := listenDgram(t)
			done := make(chan error, 1)
			if name != "no wait" {
				go func() { done <- read(c) }()
				parked(t, 1, "")
			}
			sendQueue := name == "no wait"
			if sendQueue {
				sendString(t, newDgram(t), "queued", addrOf(t, c))
				sendString(t, newDgram(t), "", addrOf(t, c))
			}
			must(t, c.CloseRead())
			if sendQueue {
				for _, want := range []string{"queued", ""} {
					if got := recvString(t, c); got != want {
						t.Errorf("got %q, want %q", got, want)
					}
				}
				done <- read(c)
			}
			if err := wantDone(t, done); err != io.EOF {
				t.Errorf("got %v, want bare io.EOF", err)
			}
			if err := read(c); err != io.EOF {
				t.Errorf("later: got %v, want bare io.EOF", err)
			}
			_, err := newDgram(t).WriteToAddr([]byte("x"), addrOf(t, c))
			wantDgramError(t, "a send to it", err, syscall.EPIPE)
		})
	}
}

// Close removes the socket file that the connection bound, unless it is to stay.
func TestDgramCloseRemovesItsSocketFile(t *testing.T) {
	path := testutil.SocketPath(t)
	keep := &uds.ListenConfig{KeepFile: true}
	listen := func(lc *uds.ListenConfig) *uds.DgramConn {
		c, err := lc.ListenDgram(t.Context(), path)
		return ownDgram(t, c, err)
	}
	check := func(what string, c *uds.DgramConn, want bool) {
		t.Helper()
		must(t, c.Close())
		if got := exists(path); got != want {
			t.Errorf("%s: got a file after Close %v, want %v", what, got, want)
		}
		os.Remove(path)
	}
	check("ListenDgram", listen(new(uds.ListenConfig)), false)

	c := newDgram(t)
	must(t, c.Bind(uds.MustParseAddr(path)))
	check("Bind", c, false)

	d := uds.Dialer{LocalAddr: uds.MustParseAddr(path)}
	c, err := d.DialDgram(t.Context(), addrOf(t, listenDgram(t)).String())
	check("DialDgram", ownDgram(t, c, err), false)

	c = listen(new(uds.ListenConfig))
	c.SetUnlinkOnClose(false)
	check("SetUnlinkOnClose(false)", c, true)

	check("KeepFile", listen(keep), true)

	c = listen(keep)
	c.SetUnlinkOnClose(true)
	check("KeepFile and SetUnlinkOnClose(true)", c, false)

	c = newDgram(t)
	c.SetUnlinkOnClose(false)
	must(t, c.Bind(uds.MustParseAddr(path)))
	check("SetUnlinkOnClose(false) before Bind", c, true)

	c = listen(new(uds.ListenConfig))
	must(t, os.Remove(path))
	successor := listen(new(uds.ListenConfig))
	check("of a predecessor", c, true)
	must(t, successor.Close())
}

// What shares the socket leaves its file alone.
func TestDgramDuplicatesLeaveTheSocketFile(t *testing.T) {
	path := testutil.SocketPath(t)
	c, err := uds.ListenDgram(path)
	c = ownDgram(t, c, err)
	clone, err := c.Clone()
	must(t, ownDgram(t, clone, err).Close())
	if !exists(path) {
		t.Error("Clone: got no file after the clone's Close, want it kept")
	}
	f, err := c.File()
	must(t, err)
	closeLater(t, f)
	adopted, err := uds.FileDgramConn(f)
	adopted = ownDgram(t, adopted, err)
	if got := adopted.LocalAddr().String(); got != path {
		t.Errorf("FileDgramConn: got local address %q, want %q", got, path)
	}
	must(t, adopted.Close())
	if !exists(path) {
		t.Error("FileDgramConn: got no file after its Close, want it kept")
	}
	f, err = c.Detach()
	must(t, err)
	closeLater(t, f)
	if !exists(path) {
		t.Error("Detach: got no file, want it kept")
	}
	wantDgramError(t, "Close after Detach", c.Close(), net.ErrClosed)
	if !exists(path) {
		t.Error("Close after Detach: got no file, want it kept")
	}
}

func TestDgramBindErrors(t *testing.T) {
	c := listenDgram(t)
	wantDgramError(t, "a second Bind", c.Bind(uds.MustParseAddr(testutil.SocketPath(t))), syscall.EINVAL)
	before := addrOf(t, c)
	must(t, c.Bind(uds.Addr{})) // keeps the address
	if got := addrOf(t, c); got != before || c.LocalAddr().String() != before.String() {
		t.Errorf("after Bind to the unnamed address: got %q, want %q", got, before)
	}
	wantDgramError(t, "Bind to an address in use", newDgram(t).Bind(before), syscall.EADDRINUSE)
	_, err := uds.ListenDgram(before.String())
	wantDgramError(t, "ListenDgram at an address in use", err, syscall.EADDRINUSE)
	_, err = (&uds.ListenConfig{Existing: uds.ExistingReplace}).ListenDgram(t.Context(), before.String())
	wantDgramError(t, "ExistingReplace", err, syscall.EINVAL)
	_, err = (&uds.Dialer{Timeout: -1}).DialDgram(t.Context(), before.String())
	wantDgramError(t, "a timeout below zero", err, syscall.EINVAL)
	free := newDgram(t)
	must(t, free.Bind(uds.Addr{}))
	if a := addrOf(t, free); !a.IsAbstract() || free.LocalAddr().String() != a.String() {
		t.Errorf("autobound: got %q, want an abstract name", a)
	}
}

// A connection of a file has the addresses of its socket, and knows that it was
// shut down.
func TestDgramFileKnowsItsSocket(t *testing.T) {
	server := listenDgram(t)
	client := dialDgram(t, server)
	must(t, client.CloseRead())
	f, err := client.File()
	must(t, err)
	closeLater(t, f)
	c, err := uds.FileDgramConn(f)
	c = ownDgram(t, c, err)
	if got, want := c.RemoteAddr().String(), server.LocalAddr().String(); got != want {
		t.Errorf("RemoteAddr: got %q, want %q", got, want)
	}
	if got, want := c.LocalAddr().String(), client.LocalAddr().String(); got != want || got == "" {
		t.Errorf("LocalAddr: got %q, want %q", got, want)
	}
	if err := c.RecvMsg(&uds.Message{}, uds.FlagNoWait); err != io.EOF {
		t.Errorf("receive: got %v, want io.EOF", err)
	}
}

func TestDgramFileOfAnotherKind(t *testing.T) {
	a, b := seqPair(t)
	f, err := a.File()
	must(t, err)
	closeLater(t, f)
	_, err = uds.FileDgramConn(f)
	wantDgramError(t, "FileDgramConn of a SEQPACKET socket", err, syscall.EPROTOTYPE)
	_, err = uds.FileDgramConn(nil)
	wantDgramError(t, "FileDgramConn of nil", err, syscall.EINVAL)
	_ = b
	file, err := os.Open("/dev/null")
	must(t, err)
	closeLater(t, file)
	_, err = uds.FileDgramConn(file)
	wantDgramError(t, "FileDgramConn of a file", err, syscall.ENOTSOCK)
}

func TestDgramAfterClose(t *testing.T) {
	c := listenDgram(t)
	to := addrOf(t, c)
	must(t, c.Close())
	p := make([]byte, 1)
	for name, f := range map[string]func() error{
		"Close":        c.Close,
		"Read":         func() error { _, err := c.Read(p); return err },
		"Write":        func() error { _, err := c.Write(p); return err },
		"ReadFrom":     func() error { _, _, err := c.ReadFrom(p); return err },
		"WriteToAddr":  func() error { _, err := c.WriteToAddr(p, to); return err },
		"Recv":         func() error { _, err := c.Recv(p); return err },
		"Send":         func() error { return c.Send(p) },
		"Peek":         func() error { _, err := c.Peek(p); return err },
		"NextSize":     func() error { _, err := c.NextSize(); return err },
		"Readable":     func() error { _, err := c.Readable(); return err },
		"TakeError":    c.TakeError,
		"Bind":         func() error { return c.Bind(uds.Addr{}) },
		"Connect":      func() error { return c.Connect(to) },
		"Disconnect":   c.Disconnect,
		"CloseRead":    c.CloseRead,
		"Clone":        func() error { _, err := c.Clone(); return err },
		"Detach":       func() error { _, err := c.Detach(); return err },
		"File":         func() error { _, err := c.File(); return err },
		"SetDeadline":  func() error { return c.SetDeadline(past) },
		"SendMsg":      func() error { return c.SendMsg(&uds.Message{Addr: to}, 0) },
		"RecvMsg":      func() error { return c.RecvMsg(&uds.Message{}, 0) },
		"WriteMsgUnix": func() error { _, _, err := c.WriteMsgUnix(p, nil, nil); return err },
	} {
		wantDgramError(t, name+" after Close", f(), net.ErrClosed)
	}
}
