//go:build linux

package uds_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func TestListenerAddresses(t *testing.T) {
	path := testutil.SocketPath(t)
	name := abstractName() + "\x00\xff"
	for _, address := range []string{path, name} {
		client, server := dialled(t, address)
		for what, got := range map[string]net.Addr{
			"RemoteAddr of the client": client.RemoteAddr(),
			"LocalAddr of the server":  server.LocalAddr(),
		} {
			if got.String() != address || got.Network() != "unixpacket" {
				t.Errorf("%s: got %q %q, want %q \"unixpacket\"", what, got, got.Network(), address)
			}
		}
		for what, got := range map[string]net.Addr{
			"LocalAddr of the client":  client.LocalAddr(),
			"RemoteAddr of the server": server.RemoteAddr(),
		} {
			if a, ok := got.(*net.UnixAddr); !ok || a == nil || a.Name != "" {
				t.Errorf("%s: got %#v, want a *net.UnixAddr that prints as \"\"", what, got)
			}
		}
		kernel, err := client.Peername()
		if want := uds.MustParseAddr(address); kernel != want || err != nil {
			t.Errorf("Peername: got %q, %v, want %q", kernel, err, want)
		}
	}
}

// TestAbstractNameWithNUL: package net takes a NUL byte in place of the '@',
// and so do programs that spell the name as the kernel does.
func TestAbstractNameWithNUL(t *testing.T) {
	name := abstractName()
	kernel := "\x00" + name[1:]
	_, server := dialled(t, kernel)
	if got := server.LocalAddr().String(); got != name {
		t.Errorf("LocalAddr: got %q, want %q", got, name)
	}
	c, err := uds.ListenDgram(kernel)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, a := range []string{name, kernel} {
		if _, err := c.WriteTo([]byte(a), &net.UnixAddr{Name: a, Net: "unixgram"}); err != nil {
			t.Errorf("WriteTo %q: %v", a, err)
		}
		buf := make([]byte, 64)
		n, from, err := c.ReadFrom(buf)
		if err != nil || string(buf[:n]) != a || from.String() != name {
			t.Errorf("ReadFrom: got %q from %v, %v, want %q from %q", buf[:n], from, err, a, name)
		}
	}
	if _, err := uds.DialSeq("\x00" + strings.Repeat("x", uds.MaxAbstractLen+1)); !errors.Is(err, syscall.EINVAL) {
		t.Errorf("DialSeq of a name that is too long: got %v, want EINVAL", err)
	}
}

func TestListenUnnamedAutobinds(t *testing.T) {
	l := seqListener(t, "")
	name, err := l.Sockname()
	must(t, err)
	if !name.IsAbstract() || len(name.Abstract()) != 5 {
		t.Errorf("Sockname: got %q, want an abstract name of 5 bytes", name)
	}
	c, err := uds.DialSeq(l.Addr().String())
	must(t, err)
	must(t, c.Close())
}

func TestDialerLocalAddrIsThePeersRemoteAddr(t *testing.T) {
	name, local := abstractName(), abstractName()
	l := seqListener(t, name)
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(local)}).DialSeq(t.Context(), name)
	must(t, err)
	closeLater(t, c)
	s, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, s)
	if got := s.RemoteAddr().String(); got != local {
		t.Errorf("RemoteAddr: got %q, want %q", got, local)
	}
	if got := c.LocalAddr().String(); got != local {
		t.Errorf("LocalAddr: got %q, want %q", got, local)
	}
}

// A dial that fails after it bound its own path takes the file away again.
func TestFailedDialRemovesItsOwnFile(t *testing.T) {
	path := testutil.SocketPath(t)
	_, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(path)}).DialSeq(t.Context(), abstractName())
	isErr(t, "Dial", err, syscall.ECONNREFUSED)
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat: got %v, want no file", err)
	}
}

// So does the close of a connection whose dial bound a path.
func TestCloseRemovesTheFileThatTheDialBound(t *testing.T) {
	name, path := abstractName(), testutil.SocketPath(t)
	seqListener(t, name)
	c, err := (&uds.Dialer{LocalAddr: uds.MustParseAddr(path)}).DialSeq(t.Context(), name)
	must(t, err)
	if _, err := os.Lstat(path); err != nil {
		t.Errorf("Lstat: got %v, want the bound file", err)
	}
	must(t, c.Close())
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat after Close: got %v, want no file", err)
	}
}

