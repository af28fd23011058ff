//go:build unix

package uds_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
)

// checkNesting says what is wrong with how err is nested: it must be bare
// io.EOF, or a *net.OpError around one of the listed kinds.
func checkNesting(err error) error {
	if err == nil || err == io.EOF {
		return nil
	}
	op, ok := err.(*net.OpError)
	if !ok {
		return fmt.Errorf("got a %T (%v), want a *net.OpError or io.EOF itself", err, err)
	}
	if op.Op == "" || op.Net == "" {
		return fmt.Errorf("got Op %q and Net %q of %v, want both", op.Op, op.Net, err)
	}
	for what, a := range map[string]net.Addr{"Source": op.Source, "Addr": op.Addr} {
		if v := reflect.ValueOf(a); v.IsValid() && v.IsNil() {
			return fmt.Errorf("got a typed nil for the %s of %v", what, err)
		}
	}
	return checkCause(op.Err)
}

// checkCause is checkNesting for what a *net.OpError wraps.
func checkCause(err error) error {
	switch err {
	case net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled, uds.ErrOOBTruncated, uds.ErrWouldBlock:
		return nil
	case io.EOF:
		return errors.New("got a wrapped io.EOF, want it bare")
	}
	switch e := err.(type) {
	case *os.SyscallError:
		if errno, ok := e.Err.(syscall.Errno); !ok || errno == 0 || e.Syscall == "" {
			return fmt.Errorf("got an os.SyscallError of %q around %T %v, want a name and an errno", e.Syscall, e.Err, e.Err)
		}
		return nil
	case *uds.TruncatedError:
		return nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && errors.Is(err, context.DeadlineExceeded) {
		return nil // A context's deadline is both.
	}
	if network := net.UnknownNetworkError(""); errors.As(err, &network) && errors.Is(err, syscall.EINVAL) {
		return nil // As package net has it.
	}
	return fmt.Errorf("got a %T (%v) inside a *net.OpError, want one of the listed kinds", err, err)
}

// The validator refuses what it is there to refuse.
func TestCheckNesting(t *testing.T) {
	op := func(err error) error { return &net.OpError{Op: "read", Net: "unixpacket", Err: err} }
	for _, err := range []error{
		io.ErrUnexpectedEOF, syscall.EINVAL, net.ErrClosed, op(io.EOF), op(syscall.EINVAL), op(errors.New("other")),
		op(op(net.ErrClosed)), op(os.NewSyscallError("read", errors.New("other"))), op(os.NewSyscallError("", syscall.EINVAL)),
		op(context.DeadlineExceeded), &net.OpError{Net: "unixpacket", Err: net.ErrClosed}, op(nil),
		&net.OpError{Op: "read", Net: "unixpacket", Addr: (*net.UnixAddr)(nil), Err: net.ErrClosed},
	} {
		if checkNesting(err) == nil {
			t.Errorf("%#v: got nil, want a complaint", err)
		}
	}
	for _, err := range []error{nil, io.EOF, op(net.ErrClosed), op(os.NewSyscallError("read", syscall.EINVAL))} {
		if got := checkNesting(err); got != nil {
			t.Errorf("%v: got %v, want nil", err, got)
		}
	}
}

// errorSubject is a value whose every method has to fail.
type errorSubject struct {
	name string
	make func(t testing.TB) any
	want error
}

// errorSubjects are all of them. A file adds its own in an init function.
var errorSubjects = []errorSubject{
	{"nil *SeqConn", func(testing.TB) any { return (*uds.SeqConn)(nil) }, syscall.EINVAL},
	{"nil *SeqListener", func(testing.TB) any { return (*uds.SeqListener)(nil) }, syscall.EINVAL},
	{"nil *DgramConn", func(testing.TB) any { return (*uds.DgramConn)(nil) }, syscall.EINVAL},
	{"nil *Dialer", func(testing.TB) any { return (*uds.Dialer)(nil) }, syscall.EINVAL},
	{"nil *ListenConfig", func(testing.TB) any { return (*uds.ListenConfig)(nil) }, syscall.EINVAL},
	{"zero SeqConn", func(testing.TB) any { return new(uds.SeqConn) }, syscall.EINVAL},
	{"zero SeqListener", func(testing.TB) any { return new(uds.SeqListener) }, syscall.EINVAL},
	{"zero DgramConn", func(testing.TB) any { return new(uds.DgramConn) }, syscall.EINVAL},
}

// TestEveryMethodFails calls every method of every subject.
func TestEveryMethodFails(t *testing.T) {
	for _, s := range errorSubjects {
		t.Run(s.name, func(t *testing.T) {
			typ := reflect.TypeOf(s.make(t))
			for m := range typ.Methods() {
				v := reflect.ValueOf(s.make(t))
				err, fails := callMethod(t, v, m)
				if !fails {
					continue
				}
				if !errors.Is(err, s.want) {
					t.Errorf("%s: got %v, want %v", m.Name, err, s.want)
				}
				if bad := checkNesting(err); bad != nil {
					t.Errorf("%s: %v", m.Name, bad)
				}
			}
		})
	}
}

// callMethod calls a method with arguments made by their types. It returns the
// method's error, and whether it has one. A function that a method returns is
// called too, and has its error.
func callMethod(t testing.TB, v reflect.Value, m reflect.Method) (err error, fails bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", m.Name, r)
		}
	}()
	network := "unixpacket"
	if v.Type() == reflect.TypeFor[*uds.DgramConn]() {
		network = "unixgram"
	}
	return callFunc(t, v.MethodByName(m.Name), network)
}

