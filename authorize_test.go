//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// authorizing returns a listener that asks f.
func authorizing(t *testing.T, f func(*uds.SeqConn) error) (*uds.SeqListener, string) {
	t.Helper()
	name := abstractName()
	lc := uds.ListenConfig{Authorize: f}
	l, err := lc.ListenSeq(context.Background(), name)
	must(t, err)
	closeLater(t, l)
	return l, name
}

// client dials, with a safety deadline.
func client(t *testing.T, address string) *uds.SeqConn {
	t.Helper()
	c, err := uds.DialSeq(address)
	must(t, err)
	closeLater(t, c)
	guarded(t, c)
	return c
}

func TestRejectedPeerIsHungUpOn(t *testing.T) {
	calls := 0
	l, name := authorizing(t, func(c *uds.SeqConn) error {
		if calls++; calls == 1 {
			return errors.New("not you")
		}
		return nil
	})
	first, second := client(t, name), client(t, name)
	sendAll(t, second, "second")
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	if got := recvEnd(c); got != `"second"` {
		t.Errorf("accepted: got %s, want the second client", got)
	}
	if got := recvEnd(first); got != "EOF" {
		t.Errorf("rejected: got %s, want EOF", got)
	}
}

func TestRejectsAnotherUser(t *testing.T) {
	testutil.CheckLeaks(t)
	testutil.RequireRoot(t)
	l, name := authorizing(t, func(c *uds.SeqConn) error {
		cred, err := c.PeerCred()
		if err == nil && cred.UID != 0 {
			err = errors.New("only the superuser")
		}
		return err
	})
	cmd := testutil.Child(t, "peer-client", "PEER_ADDRESS="+name)
	testutil.AsNobody(t, cmd)
	must(t, cmd.Start())
	ended := make(chan error, 1)
	go func() {
		ended <- cmd.Wait()
		if c, err := uds.DialSeq(name); err == nil {
			c.Close()
		}
	}()
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	if cred, err := c.PeerCred(); cred.UID != 0 || err != nil {
		t.Errorf("got %+v, %v, want the superuser", cred, err)
	}
	<-ended // The client saw the end, or a reset for what it had sent.
}

func TestPanicInAuthorize(t *testing.T) {
	calls := 0
	l, name := authorizing(t, func(c *uds.SeqConn) error {
		if calls++; calls == 1 {
			panic("authorize")
		}
		return nil
	})
	first, second := client(t, name), client(t, name)
	func() {
		defer func() {
			if got := recover(); got != "authorize" {
				t.Errorf("got panic %v, want authorize", got)
			}
		}()
		l.AcceptSeq()
	}()
	if got := recvEnd(first); got != "EOF" {
		t.Errorf("got %s, want EOF", got)
	}
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	sendAll(t, second, "hello")
	if got := recvEnd(c); got != `"hello"` {
		t.Errorf("next Accept: got %s, want the second client", got)
	}
}

func TestSlowAuthorizeDelaysOnlyItsAccept(t *testing.T) {
	slow, entered := make(chan struct{}), make(chan struct{})
	calls := make(chan int, 2)
	calls <- 1
	calls <- 2
	l, name := authorizing(t, func(c *uds.SeqConn) error {
		if <-calls == 1 {
			close(entered)
			<-slow
		}
		return nil
	})
	client(t, name)
	first := make(chan *uds.SeqConn, 1)
	go func() {
		c, _ := l.AcceptSeq()
		first <- c
	}()
	<-entered
	client(t, name)
	c, err := l.AcceptSeq()
	must(t, err)
	c.Close()
	select {
	case <-first:
		t.Error("the slow Accept returned")
	default:
	}
	close(slow)
	if c := <-first; c != nil {
		c.Close()
	}
}

// A peer that closed before Authorize could look is still told of.
// An Accept that is to end while Authorize runs ends behind it, and hangs up.
func TestAcceptEndsBehindAuthorize(t *testing.T) {
	testutil.CheckLeaks(t)
	for _, c := range []struct {
		name string
		end  func(l *uds.SeqListener, cancel context.CancelFunc)
		want error
	}{
		{"Close", func(l *uds.SeqListener, _ context.CancelFunc) { l.Close() }, net.ErrClosed},
		{"context", func(_ *uds.SeqListener, cancel context.CancelFunc) { cancel() }, context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			var l *uds.SeqListener
			l, name := authorizing(t, func(*uds.SeqConn) error { c.end(l, cancel); return nil })
			peer := client(t, name)
			if _, err := l.AcceptContext(ctx); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if got := recvEnd(peer); got != "EOF" {
				t.Errorf("the peer: got %s, want EOF", got)
			}
		})
	}
}

func TestAuthorizeSeesCredentialsOfAGonePeer(t *testing.T) {
	var cred uds.Cred
	var err error
	l, name := authorizing(t, func(c *uds.SeqConn) error {
		cred, err = c.PeerCred()
		return nil
	})
	client(t, name).Close()
	c, e := l.AcceptSeq()
	must(t, e)
	c.Close()
	if cred != me() || err != nil {
		t.Errorf("got %+v, %v, want %+v", cred, err, me())
	}
}