func TestListenerCloseRemovesItsFileOnly(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	must(t, l.Close())
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Lstat after Close: got %v, want no file", err)
	}
	l = seqListener(t, path)
	must(t, os.Remove(path))
	must(t, os.WriteFile(path, []byte("precious"), 0o600))
	must(t, l.Close())
	if b, err := os.ReadFile(path); string(b) != "precious" {
		t.Errorf("a stranger's file: got %q, %v, want it untouched", b, err)
	}
}

func TestListenerKeepsItsFile(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	l.SetUnlinkOnClose(false)
	must(t, l.Close())
	_, err := os.Lstat(path)
	must(t, err)
	must(t, os.Remove(path))

	lc := uds.ListenConfig{KeepFile: true}
	l, err = lc.ListenSeq(t.Context(), path)
	must(t, err)
	must(t, l.Close())
	_, err = os.Lstat(path)
	must(t, err)
}

func TestFileListenerLeavesTheFile(t *testing.T) {
	path := testutil.SocketPath(t)
	l := seqListener(t, path)
	f, err := l.File()
	must(t, err)
	defer f.Close()
	g, err := uds.FileSeqListener(f)
	must(t, err)
	if got := g.Addr().String(); got != path {
		t.Errorf("Addr: got %q, want %q", got, path)
	}
	c, err := uds.DialSeq(path)
	must(t, err)
	s, err := g.AcceptSeq()
	must(t, err)
	if got := s.LocalAddr().String(); got != path {
		t.Errorf("LocalAddr of an accepted connection: got %q, want %q", got, path)
	}
	must(t, s.Close())
	must(t, c.Close())
	must(t, g.Close())
	c, err = uds.DialSeq(path)
	must(t, err)
	must(t, c.Close())
}

// Accepted connections have the Options of the ListenConfig.
func TestAcceptedConnectionsHaveTheOptions(t *testing.T) {
	name := abstractName()
	lc := uds.ListenConfig{Options: uds.Options{
		ReadBuffer: 20_000, WriteBuffer: 30_000, PassCredentials: true, Timestamps: true,
	}}
	l, err := lc.ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	_, s := dialledTo(t, l)
	if n, err := s.ReadBuffer(); n != 40_000 || err != nil {
		t.Errorf("ReadBuffer: got %d, %v, want 40000", n, err)
	}
	if n, err := s.WriteBuffer(); n != 60_000 || err != nil {
		t.Errorf("WriteBuffer: got %d, %v, want 60000", n, err)
	}
	for _, name := range []int{syscall.SO_PASSCRED, 64 /* SO_TIMESTAMPNS_NEW */} {
		if !boolOption(t, s, name) {
			t.Errorf("option %d: got off, want on", name)
		}
	}
}

// boolOption is an option of SOL_SOCKET.
func boolOption(t testing.TB, c syscall.Conn, name int) bool {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	v := 0
	cerr := rc.Control(func(fd uintptr) { v, err = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, name) })
	must(t, cerr)
	must(t, err)
	return v != 0
}

func TestDialerOptionsAndControl(t *testing.T) {
	name := abstractName()
	seqListener(t, name)
	called := ""
	d := uds.Dialer{
		Options: uds.Options{WriteBuffer: 30_000, PassCredentials: true, Spin: -1},
		Control: func(network, address string, c syscall.RawConn) error {
			called = network + " " + address
			return nil
		},
	}
	c, err := d.DialSeq(t.Context(), name)
	must(t, err)
	defer c.Close()
	if n, err := c.WriteBuffer(); n != 60_000 || err != nil {
		t.Errorf("WriteBuffer: got %d, %v, want 60000", n, err)
	}
	if want := "unixpacket " + name; called != want {
		t.Errorf("Control: got %q, want %q", called, want)
	}
	// With SO_PASSCRED an unnamed socket is bound when it connects.
	got, err := c.Sockname()
	if local := c.LocalAddr().String(); err != nil || !got.IsAbstract() || got.String() != local {
		t.Errorf("Sockname: got %q, %v, LocalAddr %q, want the same abstract name", got, err, local)
	}
}

