package testutil

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"
)

func init() {
	RegisterChild("print", func() {
		_, isChild := os.LookupEnv(childVariable)
		fmt.Print(os.Getenv("UDS_TEST_WORD"), " ", os.Geteuid(), " ", isChild)
	})
	RegisterChild("exit 3", func() { os.Exit(3) })
	RegisterChild("wait", func() { os.Stdin.Read(make([]byte, 1)) })
}

func TestChildRunsRegisteredFunction(t *testing.T) {
	out, err := Child(t, "print", "UDS_TEST_WORD=hello").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), fmt.Sprintf("hello %d false", os.Geteuid()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChildReportsItsStatus(t *testing.T) {
	cmd := Child(t, "exit 3")
	cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != 3 {
		t.Errorf("got exit status %d, want 3", got)
	}
}

func TestChildRunsAsNobody(t *testing.T) {
	cmd := Child(t, "print", "UDS_TEST_WORD=nobody")
	AsNobody(t, cmd)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(out), "nobody "+strconv.Itoa(Nobody)+" false"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestChildIsEndedWithItsTest(t *testing.T) {
	var cmd *exec.Cmd
	t.Run("sub", func(t *testing.T) {
		cmd = Child(t, "wait")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { in.Close() })
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	})
	if cmd.ProcessState == nil {
		t.Error("got a running child after its test, want it ended and waited for")
	}
}

func TestUnknownChildIsAnError(t *testing.T) {
	outcome := try(func(f testing.TB) { Child(f, "no such name") })
	if !outcome.failed {
		t.Errorf("got %+v, want a failure", outcome)
	}
}

func TestRegisterChildRejectsASecondOfTheName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("got no panic, want one")
		}
	}()
	RegisterChild("print", func() {})
}

// outcome is what a helper did to the test that called it.
type outcome struct {
	failed, skipped bool
	message         string
}

// fake is a testing.TB that records what a helper does to it. The embedded
// interface is nil: a method that is not below is not for helpers to call.
type fake struct {
	testing.TB
	name string
	outcome
}

func (f *fake) Helper()      {}
func (f *fake) Name() string { return f.name }
func (f *fake) Skip(args ...any) {
	f.skipped, f.message = true, fmt.Sprint(args...)
	runtime.Goexit()
}
func (f *fake) Skipf(format string, args ...any) { f.Skip(fmt.Sprintf(format, args...)) }
func (f *fake) Fatalf(format string, args ...any) {
	f.failed, f.message = true, fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// try calls fn with a test that stands alone.
func try(fn func(testing.TB)) outcome { return tryAs("TestX", fn) }

func tryAs(name string, fn func(testing.TB)) outcome {
	f := &fake{name: name}
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(f)
	}()
	<-done
	return f.outcome
}
