package uds_test

import (
	"strings"
	"testing"

	"example.com/uds"
)

// refAddr is a slow, readable reference for Addr: it keeps the kind and the
// name apart, and each form is written from the documentation.
type refAddr struct {
	kind string // "unnamed", "abstract" or "path"; "" if there is no such address
	name string
}

func refPath(path string) refAddr {
	switch {
	case path == "", strings.Contains(path, "\x00"):
		return refAddr{}
	case strings.HasPrefix(path, "@"):
		return refAddr{"path", "./" + path}
	}
	return refAddr{"path", path}
}

func refAbstract(name string) refAddr {
	if len(name) > 107 {
		return refAddr{}
	}
	return refAddr{"abstract", name}
}

func refParse(text string) refAddr {
	if text == "" {
		return refAddr{kind: "unnamed"}
	}
	if name, ok := strings.CutPrefix(text, "@"); ok {
		return refAbstract(name)
	}
	return refPath(text)
}

func refFromRaw(raw string) refAddr {
	if raw == "" {
		return refAddr{kind: "unnamed"}
	}
	if name, ok := strings.CutPrefix(raw, "\x00"); ok {
		return refAbstract(name)
	}
	path, _, _ := strings.Cut(raw, "\x00")
	return refPath(path)
}

func (r refAddr) text() string {
	if r.kind == "abstract" {
		return "@" + r.name
	}
	return r.name
}

// raw reports false if the address does not fit sun_path.
func (r refAddr) raw() (string, bool) {
	switch {
	case r.kind == "abstract":
		return "\x00" + r.name, true
	case r.kind == "path" && len(r.name) <= uds.MaxPathLen:
		return r.name + "\x00", true
	}
	return r.name, len(r.name) <= uds.MaxPathLen+1
}

// checkAddr fails t unless a and err, which call returned for in, are what the
// reference says.
func checkAddr(t *testing.T, call, in string, a uds.Addr, err error, want refAddr) {
	t.Helper()
	if got := err == nil; got != (want.kind != "") {
		t.Fatalf("%s(%q): got error %v, want %+v", call, in, err, want)
	}
	if err == nil && refOf(a) != want {
		t.Fatalf("%s(%q): got %+v, want %+v", call, in, refOf(a), want)
	}
}

// refOf is the reference's view of a, from what a says of itself.
func refOf(a uds.Addr) refAddr {
	switch {
	case a.IsUnnamed() && !a.IsAbstract() && !a.IsPath() && a.Abstract() == "" && a.Path() == "":
		return refAddr{kind: "unnamed"}
	case a.IsAbstract() && !a.IsUnnamed() && !a.IsPath() && a.Path() == "":
		return refAddr{"abstract", a.Abstract()}
	case a.IsPath() && !a.IsUnnamed() && !a.IsAbstract() && a.Abstract() == "":
		return refAddr{"path", a.Path()}
	}
	return refAddr{kind: "contradictory"}
}

func addAddrSeeds(f *testing.F) {
	long := strings.Repeat("x", uds.MaxPathLen-1)
	for _, s := range []string{
		"", "@", "@@", "@x", "@x\x00y\x00", "@\xff", "x", "/x", "./@x", "././@x", "/\xff", "/x\x00", "\x00", "\x00x", "\x00\x00", "@\x00",
		"/" + long, "@" + long, "/x" + long, "@x" + long, "/xx" + long, "@xx" + long, "\x00" + long, "\x00x" + long, "\x00xx" + long,
	} {
		f.Add(s)
	}
}

func FuzzAddrText(f *testing.F) {
	addAddrSeeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		a, err := uds.ParseAddr(in)
		want := refParse(in)
		checkAddr(t, "ParseAddr", in, a, err, want)

		var unmarshaled uds.Addr
		unmarshalErr := unmarshaled.UnmarshalText([]byte(in))
		checkAddr(t, "UnmarshalText", in, unmarshaled, unmarshalErr, want)

		path, pathErr := uds.PathAddr(in)
		checkAddr(t, "PathAddr", in, path, pathErr, refPath(in))
		abstract, abstractErr := uds.AbstractAddr(in)
		checkAddr(t, "AbstractAddr", in, abstract, abstractErr, refAbstract(in))

		for _, a := range []uds.Addr{a, path, abstract} {
			checkText(t, a)
		}
	})
}

// checkText fails t unless every text form of a is the reference's and turns
// back into a.
func checkText(t *testing.T, a uds.Addr) {
	t.Helper()
	text := refOf(a).text()
	marshaled, _ := a.MarshalText()
	appended, _ := a.AppendText([]byte("+"))
	if a.String() != text || string(marshaled) != text || string(appended) != "+"+text {
		t.Fatalf("text of %+v: got %q, %q and %q after a +, want %q", refOf(a), a, marshaled, appended, text)
	}
	if back, err := uds.ParseAddr(text); err != nil || back != a {
		t.Fatalf("ParseAddr(%q): got %q, %v, want %q", text, back, err, a)
	}
	if back, err := uds.AddrOf(a.UnixAddr("unix")); err != nil || back != a {
		t.Fatalf("AddrOf(%q.UnixAddr()): got %q, %v, want %q", text, back, err, a)
	}
}

func FuzzAddrRaw(f *testing.F) {
	addAddrSeeds(f)
	f.Fuzz(func(t *testing.T, in string) {
		a, err := uds.AddrFromRaw([]byte(in))
		checkAddr(t, "AddrFromRaw", in, a, err, refFromRaw(in))
		checkText(t, a)
		checkRaw(t, a)
		if parsed, err := uds.ParseAddr(in); err == nil {
			checkRaw(t, parsed)
		}
	})
}

// checkRaw fails t unless a's raw form is the reference's and turns back into a.
func checkRaw(t *testing.T, a uds.Addr) {
	t.Helper()
	want, fits := refOf(a).raw()
	raw, err := a.Raw()
	if (err == nil) != fits {
		t.Fatalf("%q.Raw(): got error %v, want success to be %v", a, err, fits)
	}
	if err != nil {
		return
	}
	if string(raw) != want {
		t.Fatalf("%q.Raw(): got %q, want %q", a, raw, want)
	}
	if back, err := uds.AddrFromRaw(raw); err != nil || back != a {
		t.Fatalf("AddrFromRaw(%q): got %q, %v, want %q", raw, back, err, a)
	}
}

func FuzzAddrCompare(f *testing.F) {
	f.Add("", "@")
	f.Add("@x", "/x")
	f.Add("@", "@\x00")
	f.Add("./@x", "@x")
	f.Fuzz(func(t *testing.T, s, u string) {
		a, errA := uds.ParseAddr(s)
		b, errB := uds.ParseAddr(u)
		if errA != nil || errB != nil {
			t.Skip("not two addresses")
		}
		got, want := a.Compare(b), refCompare(refOf(a), refOf(b))
		if got != want || b.Compare(a) != -want {
			t.Fatalf("%q.Compare(%q): got %d and %d the other way round, want %d and %d", a, b, got, b.Compare(a), want, -want)
		}
		if (got == 0) != (a == b) {
			t.Fatalf("%q.Compare(%q): got %d, and a == b is %v", a, b, got, a == b)
		}
	})
}

func refCompare(a, b refAddr) int {
	rank := map[string]int{"unnamed": 0, "abstract": 1, "path": 2}
	switch {
	case rank[a.kind] < rank[b.kind]:
		return -1
	case rank[a.kind] > rank[b.kind]:
		return 1
	}
	return strings.Compare(a.name, b.name)
}