func TestControlErrorsEndTheCall(t *testing.T) {
	boom := errors.New("boom")
	control := func(string, string, syscall.RawConn) error { return boom }
	_, err := (&uds.Dialer{Control: control}).DialSeq(t.Context(), abstractName())
	isErr(t, "DialSeq", err, boom)
	_, err = (&uds.ListenConfig{Control: control}).ListenSeq(t.Context(), abstractName())
	isErr(t, "ListenSeq", err, boom)
}

func TestBacklogIsWhatWasAskedFor(t *testing.T) {
	name := abstractName()
	l, err := (&uds.ListenConfig{Backlog: 3}).ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	const want = 4 // The kernel queues one more than the backlog.
	n := 0
	for timeout := 20 * time.Millisecond; timeout < safety && n < 100; {
		c, err := (&uds.Dialer{Timeout: timeout}).DialSeq(t.Context(), name)
		if err == nil {
			defer c.Close()
			n++
			continue
		}
		isErr(t, "DialSeq", err, os.ErrDeadlineExceeded)
		if n >= want {
			break
		}
		timeout *= 2 // A busy machine lets a dial time out that had room.
	}
	if n != want {
		t.Errorf("connections before a dial waits: got %d, want %d", n, want)
	}
}

// fullListener is a listener whose backlog is full.
func fullListener(t testing.TB) (l *uds.SeqListener, address string) {
	t.Helper()
	address = abstractName()
	l = listenShort(t, address)
	c, err := uds.DialSeq(address)
	must(t, err)
	closeLater(t, c)
	return l, address
}

func TestDialWaitsForTheBacklog(t *testing.T) {
	l, address := fullListener(t)
	done := waitingDials(t, address, 1)
	for range 2 {
		c, err := l.Accept()
		must(t, err)
		must(t, c.Close())
	}
	must(t, <-done)
}

// waitingDials is n dials that wait for room in the backlog, and their results.
func waitingDials(t testing.TB, address string, n int) <-chan error {
	t.Helper()
	results := make(chan error, n)
	for range n {
		go func() {
			c, err := (&uds.Dialer{Timeout: safety}).DialSeq(context.Background(), address)
			if err == nil {
				err = c.Close()
			}
			results <- err
		}()
	}
	inLine(t, n)
	return results
}

// All of many dials get through the smallest backlog.
func TestManyDialsWaitForTheBacklog(t *testing.T) {
	const dials = 100
	l, address := fullListener(t)
	results := waitingDials(t, address, dials)
	for range dials + 1 {
		c, err := l.Accept()
		must(t, err)
		must(t, c.Close())
	}
	for range dials {
		must(t, <-results)
	}
}

// The dials that wait learn that the listener has gone.
func TestDialOnAFullBacklogOfAListenerThatCloses(t *testing.T) {
	const dials = 5
	l, address := fullListener(t)
	results := waitingDials(t, address, dials)
	must(t, l.Close())
	for range dials {
		wantError(t, "DialSeq", <-results, syscall.ECONNREFUSED, address)
	}
}

func TestDialOnAFullBacklogEnds(t *testing.T) {
	l, address := fullListener(t)
	cause := map[string]struct {
		dial func(ctx context.Context) error
		want error
	}{
		"timeout": {func(ctx context.Context) error {
			_, err := (&uds.Dialer{Timeout: 10 * time.Millisecond}).DialSeq(ctx, address)
			return err
		}, os.ErrDeadlineExceeded},
		"deadline of the context": {func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
			defer cancel()
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, os.ErrDeadlineExceeded},
		"context": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(10*time.Millisecond, cancel)
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, context.Canceled},
		"context that has ended": {func(ctx context.Context) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			_, err := new(uds.Dialer).DialSeq(ctx, address)
			return err
		}, context.Canceled},
	}
	for name, c := range cause {
		err := c.dial(t.Context())
		isErr(t, name, err, c.want)
		var ne net.Error
		if !errors.As(err, &ne) || ne.Timeout() != (c.want == os.ErrDeadlineExceeded) {
			t.Errorf("%s: Timeout: got %v, want %t", name, err, c.want == os.ErrDeadlineExceeded)
		}
	}
	// A listener that goes away ends the dial too.
	done := make(chan error)
	go func() {
		_, err := uds.DialSeq(address)
		done <- err
	}()
	inLine(t, 1)
	must(t, l.Close())
	isErr(t, "closed listener", <-done, syscall.ECONNREFUSED)
}

