//go:build unix

package uds_test

import (
	"net"
	"reflect"
	"slices"
	"testing"

	"example.com/uds"
)

// packetMethods are the methods of *net.UnixConn that a SeqConn must not have
// in this form: they would make it a net.PacketConn.
var packetMethods = []string{"ReadFrom", "ReadFromUnix", "WriteTo", "WriteToUnix"}

// Code that holds a *net.UnixConn or a *net.UnixListener is ported by changing
// the type.
func TestEveryMethodOfUnixConn(t *testing.T) {
	wantMethods(t, reflect.TypeFor[*net.UnixConn](), reflect.TypeFor[*uds.SeqConn](), packetMethods)
	wantMethods(t, reflect.TypeFor[*net.UnixConn](), reflect.TypeFor[*uds.DgramConn](), nil)
	wantMethods(t, reflect.TypeFor[*net.UnixListener](), reflect.TypeFor[*uds.SeqListener](), []string{"AcceptUnix"})
}

// wantMethods fails t unless typ has every method of of, but for the exceptions,
// with the same signature.
func wantMethods(t *testing.T, of, typ reflect.Type, exceptions []string) {
	t.Helper()
	for m := range of.Methods() {
		if slices.Contains(exceptions, m.Name) {
			continue
		}
		got, ok := typ.MethodByName(m.Name)
		if !ok {
			t.Errorf("%v: got no %s, want one as %v has it", typ, m.Name, of)
			continue
		}
		if g, w := signature(got), signature(m); g != w {
			t.Errorf("%v.%s: got %s, want %s", typ, m.Name, g, w)
		}
	}
}

// signature is a method's type without its receiver.
func signature(m reflect.Method) string {
	in := slices.Collect(m.Type.Ins())[1:]
	out := slices.Collect(m.Type.Outs())
	return reflect.FuncOf(in, out, m.Type.IsVariadic()).String()
}
