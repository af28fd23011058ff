//go:build linux

// Package ssh runs an SSH server and client over a SEQPACKET connection.
package ssh

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"sync"
	"testing"

	"golang.org/x/crypto/ssh"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// Sessions that send 1 MB through the server's cat, several at once.
func TestSessions(t *testing.T) {
	a, b, err := uds.SeqPair()
	if err != nil {
		t.Fatal(err)
	}
	key := signer(t)
	served := make(chan error, 1)
	go func() { served <- serve(a, key) }()
	conn, channels, requests, err := ssh.NewClientConn(b, "uds", &ssh.ClientConfig{
		HostKeyCallback: ssh.FixedHostKey(key.PublicKey()),
	})
	if err != nil {
		t.Fatal(err)
	}
	client := ssh.NewClient(conn, channels, requests)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() { cat(t, client, bytes.Repeat([]byte{byte(i)}, 1_000_000)) })
	}
	wg.Wait()
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

// signer returns a host key.
func signer(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cat wants p back from a command of that name.
func cat(t *testing.T, client *ssh.Client, p []byte) {
	s, err := client.NewSession()
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	s.Stdin = bytes.NewReader(p)
	got, err := s.Output("cat")
	if err != nil || !bytes.Equal(got, p) {
		t.Errorf("got %d bytes, %v, want the %d that were sent", len(got), err, len(p))
	}
}

// serve runs a server on c whose every command is cat, until the client leaves.
func serve(c *uds.SeqConn, key ssh.Signer) error {
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(key)
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return err
	}
	go ssh.DiscardRequests(requests)
	for n := range channels {
		channel, requests, err := n.Accept()
		if err != nil {
			return err
		}
		go session(channel, requests)
	}
	return nil
}

// session answers a session's requests, and echoes once a command is asked for.
func session(channel ssh.Channel, requests <-chan *ssh.Request) {
	for r := range requests {
		r.Reply(r.Type == "exec", nil)
		if r.Type == "exec" {
			go func() {
				io.Copy(channel, channel)
				channel.SendRequest("exit-status", false, make([]byte, 4))
				channel.Close()
			}()
		}
	}
}
