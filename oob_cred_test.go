//go:build linux

package uds_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
	"golang.org/x/sys/unix"
)

// recvOOB receives a message with room for a file.
func recvOOB(t *testing.T, c msgConn) *uds.OOB {
	t.Helper()
	m := uds.Message{Buffers: buffers(100), OOB: &uds.OOB{MaxFiles: 1}}
	must(t, c.RecvMsg(&m, 0))
	t.Cleanup(func() { m.OOB.Close() })
	return m.OOB
}

func TestCredentialsOfTheSender(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassCredentials: true})
		must(t, a.Send([]byte("x")))
		if o := recvOOB(t, b); o.Cred == nil || *o.Cred != me() {
			t.Errorf("got %v, want %v", o.Cred, me())
		}
	})
}

func TestPrivilegedSenderNamesAnother(t *testing.T) {
	testutil.RequirePrivilege(t, unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN")
	other := exec.Command("cat") // a process to name
	in, err := other.StdinPipe()
	must(t, err)
	must(t, other.Start())
	defer func() { in.Close(); other.Wait() }()
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassCredentials: true})
		want := uds.Cred{PID: other.Process.Pid, UID: 4321, GID: 1234}
		must(t, a.SendMsg(&uds.Message{OOB: &uds.OOB{Cred: &want}}, 0))
		if o := recvOOB(t, b); o.Cred == nil || *o.Cred != want {
			t.Errorf("got %v, want %v", o.Cred, want)
		}
	})
}

func init() { testutil.RegisterChild("forger", forger) }

// forger claims to be another process, user or group than it is, and prints what
// comes of each.
func forger() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Print(err)
		return
	}
	defer a.Close()
	defer b.Close()
	for _, cred := range []uds.Cred{{PID: 1, UID: os.Getuid(), GID: os.Getgid()}, {PID: os.Getpid(), GID: os.Getgid()}, {PID: os.Getpid(), UID: os.Getuid()}} {
		err := a.SendMsg(&uds.Message{OOB: &uds.OOB{Cred: &cred}}, 0)
		fmt.Println(errors.Is(err, syscall.EPERM), err)
	}
}

func TestUnprivilegedForgerIsToldSo(t *testing.T) {
	cmd := testutil.Child(t, "forger")
	if os.Geteuid() == 0 {
		testutil.AsNobody(t, cmd)
	}
	out, err := cmd.Output()
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 3 {
		t.Fatalf("got %q, want three lines", out)
	}
	for _, got := range lines {
		if !strings.HasPrefix(got, "true ") || !strings.Contains(got, "privileges") {
			t.Errorf("got %q, want EPERM that speaks of privileges", got)
		}
	}
}

func TestCredentialsBeyond32BitsAreRefused(t *testing.T) {
	a, _ := seqPair(t)
	if ^uint(0)>>32 == 0 {
		t.Skip("every int is a user number where it has 32 bits")
	}
	tooLarge := -1
	for word, cred := range map[string]uds.Cred{"PID:-2147483649": {PID: -1<<31 + tooLarge}, "UID:-1": {UID: tooLarge}, "GID:-1": {GID: tooLarge}} {
		err := a.SendMsg(&uds.Message{OOB: &uds.OOB{Cred: &cred}}, 0)
		if !errors.Is(err, syscall.EINVAL) || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, want EINVAL that shows %s", err, word)
		}
	}
}

func TestPidFDOfTheSender(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassPidFD: true})
		must(t, a.Send([]byte("x")))
		pidfdIs(t, recvOOB(t, b).PidFD, os.Getpid())
	})
}

// pidfdIs fails t unless f is a close-on-exec pidfd of the process.
func pidfdIs(t *testing.T, f *os.File, pid int) {
	t.Helper()
	if f == nil {
		t.Fatal("got no pidfd")
	}
	sameFile(t, f, f)
	rc, err := f.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(fd uintptr) {
		info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
		if want := fmt.Sprintf("\nPid:\t%d\n", pid); err != nil || !strings.Contains(string(info), want) {
			t.Errorf("got %s, %v, want a pidfd of %d", info, err, pid)
		}
	}))
}

