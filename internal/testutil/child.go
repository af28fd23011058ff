package testutil

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// childVariable names, in a child's environment, the function it is to run.
const childVariable = "UDS_TEST_CHILD"

var children = map[string]func(){}

// RegisterChild makes fn the program that Child starts under name. Call it from an
// init function or before Main, which runs fn in the child and then exits with
// status 0; fn calls os.Exit for another status. A name can be registered once.
func RegisterChild(name string, fn func()) {
	if _, ok := children[name]; ok {
		panic(fmt.Sprintf("testutil: child %q is registered twice", name))
	}
	children[name] = fn
}

// Child returns a command, not yet started, that runs the registered function
// name in another process: this test binary again. env is added to the
// environment, "K=V" each. Input and outputs are the caller's to set. If the
// command still runs when t ends, or nobody waited for it, it is killed and
// waited for.
func Child(t testing.TB, name string, env ...string) *exec.Cmd {
	t.Helper()
	if _, ok := children[name]; !ok {
		t.Fatalf("Child: got %q, want a name given to RegisterChild", name)
	}
	exe, err := executable()
	if err != nil {
		t.Fatalf("Child: %v", err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(childEnviron(), env...), childVariable+"="+name)
	t.Cleanup(func() { reap(cmd) })
	return cmd
}

// childEnviron is this process's environment for a child. The race detector
// would sleep for a second when a child ends, for the sake of goroutines that
// may yet race; here it does not, unless GORACE says otherwise.
func childEnviron() []string {
	return append([]string{"GORACE=atexit_sleep_ms=0"}, os.Environ()...)
}

// reap ends cmd if it was started and not waited for.
func reap(cmd *exec.Cmd) {
	if cmd.Process == nil || cmd.ProcessState != nil {
		return
	}
	cmd.Process.Kill() // It may have ended by itself.
	cmd.Wait()
}

// runChild runs the registered function and exits, if this process is a child.
// The child's own children are ordinary processes again.
func runChild() {
	name, ok := os.LookupEnv(childVariable)
	if !ok {
		return
	}
	os.Unsetenv(childVariable)
	fn, ok := children[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "testutil: %s: got %q, want a name given to RegisterChild\n", childVariable, name)
		os.Exit(2)
	}
	fn()
	os.Exit(0)
}
