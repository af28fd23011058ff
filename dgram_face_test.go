//go:build unix

package uds_test

import (
	"errors"
	"net"
	"reflect"
	"syscall"
	"testing"

	"example.com/uds"
)

// Code that holds a *net.UnixConn ports by changing the type.
func TestDgramConnHasTheMethodsOfUnixConn(t *testing.T) {
	theirs, ours := reflect.TypeFor[*net.UnixConn](), reflect.TypeFor[*uds.DgramConn]()
	for i := range theirs.NumMethod() {
		want := theirs.Method(i)
		got, ok := ours.MethodByName(want.Name)
		if !ok {
			t.Errorf("%s: got no such method", want.Name)
			continue
		}
		if g, w := signature(got), signature(want); g != w {
			t.Errorf("%s: got %s, want %s", want.Name, g, w)
		}
	}
}

// quic-go takes a connection with these for an IP socket, and fails.
func TestDgramConnIsNotTakenForAnIPSocket(t *testing.T) {
	ours := reflect.TypeFor[*uds.DgramConn]()
	for _, name := range []string{"ReadMsgUDP", "WriteMsgUDP"} {
		if _, ok := ours.MethodByName(name); ok {
			t.Errorf("got a method %s, want none", name)
		}
	}
}

// Every exported method of a nil and of a zero connection returns EINVAL, if it
// returns an error at all, and none panics.
func TestDgramConnNilAndZero(t *testing.T) {
	for name, c := range map[string]*uds.DgramConn{"nil": nil, "zero": new(uds.DgramConn)} {
		v := reflect.ValueOf(c)
		for i := range v.NumMethod() {
			m, method := v.Method(i), v.Type().Method(i).Name
			args := make([]reflect.Value, m.Type().NumIn())
			for j := range args {
				args[j] = reflect.Zero(m.Type().In(j))
			}
			var out []reflect.Value
			if m.Type().IsVariadic() {
				out = m.CallSlice(args)
			} else {
				out = m.Call(args)
			}
			for _, o := range out {
				if o.Type() == reflect.TypeFor[error]() {
					err, _ := o.Interface().(error)
					wantInvalid(t, name+"."+method, err)
				}
			}
		}
	}
}

func wantInvalid(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, syscall.EINVAL) {
		t.Errorf("%s: got %v, want EINVAL", what, err)
	}
}