// Options are there before the first message can be: one that was sent before
// its connection was accepted has what they ask for.
func TestListenOptionsHoldForEarlyMessages(t *testing.T) {
	for _, o := range passOptions() {
		name := abstractName()
		lc := uds.ListenConfig{Options: o}
		l, err := lc.ListenSeq(context.Background(), name)
		if !unlessUnsupported(t, err) {
			continue
		}
		c := client(t, name)
		must(t, c.SendFiles([]byte("early"), devNull(t, 1)...))
		s, err := l.AcceptSeq()
		must(t, err)
		checkOOB(t, s, o)
		sendAll(t, c, "late")
		checkOOB(t, s, o)
		s.Close()
		l.Close()
	}
}

// checkOOB fails t unless the next message carries what o asks for.
func checkOOB(t *testing.T, c msgConn, want uds.Options) {
	t.Helper()
	o := recvOOB(t, c)
	got := uds.Options{PassCredentials: o.Cred != nil, PassPidFD: o.PidFD != nil, Timestamps: !o.Time.IsZero(), PassSecurity: want.PassSecurity}
	if got != want || o.Cred != nil && *o.Cred != me() {
		t.Errorf("got %+v, want %+v", o, want)
	}
}

// What an adopted listener was given by who made it, as a service manager does,
// its connections have too, for messages that were sent before Accept as well.
func TestAdoptedListenerPassesItsOptionsOn(t *testing.T) {
	for _, o := range passOptions() {
		o.Timestamps = false // not inherited, and not asked of the adopted one
		lc := uds.ListenConfig{Options: o}
		made, err := lc.ListenSeq(context.Background(), abstractName())
		if !unlessUnsupported(t, err) {
			continue
		}
		closeLater(t, made)
		f, err := made.File()
		must(t, err)
		l, err := uds.FileSeqListener(f)
		must(t, err)
		closeLater(t, l)
		must(t, f.Close())
		c := client(t, made.Addr().String())
		must(t, c.SendFiles([]byte("early"), devNull(t, 1)...))
		s, err := l.AcceptSeq()
		must(t, err)
		closeLater(t, s)
		guarded(t, s)
		checkOOB(t, s, o)
		sendAll(t, c, "late")
		checkOOB(t, s, o)
	}
}

// A message with descriptors that comes before Accept is refused as a later one is.
func TestRefuseFilesHoldsForEarlyMessages(t *testing.T) {
	lc := uds.ListenConfig{Options: uds.Options{RefuseFiles: true}}
	l, err := lc.ListenSeq(context.Background(), abstractName())
	if !unlessUnsupported(t, err) {
		t.Skip("needs Linux 6.16")
	}
	closeLater(t, l)
	c := client(t, l.Addr().String())
	isErr(t, "before Accept", c.SendFiles([]byte("early"), devNull(t, 1)...), syscall.EPERM)
	sendAll(t, c, "bytes")
	s, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, s)
	guarded(t, s)
	isErr(t, "after it", c.SendFiles([]byte("late"), devNull(t, 1)...), syscall.EPERM)
	must(t, s.SendFiles([]byte("back"), devNull(t, 1)...)) // the client refuses none
	if got := recvEnd(s); got != `"bytes"` {
		t.Errorf("got %s, want the bytes", got)
	}
}

func TestDialOptionsHoldForEarlyMessages(t *testing.T) {
	for _, o := range passOptions() {
		name := abstractName()
		l := seqListener(t, name)
		accepted := make(chan *uds.SeqConn, 1)
		go func() {
			s, err := l.AcceptSeq()
			if err == nil {
				s.Send([]byte("early"))
			}
			accepted <- s
		}()
		d := uds.Dialer{Options: o}
		c, err := d.DialSeq(context.Background(), name)
		if unlessUnsupported(t, err) {
			checkOOB(t, c, o)
			c.Close()
		} else {
			l.Close()
		}
		if s := <-accepted; s != nil {
			s.Close()
		}
	}
}

func TestSetOptionsOnAdoptedSocket(t *testing.T) {
	for _, o := range passOptions() {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			a, b := seqPair(t)
			c := adopt(t, b.File)
			setOptions(t, c, o)
			sendAll(t, a, "x")
			checkOOB(t, c, o)
		})
	}
}

// Datagrams have no Accept: a socket that would never ask is not made.
func TestDatagramsWithAuthorize(t *testing.T) {
	lc := uds.ListenConfig{Authorize: func(*uds.SeqConn) error { return errors.New("nobody") }}
	c, err := lc.ListenDgram(context.Background(), abstractName())
	if isErr(t, "ListenDgram", err, syscall.EINVAL); err == nil {
		c.Close()
	} else if !strings.Contains(err.Error(), "Authorize") {
		t.Errorf("got %v, want an error that names Authorize", err)
	}
	_, err = lc.ListenPacket(context.Background(), "unixgram", abstractName())
	isErr(t, "ListenPacket", err, syscall.EINVAL)
}
