package quic

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// size is how much goes each way.
const size = 8 << 20

// TestBothWays sends 8 MiB each way at once, over a path and an abstract name.
func TestBothWays(t *testing.T) {
	path := testutil.SocketPath(t)
	for name, address := range map[string]string{"path": path, "abstract": "@" + path} {
		t.Run(name, func(t *testing.T) { bothWays(t, address) })
	}
}

func bothWays(t *testing.T, address string) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server, client := tlsConfigs(t)
	up, down := random(t), random(t)

	transport, err := Listen(address)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTransport(t, transport)
	l, err := transport.Listen(server, nil)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- serve(ctx, l, up, down) }()

	conn, ct, err := Dial(ctx, address, client, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer closeTransport(t, ct)
	if got, want := conn.RemoteAddr().String(), address; got != want {
		t.Errorf("RemoteAddr: got %q, want %q", got, want)
	}
	s, err := conn.OpenStreamSync(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := exchange(s, up, down); err != nil {
		t.Errorf("the client: %v", err)
	}
	if err := conn.CloseWithError(0, "done"); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("the server: %v", err)
	}
}

// serve accepts one stream, sends down on it and receives up.
func serve(ctx context.Context, l *quic.Listener, up, down []byte) error {
	conn, err := l.Accept(ctx)
	if err != nil {
		return err
	}
	s, err := conn.AcceptStream(ctx)
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		_, err := s.Write(down)
		sent <- err
	}()
	if err := receive(s, up); err != nil {
		return err
	}
	if err := <-sent; err != nil {
		return err
	}
	if err := s.Close(); err != nil { // tells the client that all was received
		return err
	}
	<-conn.Context().Done()
	return nil
}

// exchange sends out while it receives in.
func exchange(s *quic.Stream, out, in []byte) error {
	sent := make(chan error, 1)
	go func() {
		_, err := s.Write(out)
		if e := s.Close(); err == nil {
			err = e
		}
		sent <- err
	}()
	if err := receive(s, in); err != nil {
		return err
	}
	return <-sent
}

// receive receives all there is, which must be want.
func receive(s *quic.Stream, want []byte) error {
	got, err := io.ReadAll(s)
	if err == nil && !bytes.Equal(got, want) {
		err = fmt.Errorf("got %d bytes that are not the %d sent", len(got), len(want))
	}
	return err
}

func closeTransport(t *testing.T, tr *quic.Transport) {
	if err := Close(tr); err != nil {
		t.Error(err)
	}
}

func random(t *testing.T) []byte {
	t.Helper()
	p := make([]byte, size)
	if _, err := rand.Read(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// tlsConfigs are those of a server and of a client that trusts it.
func tlsConfigs(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"uds"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	protos := []string{"uds-test"}
	server = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: protos}
	return server, &tls.Config{RootCAs: roots, ServerName: "uds", NextProtos: protos}
}
