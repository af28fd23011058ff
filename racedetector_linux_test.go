package uds_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

// raceReports is the exit status of a program with reports of the race
// detector, and lackingOption that of testdata/race/buffers where the kernel
// lacks an option.
const (
	raceReports   = 66
	lackingOption = 77
)

// The race detector learns of every use that a call makes of a buffer: whoever
// touches either end of it meanwhile is reported.
func TestRaceDetectorReportsMisuse(t *testing.T) {
	program := raceProgram(t)
	list, err := exec.Command(program, "list").Output()
	must(t, err)
	names := strings.Split(strings.TrimSpace(string(list)), "\n")
	if len(names) < 100 {
		t.Fatalf("got %d cases, want 100 at least", len(names))
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, status := runUntilReported(t, program, name)
			if got := strings.Count(out, "WARNING: DATA RACE"); got != 1 || status != raceReports {
				t.Errorf("got %d reports and exit status %d, want 1 and %d:\n%s", got, status, raceReports, out)
			}
		})
	}
}

// runUntilReported runs a case until it is reported, a few times at most: the
// detector remembers a limited number of events, and of a call that spins there
// are many. What it reports is never wrong.
func runUntilReported(t testing.TB, program, name string) (out string, status int) {
	t.Helper()
	for range 10 {
		if out, status = runRaceProgram(t, program, name); status != 0 {
			break
		}
	}
	return out, status
}

// What is ordered by the messages themselves is not reported: a receive happens
// after the send of what it returns.
func TestRaceDetectorAcceptsOrderByMessages(t *testing.T) {
	out, status := runRaceProgram(t, raceProgram(t), "proper")
	if out != "proper\n" || status != 0 {
		t.Errorf("got exit status %d, want 0:\n%s", status, out)
	}
}

// runRaceProgram returns what the program printed, and its exit status.
func runRaceProgram(t testing.TB, program, arg string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, arg)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0 exitcode=66")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	status := cmd.ProcessState.ExitCode()
	if status == lackingOption {
		t.Skipf("needs RefuseFiles (Linux 6.16): %s", out)
	}
	return string(out), status
}

// raceProgram builds testdata/race/buffers with the race detector.
func raceProgram(t testing.TB) string {
	t.Helper()
	tool := testutil.RequireProgram(t, "go", "golang-go")
	dir := t.TempDir()
	program := filepath.Join(dir, "buffers")
	out, err := buildRace(tool, program, "./testdata/race/buffers")
	if err == nil {
		return program
	}
	if cannot, err := buildRace(tool, program, trivialProgram(t, dir)); err != nil {
		t.Skipf("needs programs with the race detector: go build -race of one that is empty: %v\n%s", err, cannot)
	}
	t.Fatalf("go build -race: %v\n%s", err, out)
	return ""
}

func trivialProgram(t testing.TB, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "trivial.go")
	must(t, os.WriteFile(file, []byte("package main\n\nfunc main() {}\n"), 0o600))
	return file
}

func buildRace(tool, program, what string) ([]byte, error) {
	cmd := exec.Command(tool, "build", "-race", "-buildvcs=false", "-o", program, what)
	cmd.Env = append(os.Environ(), "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	return cmd.CombinedOutput()
}