// A timestamp that was asked for shows, whichever kind of them another holder of
// the socket has made of it.
func TestTimeOfEveryKind(t *testing.T) {
	for _, opt := range []int{unix.SO_TIMESTAMPNS_NEW, unix.SO_TIMESTAMPNS_OLD, unix.SO_TIMESTAMP_NEW, unix.SO_TIMESTAMP_OLD} {
		eachKind(t, func(t *testing.T, pair pairOf) {
			a, b := pair(t)
			setOptions(t, b, uds.Options{Timestamps: true})
			setBehindTheBack(t, b, opt, 1)
			var now unix.Timespec
			must(t, unix.ClockGettime(unix.CLOCK_REALTIME, &now))
			must(t, a.Send(nil))
			o := recvOOB(t, b)
			sent := time.Unix(now.Unix()).Truncate(time.Microsecond) // as precise as the least of them
			if o.Time.Before(sent) || o.Time.After(time.Now()) || len(o.Other) != 0 {
				t.Errorf("option %d: got %v, Other %v, want a time since %v", opt, o.Time, o.Other, sent)
			}
		})
	}
}

// The marker is a timestamp, but only one that was asked for shows.
func TestTimeOnlyWhereAskedFor(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, a.Send([]byte("x")))
		if o := recvOOB(t, b); !o.Time.IsZero() || len(o.Other) != 0 {
			t.Errorf("got %+v, want nothing", o)
		}
		start := time.Now()
		must(t, a.Send([]byte("queued before")))
		setOptions(t, b, uds.Options{Timestamps: true})
		must(t, a.Send([]byte("sent after")))
		for range 2 {
			o := recvOOB(t, b)
			// The kernel's clock is read at another moment than Go's, in steps.
			if o.Time.Before(start.Add(-time.Second)) || o.Time.After(time.Now().Add(time.Second)) || len(o.Other) != 0 {
				t.Errorf("got %v, Other %v, want a time since %v", o.Time, o.Other, start)
			}
		}
	})
}

// What another holder of the socket asks for finds room: SCM_TIMESTAMPING, for
// which OOB has no field, and credentials.
func TestOptionsSetBehindTheBack(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		must(t, a.Send([]byte("x")))
		recvOOB(t, b)
		setBehindTheBack(t, b, unix.SO_PASSCRED, 1)
		askForTimestamping(t, b)
		must(t, a.SendFiles([]byte("x"), devNull(t, 1)...))
		o := recvOOB(t, b)
		if len(o.Files) != 1 || o.Cred == nil || *o.Cred != me() {
			t.Errorf("got %+v, want a file and the credentials", o)
		}
		if len(o.Other) != 1 || !isTimestamping(o.Other[0]) {
			t.Errorf("got %+v, want SCM_TIMESTAMPING", o.Other)
		}
	})
}

// What a Control function asks for finds room too.
func TestOptionsOfAControlFindRoom(t *testing.T) {
	name := abstractName()
	l := seqListener(t, name)
	d := uds.Dialer{Control: func(_, _ string, rc syscall.RawConn) (err error) {
		cerr := rc.Control(func(fd uintptr) {
			err = errors.Join(unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1),
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_RX_SOFTWARE))
		})
		return errors.Join(cerr, err)
	}}
	client, err := d.DialSeq(t.Context(), name)
	must(t, err)
	closeLater(t, client)
	server, err := l.AcceptSeq()
	must(t, err)
	closeLater(t, server)
	must(t, server.SendFiles([]byte("x"), devNull(t, 1)...))
	o := recvOOB(t, client)
	if len(o.Files) != 1 || o.Cred == nil || *o.Cred != me() || len(o.Other) != 1 || !isTimestamping(o.Other[0]) {
		t.Errorf("got %+v, want a file, the credentials and SCM_TIMESTAMPING", o)
	}
}

// setBehindTheBack sets a socket's option without its connection's knowledge.
func setBehindTheBack(t testing.TB, c msgConn, opt, value int) {
	t.Helper()
	rc, err := c.SyscallConn()
	must(t, err)
	must(t, rc.Control(func(fd uintptr) { must(t, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, opt, value)) }))
}

// askForTimestamping makes every message that c receives carry a control message
// for which OOB has no field.
func askForTimestamping(t testing.TB, c msgConn) {
	t.Helper()
	setBehindTheBack(t, c, unix.SO_TIMESTAMPNS_NEW, 1)
	setBehindTheBack(t, c, unix.SO_TIMESTAMPING, unix.SOF_TIMESTAMPING_SOFTWARE|unix.SOF_TIMESTAMPING_RX_SOFTWARE)
}

