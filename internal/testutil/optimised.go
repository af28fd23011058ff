package testutil

import (
	"runtime/debug"
	"strings"
	"testing"
)

// RequireOptimised skips t in a program that was compiled without optimisations
// (go test -gcflags=-N): allocation counts are those of optimised code.
func RequireOptimised(t testing.TB) {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, s := range info.Settings {
		if _, flags, _ := strings.Cut(s.Value, "="); s.Key == "-gcflags" && (plain(s.Value) || plain(flags)) {
			t.Skipf("counts allocations of optimised code: compiled with -gcflags=%s", s.Value)
		}
	}
}

// plain reports whether the compiler's flags turn optimisations off.
func plain(flags string) bool {
	for flag := range strings.FieldsSeq(flags) {
		if flag == "-N" || flag == "-l" {
			return true
		}
	}
	return false
}
