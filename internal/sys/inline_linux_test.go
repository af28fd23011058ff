package sys_test

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// The compiler makes the most frequent calls part of their callers: see Recv. It
// is asked as the Go of this test sees it, for one processor.
func TestMostFrequentCallsAreInlined(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skipf("the budget is measured on amd64, this is %s", runtime.GOARCH)
	}
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Skipf("needs the go command: %v", err)
	}
	out, err := exec.Command(goCommand, "build", "-gcflags=-m", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, f := range []string{"Recv", "RecvRaw", "Send", "SendRaw", "RecvMsg1", "RecvMsg1Raw", "SendMsg1"} {
		if !strings.Contains(string(out), ": can inline "+f+"\n") {
			t.Errorf("%s is not inlined", f)
		}
	}
}
