package uds

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestSmokeHTTPS(t *testing.T) {
	l, err := ListenSeq("@smoke")
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Write(b)
	}))
	srv.Listener.Close()
	srv.Listener = l
	srv.StartTLS()
	defer srv.Close()
	srv.Client().Transport.(*http.Transport).TLSClientConfig.ServerName="example.com"; tr := srv.Client().Transport.(*http.Transport)
	tr.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(Dialer).DialSeq(ctx, "@smoke")
	}
	for _, n := range []int{0, 1, 65537, 5 << 20} {
		body := bytes.Repeat([]byte("x"), n)
		resp, err := srv.Client().Post(srv.URL, "text/plain", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !bytes.Equal(got, body) {
			t.Fatal(n, len(got), err)
		}
	}
}

func TestSmokeMessages(t *testing.T) {
	a, b, err := SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	a.Send([]byte("one"))
	a.Send(nil)
	a.Send([]byte("two"))
	a.Send(nil)
	a.Close()
	p := make([]byte, 2)
	for range 6 {
		n, err := b.Recv(p)
		t.Log(n, err)
	}
	b.Close()
	t.Log(b.Close())
	var c *SeqConn
	_, err = c.Read(p)
	t.Log(err, c.Close(), c.SetDeadline(zeroTime()), c.Buffered())
}

func zeroTime() (t time.Time) { return }
