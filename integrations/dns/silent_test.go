package dns

import (
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// TestSilentClient asks more than the asker's queue has room for and receives no
// answer: that ends the answers, and holds up neither others nor Shutdown.
func TestSilentClient(t *testing.T) {
	const asked = 600 // more than any usual net.unix.max_dgram_qlen
	var begun sync.WaitGroup
	begun.Add(asked)
	refused := make(chan error, asked)
	srv := &dns.Server{Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if q.Question[0].Name != "silent.example." {
			answer(w, q)
			return
		}
		begun.Done()
		if err := w.WriteMsg(new(dns.Msg).SetReply(q)); err != nil {
			refused <- err
		}
	})}
	address := testutil.SocketPath(t)
	if err := ServeDgram(srv, address); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.ActivateAndServe() }()

	silent, err := uds.ListenDgram("")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	question, err := new(dns.Msg).SetQuestion("silent.example.", dns.TypeTXT).Pack()
	if err != nil {
		t.Fatal(err)
	}
	for range asked {
		if _, err := silent.WriteToAddr(question, uds.MustParseAddr(address)); err != nil {
			t.Fatal(err)
		}
	}
	begun.Wait()
	ask(t, "unixgram", address, 0)

	shut := make(chan error, 1)
	go func() { shut <- srv.Shutdown() }()
	select {
	case err := <-shut:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("Shutdown waits for the client")
	}
	if err := <-served; err != nil {
		t.Errorf("the server: %v", err)
	}
	if err := <-refused; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an answer: got %v, want os.ErrDeadlineExceeded", err)
	}
}

// TestSilentConnection asks for more than a connection has room for and receives
// nothing: that ends the answers, and does not hold up Shutdown.
func TestSilentConnection(t *testing.T) {
	refused := make(chan error, 1)
	srv := &dns.Server{Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Answer = []dns.RR{&dns.NULL{Hdr: dns.RR_Header{Name: ".", Rrtype: dns.TypeNULL, Class: dns.ClassINET}, Data: string(make([]byte, 60000))}}
		if err := w.WriteMsg(m); err != nil {
			select {
			case refused <- err:
			default:
			}
		}
	})}
	address := testutil.SocketPath(t)
	if err := ServeSeq(srv, address); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.ActivateAndServe() }()
	silent, err := Dial(t.Context(), "unixpacket", address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	for range 20 {
		if err := silent.WriteMsg(new(dns.Msg).SetQuestion("silent.example.", dns.TypeNULL)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-refused:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("an answer: got %v, want os.ErrDeadlineExceeded", err)
		}
	case <-time.After(20 * time.Second):
		t.Error("an answer waits for the client")
	}
	silent.Close()
	if err := srv.Shutdown(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("the server: %v", err)
	}
}
