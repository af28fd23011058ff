package testutil

import (
	"runtime/debug"
	"strings"
	"testing"
)

// RequireOptimised skips t in a program that was compiled without optimisations
// (go test -gcflags=-N) or is instrumented (-race, -asan, -msan): counts of
// allocations and bytes are those of optimised code.
func RequireOptimised(t testing.TB) {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, s := range info.Settings {
		if slows(s) {
			t.Skipf("counts what optimised code allocates: this was compiled with %s=%s", s.Key, s.Value)
		}
	}
}

func slows(s debug.BuildSetting) bool {
	switch s.Key {
	case "-race", "-asan", "-msan":
		return s.Value == "true"
	case "-gcflags":
		_, flags, _ := strings.Cut(s.Value, "=")
		return plain(s.Value) || plain(flags)
	}
	return false
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
