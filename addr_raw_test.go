package uds_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"example.com/uds"
)

func TestRawIsTheSunPath(t *testing.T) {
	longest := strings.Repeat("p", uds.MaxPathLen)
	tests := map[string]struct{ text, want string }{
		"unnamed":               {"", ""},
		"empty abstract name":   {"@", "\x00"},
		"abstract name":         {"@x", "\x00x"},
		"abstract final NUL":    {"@x\x00", "\x00x\x00"},
		"longest abstract name": {"@" + longestName, "\x00" + longestName},
		"path":                  {"/x", "/x\x00"},
		"path with @":           {"./@x", "./@x\x00"},
		"path of MaxPathLen":    {longest, longest + "\x00"},
		"path without NUL":      {longest + "q", longest + "q"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := uds.MustParseAddr(tt.text)
			got, err := a.Raw()
			if err != nil || string(got) != tt.want {
				t.Errorf("%q.Raw(): got %q, %v, want %q, nil", tt.text, got, err, tt.want)
			}
			if back := mustAddr(t)(uds.AddrFromRaw(got)); back != a {
				t.Errorf("AddrFromRaw(%q): got %q, want %q", got, back, a)
			}
		})
	}
}

func TestRawFailsForPathsThatDoNotFit(t *testing.T) {
	limit := uds.MaxPathLen + 1
	for _, n := range []int{limit + 1, 5000} {
		path := strings.Repeat("p", n)
		raw, err := uds.MustParseAddr(path).Raw()
		want := fmt.Sprintf("uds: address %q: the path has %d bytes, the limit is %d", path, n, limit)
		if raw != nil || err == nil || err.Error() != want {
			t.Errorf("Raw:\n got %q, %v\nwant nil, %s", raw, err, want)
		}
		if !errors.Is(err, syscall.EINVAL) {
			t.Errorf("errors.Is(%v, EINVAL): got false, want true", err)
		}
	}
}

func TestRawIsTheCallersOwn(t *testing.T) {
	for _, text := range []string{"@x", "/x"} {
		a := uds.MustParseAddr(text)
		raw, err := a.Raw()
		if err != nil {
			t.Fatal(err)
		}
		raw[1] = 'y'
		if a.String() != text {
			t.Errorf("after Raw's result changed: got %q, want %q", a, text)
		}
	}
}

func TestAddrFromRawTakesASunPath(t *testing.T) {
	fills := strings.Repeat("p", uds.MaxPathLen+1)
	tests := map[string]struct{ raw, want string }{
		"unnamed":                   {"", ""},
		"empty abstract name":       {"\x00", "@"},
		"abstract NULs are exact":   {"\x00\x00x\x00\x00", "@\x00x\x00\x00"},
		"abstract with leading @":   {"\x00@x", "@@x"},
		"longest abstract name":     {"\x00" + longestName, "@" + longestName},
		"path":                      {"/x\x00", "/x"},
		"path without NUL":          {"/x", "/x"},
		"garbage after the NUL":     {"/x\x00/y\x00", "/x"},
		"path that fills sun_path":  {fills, fills},
		"and with a NUL after it":   {fills + "\x00", fills},
		"path of one @":             {"@\x00", "./@"},
		"path with @, without NUL":  {"@x", "./@x"},
		"path longer than sun_path": {longPath, longPath},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := uds.AddrFromRaw([]byte(tt.raw))
			if want := uds.MustParseAddr(tt.want); err != nil || got != want {
				t.Errorf("AddrFromRaw(%q): got %q, %v, want %q, nil", tt.raw, got, err, want)
			}
		})
	}
	if got, err := uds.AddrFromRaw(nil); err != nil || !got.IsUnnamed() {
		t.Errorf("AddrFromRaw(nil): got %q, %v, want the unnamed address", got, err)
	}
}

func TestAddrFromRawCopies(t *testing.T) {
	for _, text := range []string{"@x", "./x", "./@x"} {
		raw, err := uds.MustParseAddr(text).Raw()
		if err != nil {
			t.Fatal(err)
		}
		got := mustAddr(t)(uds.AddrFromRaw(raw))
		clear(raw)
		if got.String() != text {
			t.Errorf("after the raw bytes changed: got %q, want %q", got, text)
		}
	}
}
