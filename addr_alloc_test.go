package uds_test

import (
	"testing"

	"example.com/uds"
)

// The sinks keep results alive, so that what would escape from a caller
// escapes here.
var (
	addrSink   uds.Addr
	stringSink string
	bytesSink  []byte
	boolSink   bool
	intSink    int
)

func TestAddrAllocs(t *testing.T) {
	var (
		path        = uds.MustParseAddr("/run/user/1000/a/rather/long/path/to/a.sock")
		abstract    = uds.MustParseAddr("@a rather long abstract name, over 32 bytes")
		pathText    = path.String()
		absText     = abstract.String()
		rawPath, _  = path.Raw()
		rawAbs, _   = abstract.Raw()
		rawAt       = []byte("@a rather long path that begins with an @\x00")
		buf         = make([]byte, 0, 256)
		pathAsUnix  = path.UnixAddr("unix")
		absAsUnix   = abstract.UnixAddr("unix")
		atPath      = string(rawAt[:len(rawAt)-1])
		pathBytes   = []byte(pathText)
		byAddr      = map[uds.Addr]int{path: 1, abstract: 2}
		unmarshaled uds.Addr
	)
	tests := map[string]struct {
		want float64
		f    func()
	}{
		"==":                     {0, func() { boolSink = path == abstract }},
		"map lookup":             {0, func() { intSink = byAddr[path] }},
		"Compare":                {0, func() { intSink = path.Compare(abstract) }},
		"IsUnnamed":              {0, func() { boolSink = path.IsUnnamed() }},
		"IsAbstract":             {0, func() { boolSink = abstract.IsAbstract() }},
		"IsPath":                 {0, func() { boolSink = path.IsPath() }},
		"Path":                   {0, func() { stringSink = path.Path() }},
		"Abstract":               {0, func() { stringSink = abstract.Abstract() }},
		"String, path":           {0, func() { stringSink = path.String() }},
		"String, abstract":       {1, func() { stringSink = abstract.String() }},
		"AppendText, path":       {0, func() { bytesSink, _ = path.AppendText(buf) }},
		"AppendText, abstract":   {0, func() { bytesSink, _ = abstract.AppendText(buf) }},
		"MarshalText, path":      {1, func() { bytesSink, _ = path.MarshalText() }},
		"MarshalText, abstract":  {1, func() { bytesSink, _ = abstract.MarshalText() }},
		"UnmarshalText, path":    {1, func() { _ = unmarshaled.UnmarshalText(pathBytes) }},
		"ParseAddr, unnamed":     {0, func() { addrSink, _ = uds.ParseAddr("") }},
		"ParseAddr, path":        {0, func() { addrSink, _ = uds.ParseAddr(pathText) }},
		"ParseAddr, abstract":    {1, func() { addrSink, _ = uds.ParseAddr(absText) }},
		"PathAddr":               {0, func() { addrSink, _ = uds.PathAddr(pathText) }},
		"PathAddr, with @":       {1, func() { addrSink, _ = uds.PathAddr(atPath) }},
		"AbstractAddr":           {1, func() { addrSink, _ = uds.AbstractAddr(pathText) }},
		"AddrOf, path":           {0, func() { addrSink, _ = uds.AddrOf(pathAsUnix) }},
		"AddrOf, abstract":       {1, func() { addrSink, _ = uds.AddrOf(absAsUnix) }},
		"AddrFromRaw, unnamed":   {0, func() { addrSink, _ = uds.AddrFromRaw(nil) }},
		"AddrFromRaw, path":      {1, func() { addrSink, _ = uds.AddrFromRaw(rawPath) }},
		"AddrFromRaw, path of @": {1, func() { addrSink, _ = uds.AddrFromRaw(rawAt) }},
		"AddrFromRaw, abstract":  {1, func() { addrSink, _ = uds.AddrFromRaw(rawAbs) }},
		"Raw, unnamed":           {0, func() { bytesSink, _ = uds.Addr{}.Raw() }},
		"Raw, path":              {1, func() { bytesSink, _ = path.Raw() }},
		"Raw, abstract":          {1, func() { bytesSink, _ = abstract.Raw() }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := testing.AllocsPerRun(100, tt.f); got != tt.want {
				t.Errorf("got %v allocations, want %v", got, tt.want)
			}
		})
	}
}