// Control messages without a field are the caller's: no later receive changes
// them, nor what the caller put there.
func TestOtherControlMessagesAreTheCallers(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		askForTimestamping(t, b)
		mine := []uds.ControlMessage{{Level: 1, Type: 2, Data: []byte("mine")}}
		m := uds.Message{OOB: &uds.OOB{Other: mine}}
		var got [3][]uds.ControlMessage
		var want [3]string
		for i := range got {
			must(t, a.Send(nil))
			must(t, b.RecvMsg(&m, 0))
			got[i], want[i] = m.OOB.Other, fmt.Sprint(m.OOB.Other)
		}
		for i := range got {
			if len(got[i]) != 1 || !isTimestamping(got[i][0]) || fmt.Sprint(got[i]) != want[i] {
				t.Errorf("message %d: got %v, want %s still", i, got[i], want[i])
			}
		}
		if len(mine) != 1 || string(mine[0].Data) != "mine" {
			t.Errorf("got %v, want what the caller put there", mine)
		}
	})
}

// isTimestamping reports whether m is SCM_TIMESTAMPING: three times of the kind
// that its option asked for, or, in Linux 5.4, of SO_TIMESTAMPNS_NEW's, which is
// on as well.
func isTimestamping(m uds.ControlMessage) bool {
	size := 3 * binary.Size(unix.Timespec{})
	if m.Type == unix.SO_TIMESTAMPING_NEW {
		size = 3 * 16
	}
	return m.Level == unix.SOL_SOCKET && (m.Type == unix.SO_TIMESTAMPING || m.Type == unix.SO_TIMESTAMPING_NEW) && len(m.Data) == size
}

// A control message of any kind is sent as it is; the kernel judges it.
func TestOtherControlMessagesAreSent(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		setOptions(t, b, uds.Options{PassCredentials: true})
		data := make([]byte, 12)
		for i, v := range []int{os.Getpid(), os.Getuid(), os.Getgid()} {
			native.PutUint32(data[4*i:], uint32(v))
		}
		creds := uds.ControlMessage{Level: unix.SOL_SOCKET, Type: unix.SCM_CREDENTIALS, Data: data}
		must(t, a.SendMsg(&uds.Message{OOB: &uds.OOB{Other: []uds.ControlMessage{creds}}}, 0))
		if o := recvOOB(t, b); o.Cred == nil || *o.Cred != me() {
			t.Errorf("got %v, want %v", o.Cred, me())
		}
		creds.Data = data[:3]
		err := a.SendMsg(&uds.Message{OOB: &uds.OOB{Other: []uds.ControlMessage{creds}}}, 0)
		isErr(t, "credentials of 3 bytes", err, syscall.EINVAL)
	})
}

// The marker stays hidden, and what tells an empty message from the end, when
// another holder of the socket makes it a timestamp of another kind.
func TestMarkerOfAnotherKind(t *testing.T) {
	for _, opt := range []int{unix.SO_TIMESTAMP_OLD, unix.SO_TIMESTAMP_NEW, unix.SO_TIMESTAMPNS_OLD} {
		eachKind(t, func(t *testing.T, pair pairOf) {
			a, b := pair(t)
			must(t, a.Send(nil))
			recvOOB(t, b)
			rc, err := b.SyscallConn()
			must(t, err)
			must(t, rc.Control(func(fd uintptr) { must(t, unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, opt, 1)) }))
			must(t, a.SendFiles(nil, devNull(t, 1)...))
			if o := recvOOB(t, b); len(o.Files) != 1 || len(o.Other) != 0 || !o.Time.IsZero() {
				t.Errorf("option %d: got %+v, want one file", opt, o)
			}
			must(t, a.Send(nil))
			if _, oobn, flags, _, err := b.ReadMsgUnix(nil, make([]byte, 100)); oobn != 0 && b.RemoteAddr().Network() == "unixpacket" || flags != 0 || err != nil {
				t.Errorf("option %d: ReadMsgUnix got %d bytes, flags %#x, %v, want 0, 0, nil", opt, oobn, flags, err)
			}
		})
	}
}
