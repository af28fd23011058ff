//go:build linux && !race

package uds_test

import (
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// The race detector makes sync.Pool drop values at random, which allocates.

// allocs fails t unless f allocates exactly so often.
func allocs(t *testing.T, what string, want float64, f func() error) {
	t.Helper()
	testutil.RequireOptimised(t)
	got := testing.AllocsPerRun(200, func() {
		if err := f(); err != nil {
			t.Fatal(what, err)
		}
	})
	if got != want {
		t.Errorf("%s: got %v allocations, want %v", what, got, want)
	}
}

func TestMessagesWithoutFilesAllocateNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		out := uds.Message{Buffers: buffers(10), OOB: new(uds.OOB)}
		in := uds.Message{Buffers: buffers(100), OOB: &uds.OOB{MaxFiles: 10}}
		exchange := func() error {
			if err := a.SendMsg(&out, 0); err != nil {
				return err
			}
			return b.RecvMsg(&in, 0)
		}
		allocs(t, "RecvMsg", 0, exchange)
		must(t, b.SetOptions(uds.Options{PassCredentials: true, Timestamps: true}))
		allocs(t, "with credentials and time", 0, exchange)
		cred := me()
		out.OOB.Cred = &cred
		allocs(t, "with explicit credentials", 0, exchange)
		out.OOB, in.OOB = nil, nil
		allocs(t, "without OOB", 0, exchange)
	})
}

func TestMsgUnixAllocatesNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		p, oob := make([]byte, 100), make([]byte, 100)
		allocs(t, "ReadMsgUnix", 0, func() error {
			if _, _, err := a.WriteMsgUnix(p, nil, nil); err != nil {
				return err
			}
			_, _, _, _, err := b.ReadMsgUnix(p, oob)
			return err
		})
	})
}

func TestBatchesAllocateNothing(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		out, in := make([]uds.Message, 8), make([]uds.Message, 8)
		for i := range out {
			out[i].Buffers, in[i].Buffers = buffers(10), buffers(10)
			in[i].OOB = new(uds.OOB)
		}
		allocs(t, "batch", 0, func() error {
			if _, err := a.SendBatch(out); err != nil {
				return err
			}
			_, err := b.RecvBatch(in)
			return err
		})
	})
}

// Package os allocates twice for a file, and once the leak gate of these tests;
// the slice that holds it is ours.
func TestFilesAllocateLittle(t *testing.T) {
	eachKind(t, func(t *testing.T, pair pairOf) {
		a, b := pair(t)
		out := uds.Message{OOB: &uds.OOB{Files: devNull(t, 1)}}
		in := uds.Message{OOB: &uds.OOB{MaxFiles: 1}}
		allocs(t, "one file", 4, func() error {
			if err := a.SendMsg(&out, 0); err != nil {
				return err
			}
			return b.RecvMsg(&in, 0)
		})
		must(t, in.OOB.Close())
	})
}

func TestDgramAddressesAllocateNothing(t *testing.T) {
	a, b := listenDgram(t), listenDgram(t)
	out := uds.Message{Buffers: buffers(10), Addr: addrOf(t, b)}
	in := uds.Message{Buffers: buffers(10), OOB: new(uds.OOB)}
	allocs(t, "SendMsg and RecvMsg with addresses", 0, func() error {
		if err := a.SendMsg(&out, 0); err != nil {
			return err
		}
		return b.RecvMsg(&in, 0)
	})
}
