package uds

import (
	"math/bits"
	"reflect"
	"testing"
)

// Every idle connection pays for what is part of these, so what few need is
// elsewhere. docs/performance.md says these sizes.
func TestSizeOfAConnection(t *testing.T) {
	if bits.UintSize != 64 {
		t.Skipf("sizes are those of 64 bits, these are %d", bits.UintSize)
	}
	conn := reflect.TypeFor[SeqConn]()
	sock, _ := conn.FieldByName("s")
	for _, c := range []struct {
		typ  reflect.Type
		want uintptr
	}{{conn, 32}, {sock.Type.Elem(), 96}} {
		if got := c.typ.Size(); got > c.want {
			t.Errorf("%v: got %d bytes, want %d at most", c.typ, got, c.want)
		}
	}
}
