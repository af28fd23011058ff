package uds_test

import (
	"cmp"
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
	gocmp "github.com/google/go-cmp/cmp"
)

// addrFacts is everything an Addr says about itself.
type addrFacts struct {
	Unnamed, Abstract, IsPath bool
	Name, Path, Text          string
}

func factsOf(a uds.Addr) addrFacts {
	return addrFacts{a.IsUnnamed(), a.IsAbstract(), a.IsPath(), a.Abstract(), a.Path(), a.String()}
}

func unnamedFacts() addrFacts { return addrFacts{Unnamed: true} }
func abstractFacts(name string) addrFacts {
	return addrFacts{Abstract: true, Name: name, Text: "@" + name}
}
func pathFacts(path string) addrFacts { return addrFacts{IsPath: true, Path: path, Text: path} }

var (
	longestName = strings.Repeat("n", uds.MaxAbstractLen)
	longPath    = "/" + strings.Repeat("p", 5000)
)

func TestParseAddr(t *testing.T) {
	tests := map[string]struct {
		in   string
		want addrFacts
	}{
		"unnamed":                 {"", unnamedFacts()},
		"empty abstract name":     {"@", abstractFacts("")},
		"abstract name":           {"@x", abstractFacts("x")},
		"abstract name of one @":  {"@@", abstractFacts("@")},
		"abstract name with NULs": {"@\x00a\x00", abstractFacts("\x00a\x00")},
		"abstract invalid UTF-8":  {"@\xff\xfe", abstractFacts("\xff\xfe")},
		"abstract with slash":     {"@/run/x", abstractFacts("/run/x")},
		"longest abstract name":   {"@" + longestName, abstractFacts(longestName)},
		"absolute path":           {"/run/x", pathFacts("/run/x")},
		"relative path":           {"x", pathFacts("x")},
		"relative path with @":    {"./@x", pathFacts("./@x")},
		"path is not cleaned":     {".//a/../@x", pathFacts(".//a/../@x")},
		"path with inner @":       {"x@y", pathFacts("x@y")},
		"path of invalid UTF-8":   {"/\xff", pathFacts("/\xff")},
		"path of any length":      {longPath, pathFacts(longPath)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := uds.ParseAddr(tt.in)
			if err != nil {
				t.Fatalf("ParseAddr(%q): got error %v, want none", tt.in, err)
			}
			if diff := gocmp.Diff(tt.want, factsOf(a)); diff != "" {
				t.Errorf("ParseAddr(%q) (-want +got):\n%s", tt.in, diff)
			}
			if got := uds.MustParseAddr(tt.in); got != a {
				t.Errorf("MustParseAddr(%q): got %q, want %q", tt.in, got, a)
			}
		})
	}
}

func TestZeroAddrIsUnnamed(t *testing.T) {
	var zero uds.Addr
	if diff := gocmp.Diff(unnamedFacts(), factsOf(zero)); diff != "" {
		t.Errorf("zero Addr (-want +got):\n%s", diff)
	}
	if got := uds.MustParseAddr(""); got != zero {
		t.Errorf("MustParseAddr(\"\"): got %q, want the zero Addr", got)
	}
}

func TestEmptyAbstractNameIsNotUnnamed(t *testing.T) {
	if uds.MustParseAddr("@") == (uds.Addr{}) {
		t.Error("the empty abstract name equals the unnamed address, want them distinct")
	}
}

func TestPathThatBeginsWithAt(t *testing.T) {
	short := mustAddr(t)(uds.PathAddr("@x"))
	long := mustAddr(t)(uds.PathAddr("./@x"))
	raw := mustAddr(t)(uds.AddrFromRaw([]byte("@x\x00")))
	if short != long || short != raw {
		t.Errorf("got %q, %q and %q, want one value", short, long, raw)
	}
	if diff := gocmp.Diff(pathFacts("./@x"), factsOf(short)); diff != "" {
		t.Errorf("PathAddr(\"@x\") (-want +got):\n%s", diff)
	}
	if abstract := mustAddr(t)(uds.AbstractAddr("x")); short == abstract {
		t.Error("the path \"@x\" equals the abstract name \"x\", want them distinct")
	}
}

func TestConstructorsAgreeWithParseAddr(t *testing.T) {
	for _, name := range []string{"", "x", "@", "\x00", "\xff", longestName} {
		got, want := mustAddr(t)(uds.AbstractAddr(name)), uds.MustParseAddr("@"+name)
		if got != want {
			t.Errorf("AbstractAddr(%q): got %q, want %q", name, got, want)
		}
	}
	for _, path := range []string{"x", "/x", "./@x", longPath} {
		got, want := mustAddr(t)(uds.PathAddr(path)), uds.MustParseAddr(path)
		if got != want {
			t.Errorf("PathAddr(%q): got %q, want %q", path, got, want)
		}
	}
}

