package socket

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/uds/internal/sys"
)

// wideError returns the error of a level or an option that has more than 32 bits, or
// nil. The kernel would truncate it and take it for another.
func wideError(call string, level, name int) error {
	if level == int(int32(level)) && name == int(int32(name)) {
		return nil
	}
	return sysErr(fmt.Sprintf("%s of level %d and option %d, which have 32 bits", call, level, name), sys.ENOPROTOOPT)
}

// kindError returns the error of an option that has more than 32 bits, or is known not
// to be of the kind asked for, or nil. The kernel would silently cut the value.
func kindError(call string, level, name int, kind optionKind) error {
	if err := wideError(call, level, name); err != nil {
		return err
	}
	o := findOption(level, name)
	if o == nil || o.kind == kind || kind == kindBytes {
		return nil
	}
	return o.refuse(call, kind)
}

// refuse is the error of an option of another kind.
func (o *option) refuse(call string, kind optionKind) error {
	return sysErr(fmt.Sprintf("%s %s as %s, it is %s", call, o.title(), kind, o.kind), sys.EINVAL)
}

// optionValueError is the error of a value that an option never has.
func optionValueError(level, name int, v any, allowed string) error {
	return sysErr(fmt.Sprintf("setsockopt %s to %v, allowed is %s", lookOption(level, name).title(), v, allowed), sys.EINVAL)
}

// given says what an option was set to.
func given(level, name int, v any) string {
	p, ok := v.([]byte)
	if !ok {
		return fmt.Sprintf("to %v", v)
	}
	if o := lookOption(level, name); o.size != 0 && o.size != len(p) {
		return fmt.Sprintf("to %d bytes, it takes %d", len(p), o.size)
	}
	return fmt.Sprintf("to %d bytes", len(p))
}

// explain makes the kernel's error say which option it is about, what was
// given, and, where the kernel does not know the option, what levels there are.
func (s *Socket) explain(level, name int, given string, err error) error {
	e, ok := err.(*os.SyscallError)
	if !ok {
		return err
	}
	o := lookOption(level, name)
	text := e.Syscall + " " + o.title() + given
	if errors.Is(e.Err, sys.ENOPROTOOPT) || errors.Is(e.Err, sys.EOPNOTSUPP) {
		text += s.unknown(o, given != "")
	}
	return &os.SyscallError{Syscall: text, Err: e.Err}
}

// unknown says what is wrong with an option that the kernel does not know: its
// level, that it cannot be set, or its name.
func (s *Socket) unknown(o *option, set bool) string {
	levels := s.levels()
	switch {
	case !slices.Contains(levels, levelName(o.level)):
		return ", levels here are " + strings.Join(levels, ", ")
	case set && o.kind != "" && s.reads(o):
		return ", it can only be read here"
	}
	return ", the kernel has no such option here"
}

// reads reports whether the kernel can read an option. SO_ERROR, which it can read
// everywhere, is not read: that would clear the error.
func (s *Socket) reads(o *option) bool {
	if o.level == SolSocket && o.name == SoError {
		return true
	}
	err := s.control("getsockopt", func(fd int) sys.Errno {
		_, e := sys.Getsockopt(fd, o.level, o.name, make([]byte, o.size))
		return e
	})
	return !errors.Is(err, sys.ENOPROTOOPT) && !errors.Is(err, sys.EOPNOTSUPP)
}
