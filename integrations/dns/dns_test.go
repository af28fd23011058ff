package dns

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func TestQueriesOverDatagrams(t *testing.T) { exchange(t, "unixgram", ServeDgram) }

func TestQueriesOverConnections(t *testing.T) { exchange(t, "unixpacket", ServeSeq) }

// exchange has several clients at once ask a server many things.
func exchange(t *testing.T, network string, listen func(*dns.Server, string) error) {
	t.Helper()
	address := testutil.SocketPath(t)
	srv := &dns.Server{Handler: dns.HandlerFunc(answer)}
	if err := listen(srv, address); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.ActivateAndServe() }()

	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() { ask(t, network, address, i) })
	}
	wg.Wait()
	if err := srv.Shutdown(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("the server: %v", err)
	}
	if _, err := os.Lstat(address); !os.IsNotExist(err) {
		t.Errorf("after Shutdown: got %v, want no socket file", err)
	}
}

func ask(t *testing.T, network, address string, client int) {
	c, err := Dial(t.Context(), network, address)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	asker := dns.Client{Timeout: 20 * time.Second, UDPSize: dns.DefaultMsgSize}
	for i := range 50 {
		name := fmt.Sprintf("q%d.client%d.example.", i, client)
		m := new(dns.Msg).SetQuestion(name, dns.TypeTXT)
		r, _, err := asker.ExchangeWithConn(m, c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if len(r.Answer) != 1 || strings.Join(r.Answer[0].(*dns.TXT).Txt, "") != text(name) {
			t.Errorf("%s: got %v, want %q", name, r.Answer, text(name))
		}
	}
}

// text is the answer for a name: of some 2,500 bytes, more than UDP's customary
// 512.
func text(name string) string { return strings.Repeat(name, 100) }

func answer(w dns.ResponseWriter, q *dns.Msg) {
	name := q.Question[0].Name
	m := new(dns.Msg).SetReply(q)
	txt := &dns.TXT{Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}}
	for s := text(name); s != ""; {
		n := min(len(s), 255)
		txt.Txt = append(txt.Txt, s[:n])
		s = s[n:]
	}
	m.Answer = []dns.RR{txt}
	_ = w.WriteMsg(m)
}
