package testutil

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

// leakVariable makes the tests whose names begin with TestGate leak. They run
// as the tests of a child: the gate under test is the child's.
const leakVariable = "UDS_TEST_LEAK"

// underGate runs the named test of this binary in a process of its own, with
// its own gate, and returns its output and whether it passed.
func underGate(t *testing.T, name string) (output string, passed bool) {
	t.Helper()
	exe, err := executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^"+name+"$", "-test.v", "-test.count=1")
	// Without GOGC=off a collection might close what a test drops before the gate looks.
	cmd.Env = append(childEnviron(), leakVariable+"=1", "GOGC=off")
	out, err := cmd.CombinedOutput()
	if _, isExit := err.(*exec.ExitError); err != nil && !isExit {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "--- PASS: "+name) && !strings.Contains(string(out), "--- FAIL: "+name) {
		t.Fatalf("got a child that did not run %s:\n%s", name, out)
	}
	return string(out), err == nil
}

func wantLeak(t *testing.T, test string, parts ...string) {
	t.Helper()
	t.Parallel() // Each waits out the gate's grace in a process of its own.
	out, passed := underGate(t, test)
	if passed {
		t.Errorf("%s: got exit status 0, want a failure", test)
	}
	for _, part := range append(parts, "leak gate: ") {
		if !strings.Contains(out, part) {
			t.Errorf("%s: the report lacks %q:\n%s", test, part, out)
		}
	}
}

func wantClean(t *testing.T, test string) {
	t.Helper()
	t.Parallel()
	if out, passed := underGate(t, test); !passed {
		t.Errorf("%s: got a failure, want exit status 0:\n%s", test, out)
	}
}

// onlyUnderGate skips a test that is the subject of another.
func onlyUnderGate(t *testing.T) {
	t.Helper()
	if os.Getenv(leakVariable) == "" {
		t.Skip("the subject of a test of the gate, which runs it in a child")
	}
}
