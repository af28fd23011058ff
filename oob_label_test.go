//go:build linux

package uds_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// ownLabel is this process's security label. Without one, of a module that
// labels sockets, it skips t.
func ownLabel(t *testing.T) string {
	t.Helper()
	a, _ := seqPair(t)
	if _, err := a.PeerSecurity(); errors.Is(err, errors.ErrUnsupported) {
		t.Skipf("needs a security module that labels sockets, such as SELinux or Smack: %v", err)
	}
	b, err := os.ReadFile("/proc/thread-self/attr/current")
	must(t, err)
	label := strings.TrimRight(string(b), "\x00\n")
	if label == "" {
		t.Fatal("got an empty label of this process")
	}
	return label
}

// labelOnMessages skips t where the security module labels sockets and no
// messages: AppArmor has no socket_getpeersec_dgram hook (security/apparmor/lsm.c
// of Linux 5.4 answers ENOPROTOOPT).
func labelOnMessages(t *testing.T) {
	t.Helper()
	a, b := testutil.RawPair(t)
	must(t, unix.SetsockoptInt(b, unix.SOL_SOCKET, unix.SO_PASSSEC, 1))
	must(t, unix.Send(a, []byte("x"), 0))
	_, oobn, _, _, err := unix.Recvmsg(b, make([]byte, 1), make([]byte, 4096), 0)
	must(t, err)
	if oobn == 0 {
		t.Skip("needs a security module that labels messages, such as SELinux or Smack")
	}
}

// PassSecurity asks for labels, also where the system has none.
func TestPassSecurityAsksForLabels(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		_, b := pair(t)
		setOptions(t, b, uds.Options{PassSecurity: true})
		if v := intOption(t, b, unix.SO_PASSSEC); v != 1 {
			t.Errorf("SO_PASSSEC: got %d, want 1", v)
		}
	})
}

func TestSecurityLabelOfThePeer(t *testing.T) {
	want := ownLabel(t)
	a, b := seqPair(t)
	client, server := dialled(t, abstractName())
	for _, c := range []*uds.SeqConn{a, b, client, server} {
		if got, err := c.PeerSecurity(); got != want || err != nil {
			t.Errorf("PeerSecurity: got %q, %v, want %q", got, err, want)
		}
		if p, err := c.Peer(); p.Security != want || err != nil {
			t.Errorf("Peer: got %+v, %v, want the label %q", p, err, want)
		}
	}
}

// A message carries its sender's label, beside as many files as there is room
// for, also one that was queued before its connection was accepted.
func TestSecurityLabelOfTheSender(t *testing.T) {
	want := ownLabel(t)
	labelOnMessages(t)
	check := func(t *testing.T, a, b msgConn) {
		t.Helper()
		for range 2 {
			must(t, a.SendFiles([]byte("x"), devNull(t, 1)...))
			o := recvOOB(t, b)
			if o.Security != want || len(o.Files) != 1 || len(o.Other) != 0 {
				t.Errorf("got %+v, want a file and the label %q", o, want)
			}
		}
		must(t, a.SendFiles([]byte("x"), devNull(t, 2)...))
		m := uds.Message{Buffers: buffers(1), OOB: &uds.OOB{MaxFiles: 1}}
		if err := b.RecvMsg(&m, 0); !errors.Is(err, uds.ErrOOBTruncated) || m.OOB.Files != nil {
			t.Errorf("two files, room for one: got %v, %v, want ErrOOBTruncated", m.OOB.Files, err)
		}
	}
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, b.SetOptions(uds.Options{PassSecurity: true}))
		check(t, a, b)
		must(t, b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}))
		check(t, a, b)
	})
	lc := uds.ListenConfig{Options: uds.Options{PassSecurity: true}}
	l, err := lc.ListenSeq(t.Context(), abstractName())
	must(t, err)
	closeLater(t, l)
	c := client(t, l.Addr().String())
	must(t, c.Send([]byte("early")))
	s, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, s)
	guarded(t, s)
	if o := recvOOB(t, s); o.Security != want {
		t.Errorf("queued before Accept: got %+v, want the label %q", o, want)
	}
	check(t, c, s)
}
