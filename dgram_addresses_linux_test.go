package uds_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

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
		wantError(t, "WriteToAddr to "+c.address, err, c.want)
		if !a.IsUnnamed() {
			var op *net.OpError
			if !errors.As(err, &op) || op.Addr == nil || op.Addr.String() != c.address {
				t.Errorf("to %s: got %#v, want an error that names the address", c.address, err)
			}
			_, err = uds.DialDgram(c.address)
			wantError(t, "DialDgram to "+c.address, err, c.want)
		}
		_, err = sender.WriteTo([]byte("x"), &net.UnixAddr{Name: c.address, Net: "unixgram"})
		wantError(t, "WriteTo to "+c.address, err, c.want)
	}
	_, err = sender.WriteTo([]byte("x"), &net.UDPAddr{})
	wantError(t, "WriteTo a UDP address", err, syscall.EINVAL)
	_, err = sender.WriteTo([]byte("x"), &net.UnixAddr{Name: "a\x00b"})
	wantError(t, "WriteTo a path with a NUL", err, syscall.EINVAL)
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