// The end of a deadline that came with a context is both: os.ErrDeadlineExceeded,
// as for every other deadline, and context.DeadlineExceeded, which code asks for
// that package net has dialled for.
func TestDeadlineOfAContextIsBoth(t *testing.T) {
	ended, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	_, err := new(net.Dialer).DialContext(ended, "unixpacket", abstractName())
	isErr(t, "net.Dialer", err, context.DeadlineExceeded)

	l, full := fullListener(t)
	accepts := seqListener(t, abstractName())
	calls := map[string]func(context.Context) error{
		"DialSeq":   func(ctx context.Context) error { _, err := new(uds.Dialer).DialSeq(ctx, full); return err },
		"DialDgram": func(ctx context.Context) error { _, err := new(uds.Dialer).DialDgram(ctx, abstractName()); return err },
		"ListenSeq": func(ctx context.Context) error {
			_, err := new(uds.ListenConfig).ListenSeq(ctx, abstractName())
			return err
		},
		"AcceptContext": func(ctx context.Context) error { _, err := accepts.AcceptContext(ctx); return err },
	}
	wantBoth := func(name string, err error) {
		t.Helper()
		isErr(t, name, err, os.ErrDeadlineExceeded)
		isErr(t, name, err, context.DeadlineExceeded)
		if ne, ok := err.(net.Error); !ok || !ne.Timeout() || !strings.HasSuffix(err.Error(), ": i/o timeout") {
			t.Errorf("%s: got %v, want a net.Error that is a timeout and says so", name, err)
		}
	}
	for name, call := range calls {
		wantBoth(name+", ended", call(ended))
	}
	_, err = (&uds.Dialer{Timeout: time.Millisecond}).DialSeq(t.Context(), full)
	wantBoth("Dialer.Timeout", err)
	must(t, l.Close())

	// Alone, and while another call has the turn.
	done := make(chan error)
	for range 2 {
		soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		_, err = accepts.AcceptContext(soon)
		cancel()
		wantBoth("AcceptContext", err)
		go func() {
			_, err := accepts.Accept()
			done <- err
		}()
		parked(t, 1, ".(*SeqListener).Accept(")
	}
	must(t, accepts.SetDeadline(past))
	for range 2 {
		isErr(t, "Accept", <-done, os.ErrDeadlineExceeded)
	}
}

// A dial that waits costs next to nothing of a CPU: no more than naps, where those
// are dear.
func TestDialOnAFullBacklogSleeps(t *testing.T) {
	_, address := fullListener(t)
	const wait = 300 * time.Millisecond
	testutil.AtMost(t, max(wait/10, napsCPU(wait)), func() time.Duration {
		return testutil.CPUOf(func() {
			_, err := (&uds.Dialer{Timeout: wait}).DialSeq(t.Context(), address)
			isErr(t, "DialSeq", err, os.ErrDeadlineExceeded)
		})
	}, "CPU time of %v of waiting", wait)
}

func TestAcceptEnds(t *testing.T) {
	l := seqListener(t, abstractName())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := l.AcceptContext(ctx)
	isErr(t, "AcceptContext", err, context.Canceled)

	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err = l.AcceptContext(ctx)
	isErr(t, "AcceptContext", err, os.ErrDeadlineExceeded)

	must(t, l.SetDeadline(time.Now().Add(10*time.Millisecond)))
	_, err = l.Accept()
	isErr(t, "Accept", err, os.ErrDeadlineExceeded)
	must(t, l.SetDeadline(time.Time{}))

	done := make(chan error)
	go func() {
		_, err := l.Accept()
		done <- err
	}()
	parked(t, 1, ".AcceptContext(")
	must(t, l.Close())
	isErr(t, "Accept", <-done, net.ErrClosed)
}

