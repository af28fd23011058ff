//go:build linux

package uds_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// unlessUnsupported fails t if err is not nil, unless the kernel lacks the
// feature; it reports whether it has it.
func unlessUnsupported(t *testing.T, err error) bool {
	t.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		t.Logf("not on this kernel: %v", err)
		return false
	}
	must(t, err)
	return true
}

func TestPeerOfPair(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, _ := pair(t)
		cred, err := a.PeerCred()
		must(t, err)
		if cred != me() {
			t.Errorf("PeerCred: got %+v, want %+v", cred, me())
		}
		p, err := a.Peer()
		must(t, err)
		if p.Cred != me() || p.Addr != (uds.Addr{}) {
			t.Errorf("Peer: got %+v, want this process, unnamed", p)
		}
	})
}

func TestPeerGroupsPidFDAndSecurity(t *testing.T) {
	a, _ := seqPair(t)
	groups, err := a.PeerGroups()
	if unlessUnsupported(t, err) {
		want, err := os.Getgroups()
		must(t, err)
		slices.Sort(want)
		if slices.Sort(groups); !slices.Equal(groups, want) {
			t.Errorf("PeerGroups: got %v, want %v", groups, want)
		}
	}
	f, err := a.PeerPidFD()
	if unlessUnsupported(t, err) {
		pidfdIs(t, f, os.Getpid())
		f.Close()
	}
	label, err := a.PeerSecurity()
	if unlessUnsupported(t, err) && label == "" {
		t.Error("PeerSecurity: got an empty label and no error")
	}
}

func init() { testutil.RegisterChild("many-groups", manyGroups) }

// manyGroups says what of its 1,000 supplementary groups its own pair tells.
func manyGroups() {
	want := make([]int, 1000)
	for i := range want {
		want[i] = 5000 + i
	}
	a, _, err := uds.SeqPair()
	var got []int
	if err == nil {
		got, err = a.PeerGroups()
	}
	p, e := a.Peer()
	if err != nil || e != nil || !slices.Equal(got, want) || !slices.Equal(p.Groups, want) {
		fmt.Printf("got %d groups %v, %v and %d, %v, want 5000 to 5999", len(got), got, err, len(p.Groups), e)
	}
}

// There may be more groups than the first call has room for.
func TestPeerOfManyGroups(t *testing.T) {
	testutil.RequireRoot(t)
	cmd := testutil.Child(t, "many-groups")
	groups := make([]uint32, 1000)
	for i := range groups {
		groups[i] = 5000 + uint32(i)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Groups: groups}}
	if out, err := cmd.CombinedOutput(); len(out) > 0 || err != nil {
		t.Errorf("got %s, %v, want nothing", out, err)
	}
}

// A client sees the process that called listen(2), and its address.
func TestPeerOfClient(t *testing.T) {
	name := abstractName()
	client, server := dialled(t, name)
	for _, c := range []*uds.SeqConn{client, server} {
		cred, err := c.PeerCred()
		must(t, err)
		if cred != me() {
			t.Errorf("got %+v, want %+v", cred, me())
		}
	}
	p, err := client.Peer()
	must(t, err)
	if p.Addr != uds.MustParseAddr(name) {
		t.Errorf("got peer %v, want %s", p.Addr, name)
	}
}

func init() {
	testutil.RegisterChild("peer-client", peerClient)
	testutil.RegisterChild("http-client", httpClient)
}

