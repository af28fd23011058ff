package uds_test

import (
	"os"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/cmsg"
	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// A receive that waits while options are set has room for what they make
// arrive.
func TestOOBOptionsReachAReceiveThatWaits(t *testing.T) {
	options := map[string]uds.Options{
		"credentials": {PassCredentials: true},
		"pidfd":       {PassPidFD: true},
		"both":        {PassCredentials: true, PassPidFD: true, Timestamps: true},
	}
	eachKind(t, func(t *testing.T, pair pairOf) {
		for name, o := range options {
			for _, files := range []int{0, 1, 3} {
				t.Run(name, func(t *testing.T) {
					testutil.CheckLeaks(t)
					a, b := pair(t)
					m := uds.Message{Buffers: buffers(9), OOB: &uds.OOB{MaxFiles: files}}
					done := make(chan error, 1)
					go func() { done <- a.RecvMsg(&m, 0) }()
					parked(t, 1, "")
					setOptions(t, a, o)
					must(t, b.SendFiles([]byte("x"), devNull(t, files)...))
					must(t, <-done)
					if len(m.OOB.Files) != files {
						t.Errorf("got %d files, want %d", len(m.OOB.Files), files)
					}
					if (m.OOB.Cred != nil) != o.PassCredentials || o.PassCredentials && m.OOB.Cred.PID != os.Getpid() {
						t.Errorf("got credentials %v", m.OOB.Cred)
					}
					if (m.OOB.PidFD != nil) != o.PassPidFD {
						t.Errorf("got pidfd %v", m.OOB.PidFD)
					}
					must(t, m.OOB.Close())
				})
			}
		}
	})
}

// ReadMsgUnix hands on a timestamp that was asked for while it waited.
func TestOOBTimestampsReachAReadMsgUnixThatWaits(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		oob := make([]byte, 64)
		oobn := 0
		done := make(chan error, 1)
		go func() {
			var err error
			_, oobn, _, _, err = a.ReadMsgUnix(make([]byte, 1), oob)
			done <- err
		}()
		parked(t, 1, "")
		setOptions(t, a, uds.Options{Timestamps: true})
		must(t, b.SendFiles([]byte("x")))
		must(t, <-done)
		if r := cmsg.NewReader(oob[:oobn]); !r.Next() || r.Type() != sys.ScmTimestamp {
			t.Errorf("got control messages % x, want a timestamp", oob[:oobn])
		}
	})
}