func TestAddrErrorsAreEINVALAndSayWhy(t *testing.T) {
	parse := func(s string) func() (uds.Addr, error) {
		return func() (uds.Addr, error) { return uds.ParseAddr(s) }
	}
	tests := map[string]struct {
		make func() (uds.Addr, error)
		want string
	}{
		"empty path": {
			func() (uds.Addr, error) { return uds.PathAddr("") },
			`uds: address "": the path is empty`},
		"path with NUL": {
			parse("/a\x00b"),
			`uds: address "/a\x00b": a path has no NUL byte`},
		"path with final NUL": {
			parse("/a\x00"),
			`uds: address "/a\x00": a path has no NUL byte`},
		"PathAddr with NUL after @": {
			func() (uds.Addr, error) { return uds.PathAddr("@\x00") },
			`uds: address "@\x00": a path has no NUL byte`},
		"leading NUL": {
			parse("\x00a"),
			`uds: address "\x00a": a path has no NUL byte, and the text form of an abstract name begins with '@'`},
		"long abstract name": {
			parse("@n" + longestName),
			`uds: address "@n` + longestName + `": the abstract name has 108 bytes, the limit is 107`},
		"long AbstractAddr": {
			func() (uds.Addr, error) { return uds.AbstractAddr("n" + longestName) },
			`uds: address "@n` + longestName + `": the abstract name has 108 bytes, the limit is 107`},
		"long raw abstract name": {
			func() (uds.Addr, error) { return uds.AddrFromRaw([]byte("\x00n" + longestName)) },
			`uds: address "@n` + longestName + `": the abstract name has 108 bytes, the limit is 107`},
		"net.Addr of another type": {
			func() (uds.Addr, error) { return uds.AddrOf(&net.TCPAddr{}) },
			`uds: address of type *net.TCPAddr: want a *net.UnixAddr`},
		"nil pointer of another type": {
			func() (uds.Addr, error) { return uds.AddrOf((*net.IPAddr)(nil)) },
			`uds: address of type *net.IPAddr: want a *net.UnixAddr`},
		"net.UnixAddr with NUL": {
			func() (uds.Addr, error) { return uds.AddrOf(&net.UnixAddr{Name: "a\x00"}) },
			`uds: address "a\x00": a path has no NUL byte`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a, err := tt.make()
			if err == nil {
				t.Fatalf("got %q and no error, want %s", a, tt.want)
			}
			if err.Error() != tt.want {
				t.Errorf("error:\n got %s\nwant %s", err, tt.want)
			}
			if !errors.Is(err, syscall.EINVAL) {
				t.Errorf("errors.Is(%v, EINVAL): got false, want true", err)
			}
			if a != (uds.Addr{}) {
				t.Errorf("with the error: got address %q, want the zero Addr", a)
			}
		})
	}
}

func TestMustParseAddrPanics(t *testing.T) {
	defer func() {
		err, _ := recover().(error)
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("MustParseAddr of a bad address: got panic %v, want an error that is EINVAL", err)
		}
	}()
	uds.MustParseAddr("a\x00")
}

func TestAddrOfTakesWhatDialTakes(t *testing.T) {
	tests := map[string]struct {
		in   net.Addr
		want string
	}{
		"nil":                      {nil, ""},
		"nil pointer":              {(*net.UnixAddr)(nil), ""},
		"no name":                  {&net.UnixAddr{Net: "unixgram"}, ""},
		"net's unnamed peer":       {&net.UnixAddr{Name: "@"}, "@"},
		"abstract":                 {&net.UnixAddr{Name: "@x", Net: "unixpacket"}, "@x"},
		"abstract as the kernel":   {&net.UnixAddr{Name: "\x00x\x00"}, "@x\x00"},
		"abstract with NUL":        {&net.UnixAddr{Name: "@x\x00y"}, "@x\x00y"},
		"path":                     {&net.UnixAddr{Name: "/x", Net: "unix"}, "/x"},
		"path that begins with @":  {&net.UnixAddr{Name: "./@x"}, "./@x"},
		"Net is not looked at":     {&net.UnixAddr{Name: "/x", Net: "tcp"}, "/x"},
		"path beyond the sun_path": {&net.UnixAddr{Name: longPath}, longPath},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := uds.AddrOf(tt.in)
			if want := uds.MustParseAddr(tt.want); err != nil || got != want {
				t.Errorf("AddrOf(%#v): got %q, %v, want %q, nil", tt.in, got, err, want)
			}
		})
	}
}

func TestAddrCompareSortsByKindThenBytes(t *testing.T) {
	want := []string{"", "@", "@\x00", "@a", "@aa", "@b", "./@x", "/", "/a", "/b", "a", "\xff"}
	for i, a := range want {
		for j, b := range want {
			got := uds.MustParseAddr(a).Compare(uds.MustParseAddr(b))
			if got != cmp.Compare(i, j) {
				t.Errorf("%q.Compare(%q): got %d, want %d", a, b, got, cmp.Compare(i, j))
			}
		}
	}
	var addrs []uds.Addr
	for _, s := range slices.Backward(want) {
		addrs = append(addrs, uds.MustParseAddr(s))
	}
	slices.SortFunc(addrs, uds.Addr.Compare)
	var got []string
	for _, a := range addrs {
		got = append(got, a.String())
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("sorted (-want +got):\n%s", diff)
	}
}

// mustAddr returns a function that passes on the address of a call that must
// not fail.
func mustAddr(t *testing.T) func(uds.Addr, error) uds.Addr {
	return func(a uds.Addr, err error) uds.Addr {
		t.Helper()
		if err != nil {
			t.Fatalf("got error %v, want none", err)
		}
		return a
	}
}
