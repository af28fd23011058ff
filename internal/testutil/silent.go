package testutil

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// skipPrefix begins what a silent child prints that cannot do its work.
const skipPrefix = "skip: "

// skip is the error of a silent child that cannot do its work here.
type skip string

func (s skip) Error() string { return string(s) }

// Skipf is the error of a child of RegisterSilent that cannot do its work here: it
// skips the test, for the reason.
func Skipf(format string, args ...any) error { return skip(fmt.Sprintf(format, args...)) }

// RegisterSilent makes fn the program of a child for RunSilent: it prints an error
// of fn's and exits with status 1, or asks for a skip if Skipf made it.
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

// RunSilent runs a command that Child returned to its end. A child that is content
// prints nothing and exits with status 0; one that begins with "skip: " and exits so
// skips t, for the reason that follows.
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