func TestAuthorize(t *testing.T) {
	name := abstractName()
	seen := 0
	lc := uds.ListenConfig{Authorize: func(c *uds.SeqConn) error {
		if seen++; seen == 1 {
			return errors.New("not you")
		}
		return nil
	}}
	l, err := lc.ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	first, err := uds.DialSeq(name)
	must(t, err)
	defer first.Close()
	second, err := uds.DialSeq(name)
	must(t, err)
	defer second.Close()
	guarded(t, first, second)
	s, err := l.AcceptSeq()
	must(t, err)
	defer s.Close()
	if got := recvEnd(first); got != "EOF" {
		t.Errorf("Recv of the rejected: got %s, want EOF", got)
	}
	sendAll(t, s, "hello")
	if got := recvEnd(second); got != `"hello"` {
		t.Errorf("Recv of the accepted: got %s, want \"hello\"", got)
	}
}

func TestAuthorizeThatPanicsLeaksNothing(t *testing.T) {
	name := abstractName()
	lc := uds.ListenConfig{Authorize: func(c *uds.SeqConn) error { panic("boom") }}
	l, err := lc.ListenSeq(t.Context(), name)
	must(t, err)
	defer l.Close()
	c, err := uds.DialSeq(name)
	must(t, err)
	defer c.Close()
	guarded(t, c)
	func() {
		defer func() {
			if got := recover(); got != "boom" {
				t.Errorf("recover: got %v, want boom", got)
			}
		}()
		l.Accept()
	}()
	if got := recvEnd(c); got != "EOF" {
		t.Errorf("Recv: got %s, want EOF", got)
	}
}

func TestDialNetworks(t *testing.T) {
	name := abstractName()
	l, err := uds.Listen("unixpacket", name)
	must(t, err)
	defer l.Close()
	for what, dial := range map[string]func() (net.Conn, error){
		"Dial":        func() (net.Conn, error) { return uds.Dial("unixpacket", name) },
		"Dialer.Dial": func() (net.Conn, error) { return new(uds.Dialer).Dial("unixpacket", name) },
		"DialContext": func() (net.Conn, error) { return new(uds.Dialer).DialContext(t.Context(), "unixpacket", name) },
		"DialFunc": func() (net.Conn, error) {
			return new(uds.Dialer).DialFunc("unixpacket", name)(t.Context(), "tcp", "example.com:80")
		},
	} {
		c, err := dial()
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if _, ok := c.(*uds.SeqConn); !ok {
			t.Errorf("%s: got a %T, want a *uds.SeqConn", what, c)
		}
		must(t, c.Close())
	}
}

// The connections of a listener that closes stay; those nobody accepted are
// reset.
func TestListenerCloseKeepsConnections(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	c, s := dialledTo(t, l)
	waiting, err := uds.DialSeq(name)
	must(t, err)
	closeLater(t, waiting)
	guarded(t, c, s, waiting)
	must(t, l.Close())
	sendAll(t, c, "still here")
	if got := recvEnd(s); got != `"still here"` {
		t.Errorf("Recv: got %s, want \"still here\"", got)
	}
	if got := recvRest(waiting); !strings.HasPrefix(got, "RESET EOF") {
		t.Errorf("Recv of the unaccepted: got %s, want RESET EOF", got)
	}
}

// A process out of descriptors keeps its listener: the connection stays queued.
func TestAcceptWithoutDescriptors(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	c, err := uds.DialSeq(name)
	must(t, err)
	closeLater(t, c)
	restore := testutil.LeaveDescriptors(0)
	_, err = l.Accept()
	restore()
	isErr(t, "Accept", err, syscall.EMFILE)
	var ne net.Error
	//lint:ignore SA1019 http.Server asks for Temporary.
	if !errors.As(err, &ne) || !ne.Temporary() {
		t.Errorf("Temporary: got false for %v, want true", err)
	}
	s, err := l.Accept()
	must(t, err)
	must(t, s.Close())
}