// peerClient connects, sends a message and waits for the end.
func peerClient() {
	c, err := uds.DialSeq(os.Getenv("PEER_ADDRESS"))
	if err == nil {
		err = c.Send([]byte("hello"))
	}
	if err == nil {
		_, err = io.Copy(io.Discard, c)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// startNobody starts a child as another user that connects to l.
func startNobody(t *testing.T, name, address string) {
	t.Helper()
	cmd := testutil.Child(t, name, "PEER_ADDRESS="+address)
	testutil.AsNobody(t, cmd)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	t.Cleanup(func() {
		if err := cmd.Wait(); err != nil {
			t.Errorf("child %s: %v", name, err)
		}
	})
}

func TestPeerOfAnotherUser(t *testing.T) {
	testutil.RequireRoot(t)
	name := abstractName()
	l := seqListener(t, name)
	startNobody(t, "peer-client", name)
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	guarded(t, c)
	if got := recvEnd(c); got != `"hello"` { // so that the client sees the end, not a reset
		t.Errorf("got %s, want hello", got)
	}
	p, err := c.Peer()
	must(t, err)
	if p.Cred.UID != testutil.Nobody || p.Cred.GID != testutil.Nobody || p.Cred.PID == os.Getpid() || len(p.Groups) != 0 {
		t.Errorf("got %+v, want nobody", p)
	}
	f, err := c.PeerPidFD()
	if unlessUnsupported(t, err) {
		pidfdIs(t, f, p.Cred.PID)
		f.Close()
	}
}

// TestPeerPidFDTellsTheExit holds the example of PeerPidFD to what it says,
// with a peer that ends.
func TestPeerPidFDTellsTheExit(t *testing.T) {
	testutil.CheckLeaks(t)
	name := abstractName()
	l := seqListener(t, name)
	cmd := testutil.Child(t, "peer-client", "PEER_ADDRESS="+name)
	must(t, cmd.Start())
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	pidfd, err := c.PeerPidFD()
	if !unlessUnsupported(t, err) {
		return
	}
	defer pidfd.Close()
	ended := make(chan error, 1)
	go func() { ended <- waitForExit(t.Context(), pidfd) }()
	guarded(t, c)
	recvEnd(c)
	c.Close() // which the client waits for
	must(t, <-ended)
	must(t, cmd.Wait())
}

func TestContextWithPeer(t *testing.T) {
	var none context.Context
	if p, ok := uds.PeerFromContext(none); ok {
		t.Errorf("PeerFromContext of a nil context: got %+v, want none", p)
	}
	a, _ := seqPair(t)
	x, _ := unixPair(t)
	for _, c := range []net.Conn{a, x, wrapped{a}, wrapped{wrapped{x}}} {
		p, ok := uds.PeerFromContext(uds.ContextWithPeer(context.Background(), c))
		if !ok || p.Cred != me() || p.Addr != (uds.Addr{}) {
			t.Errorf("%T: got %+v, %v, want this process", c, p, ok)
		}
	}
	p1, p2 := net.Pipe()
	defer p1.Close()
	defer p2.Close()
	another := uds.ContextWithPeer(context.Background(), a)
	for _, c := range []net.Conn{p1, nil, wrapped{nil}, (*uds.SeqConn)(nil)} {
		for _, ctx := range []context.Context{context.Background(), another} { // not the other's peer either
			if p, ok := uds.PeerFromContext(uds.ContextWithPeer(ctx, c)); ok {
				t.Errorf("%T: got %+v, want none", c, p)
			}
		}
	}
}

// A connection that is below itself has no peer, and does not hold up the server
// that asks.
func TestContextWithPeerOfAConnBelowItself(t *testing.T) {
	c := new(looped)
	if p, ok := uds.PeerFromContext(uds.ContextWithPeer(context.Background(), c)); ok {
		t.Errorf("got %+v, want none", p)
	}
}

// looped says that it wraps itself.
type looped struct{ net.Conn }

func (l *looped) NetConn() net.Conn { return l }

// wrapped hides a connection as *tls.Conn does.
type wrapped struct{ net.Conn }

func (w wrapped) NetConn() net.Conn { return w.Conn }

// httpClient asks a server who it is.
func httpClient() {
	d := new(uds.Dialer)
	c := http.Client{Transport: &http.Transport{DialContext: d.DialFunc("unixpacket", os.Getenv("PEER_ADDRESS")), DisableKeepAlives: true}}
	resp, err := c.Get("http://server/")
	if err == nil {
		_, err = io.Copy(os.Stdout, resp.Body)
		resp.Body.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestHTTPHandlerKnowsItsPeer(t *testing.T) {
	l := seqListener(t, abstractName())
	srv := &http.Server{
		ConnContext: uds.ContextWithPeer,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, _ := uds.PeerFromContext(r.Context())
			json.NewEncoder(w).Encode(p.Cred)
		}),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() { srv.Close(); <-served }()
	cmd := testutil.Child(t, "http-client", "PEER_ADDRESS="+l.Addr().String())
	want := uds.Cred{UID: os.Getuid(), GID: os.Getgid()}
	if os.Geteuid() == 0 {
		testutil.AsNobody(t, cmd)
		want = uds.Cred{UID: testutil.Nobody, GID: testutil.Nobody}
	}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	must(t, err)
	var got uds.Cred
	must(t, json.Unmarshal(out, &got))
	if want.PID = cmd.ProcessState.Pid(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
