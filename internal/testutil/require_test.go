package testutil

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestTheUserHelpersSkip(t *testing.T) {
	root := try(RequireRoot)
	ordinary := try(RequireUnprivileged)
	if isRoot := os.Geteuid() == 0; root.skipped != (!isRoot || alone()) || ordinary.skipped != isRoot {
		t.Errorf("as user %d: got RequireRoot %+v, RequireUnprivileged %+v", os.Geteuid(), root, ordinary)
	}
	if reason := root.message + ordinary.message; reason == "" {
		t.Error("got a skip without a reason")
	}
}

func TestRequireProgram(t *testing.T) {
	missing := func(t testing.TB) { RequireProgram(t, "no-such-program", "no-such-package") }
	t.Setenv("UDS_CI", "")
	if got := try(missing); !got.skipped || !strings.Contains(got.message, "no-such-package") {
		t.Errorf("missing: got %+v, want a skip that names the package", got)
	}
	t.Setenv("UDS_CI", "1")
	if got := try(missing); !got.failed || !strings.Contains(got.message, "no-such-package") {
		t.Errorf("missing with UDS_CI=1: got %+v, want a failure that names the package", got)
	}
	var path string
	if got := try(func(t testing.TB) { path = RequireProgram(t, "sh", "dash") }); got.failed {
		t.Fatalf("sh: got %+v, want a path", got)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("sh: got %q, want a path: %v", path, err)
	}
}

func TestLongTestRunsOnlyWhenAsked(t *testing.T) {
	var d time.Duration
	soak := func(t testing.TB) { d = Soak(t) }
	for _, c := range []struct {
		name, env string
		want      outcome
		d         time.Duration
	}{
		{"TestXSoak", "20s", outcome{}, 20 * time.Second},
		{"TestXSoak", "", outcome{skipped: true}, 0},
		{"TestXSoak", "20", outcome{failed: true}, 0},
		{"TestXSoak", "-1s", outcome{failed: true}, 0},
		{"TestX", "20s", outcome{failed: true}, 0},
	} {
		d = 0
		t.Setenv("UDS_SOAK", c.env)
		got := tryAs(c.name, soak)
		if got.failed != c.want.failed || got.skipped != c.want.skipped || d != c.d {
			t.Errorf("%s, UDS_SOAK=%q: got %v, %+v, want %v, %+v", c.name, c.env, d, got, c.d, c.want)
		}
	}
}
