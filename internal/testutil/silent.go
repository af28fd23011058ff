package testutil

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// skipPrefix begins the output of a silent child that cannot do its work.
const skipPrefix = "skip: "

// skip is the error of a silent child that cannot do its work here.
type skip string

func (s skip) Error() string { return string(s) }

// Skipf returns the error of a child of RegisterSilent that cannot do its work
// here. It skips the test, for that reason.
func Skipf(format string, args ...any) error { return skip(fmt.Sprintf(format, args...)) }

// RegisterSilent makes fn the program of a child for RunSilent. The child prints an
// error of fn's and exits with status 1, or asks for a skip if Skipf made the
// error.
func RegisterSilent(name string, fn func() error) {
	RegisterChild(name, func() {
		err := fn()
		var reason skip
		switch {
		case errors.As(err, &reason):
			fmt.Print(skipPrefix, reason)
		case err != nil:
			fmt.Println(err)
			os.Exit(1)
		}
	})
}

// RunSilent runs to its end a command that Child returned. A child that is content
// prints nothing and exits with status 0. One that prints "skip: " and a reason and
// exits with status 0 skips t for that reason.
func RunSilent(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if reason, skip := strings.CutPrefix(string(out), skipPrefix); skip && err == nil {
		t.Skip(strings.TrimSpace(reason))
	}
	if err != nil || len(out) > 0 {
		t.Fatalf("got %v, %s", err, out)
	}
}
