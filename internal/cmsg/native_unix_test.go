//go:build unix || zos

package cmsg

import (
	"testing"

	"golang.org/x/sys/unix"
)

// The header has the size of the system's: compiled, so that go vet for any
// system checks it.
var _ [unix.SizeofCmsghdr]byte = [nativeLenBytes + 8]byte{}

func TestNativeAgreesWithSystem(t *testing.T) {
	for n := range 5000 {
		if got, want := Len(n), unix.CmsgLen(n); got != want {
			t.Fatalf("Len(%d): got %d, want %d", n, got, want)
		}
		if got, want := Space(n), unix.CmsgSpace(n); got != want {
			t.Fatalf("Space(%d): got %d, want %d", n, got, want)
		}
	}
}

func TestNativeEncodesAsSystemDoes(t *testing.T) {
	for n := range 20 {
		fds := make([]int, n)
		for i := range fds {
			fds[i] = i * 1000
		}
		got, err := AppendInts(nil, unix.SOL_SOCKET, unix.SCM_RIGHTS, fds)
		if err != nil {
			t.Fatal(err)
		}
		if want := unix.UnixRights(fds...); string(got) != string(want) {
			t.Errorf("%d descriptors: got % x, want % x", n, got, want)
		}
	}
}