func callFunc(t testing.TB, f reflect.Value, network string) (err error, fails bool) {
	t.Helper()
	typ := f.Type()
	var args []reflect.Value
	for in := range typ.Ins() {
		args = append(args, argument(t, in, network))
	}
	call := f.Call
	if typ.IsVariadic() {
		call = f.CallSlice
	}
	out := call(args)
	if len(out) == 0 {
		return nil, false
	}
	last := out[len(out)-1]
	if last.Kind() == reflect.Func {
		return callFunc(t, last, network)
	}
	if typ.Out(typ.NumOut()-1) != reflect.TypeFor[error]() {
		return nil, false
	}
	for i, o := range out[:len(out)-1] {
		if !o.IsZero() && !last.IsNil() {
			t.Errorf("result %d next to an error: got %v, want the zero value", i, o)
		}
	}
	err, _ = last.Interface().(error)
	return err, true
}

// argument is an argument that is good in itself.
func argument(t testing.TB, typ reflect.Type, network string) reflect.Value {
	t.Helper()
	addr := &net.UnixAddr{Name: "@uds-nobody-listens", Net: network}
	values := []any{
		make([]byte, 8), time.Now().Add(time.Hour), time.Second, uds.Options{WriteBuffer: 1 << 16}, &uds.Message{},
		uds.Flags(0), make([]uds.Message, 1), uds.MustParseAddr("@uds-nobody-listens"), 1, true, []*os.File(nil), addr,
		"@uds-nobody-listens",
	}
	for _, v := range values {
		if reflect.TypeOf(v) == typ {
			return reflect.ValueOf(v)
		}
	}
	for _, v := range []any{t.Context(), bytes.NewReader([]byte("x")), io.Discard, addr} {
		if typ.Kind() == reflect.Interface && reflect.TypeOf(v).Implements(typ) {
			return reflect.ValueOf(v)
		}
	}
	t.Fatalf("argument: no value for a %v", typ)
	return reflect.Value{}
}

// wantError fails t unless err is want, is nested as it should be and says all
// of the words.
func wantError(t testing.TB, what string, err, want error, words ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: got %v, want %v", what, err, want)
		return
	}
	if bad := checkNesting(err); bad != nil {
		t.Errorf("%s: %v", what, bad)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: got %q, want a text with %q", what, err, w)
		}
	}
}
