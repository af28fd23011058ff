package uds_test

import (
	"encoding/json"
	"errors"
	"net"
	"syscall"
	"testing"

	"example.com/uds"
	gocmp "github.com/google/go-cmp/cmp"
)

func TestUnixAddrHasTheTextForm(t *testing.T) {
	for _, text := range []string{"", "@", "@x", "@x\x00y", "/x", "x", "./@x", longPath} {
		a := uds.MustParseAddr(text)
		got := a.UnixAddr("unixpacket")
		if diff := gocmp.Diff(&net.UnixAddr{Name: text, Net: "unixpacket"}, got); diff != "" {
			t.Errorf("%q.UnixAddr (-want +got):\n%s", text, diff)
		}
		if back := mustAddr(t)(uds.AddrOf(got)); back != a {
			t.Errorf("AddrOf(%q.UnixAddr()): got %q, want %q", text, back, a)
		}
	}
}

func TestAppendTextKeepsWhatIsThere(t *testing.T) {
	for _, text := range []string{"", "@", "@a\x00b", "/x"} {
		got, err := uds.MustParseAddr(text).AppendText([]byte("addr="))
		if err != nil || string(got) != "addr="+text {
			t.Errorf("AppendText of %q: got %q, %v, want %q, nil", text, got, err, "addr="+text)
		}
	}
}

func TestUnmarshalTextErrorLeavesAddr(t *testing.T) {
	a := uds.MustParseAddr("/x")
	err := a.UnmarshalText([]byte("a\x00"))
	if !errors.Is(err, syscall.EINVAL) {
		t.Errorf("UnmarshalText: got error %v, want EINVAL", err)
	}
	if a.String() != "/x" {
		t.Errorf("after the error: got %q, want %q", a, "/x")
	}
}

func TestUnmarshalTextCopies(t *testing.T) {
	var a uds.Addr
	text := []byte("/x")
	if err := a.UnmarshalText(text); err != nil {
		t.Fatal(err)
	}
	text[1] = 'y'
	if a.String() != "/x" {
		t.Errorf("after the text changed: got %q, want %q", a, "/x")
	}
}

func TestAddrJSON(t *testing.T) {
	type config struct {
		Listen uds.Addr
		Routes map[uds.Addr]uds.Addr
	}
	want := config{
		Listen: uds.MustParseAddr("@a\x00b"),
		Routes: map[uds.Addr]uds.Addr{
			{}:                        uds.MustParseAddr("/x"),
			uds.MustParseAddr("@"):    {},
			uds.MustParseAddr("./@x"): uds.MustParseAddr("@x"),
		},
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	wantText := `{"Listen":"@a\u0000b","Routes":{"":"/x","./@x":"@x","@":""}}`
	if string(text) != wantText {
		t.Errorf("JSON:\n got %s\nwant %s", text, wantText)
	}
	var got config
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(want, got, gocmp.Comparer(func(a, b uds.Addr) bool { return a == b })); diff != "" {
		t.Errorf("after a round trip (-want +got):\n%s", diff)
	}
}
