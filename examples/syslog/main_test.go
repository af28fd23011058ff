//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

func TestLogger(t *testing.T) {
	logger := testutil.RequireProgram(t, "logger", "bsdutils")
	if out, _ := exec.Command(logger, "--version").CombinedOutput(); !strings.Contains(string(out), "util-linux") {
		t.Skipf("needs the logger of util-linux, this one says: %s", out)
	}
	path := testutil.SocketPath(t)
	c, err := listen(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- serve(c, w) }()
	lines := bufio.NewScanner(r)

	for _, format := range []string{"--rfc3164", "--rfc5424"} {
		cmd := exec.Command(logger, "--socket-errors=on", format, "-u", path, "-t", "tag", "-p", "mail.err", "hello from logger")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("logger: %v\n%s", err, out)
		}
		if !lines.Scan() {
			t.Fatalf("%s: got no line, %v", format, lines.Err())
		}
		want := fmt.Sprintf("facility=2 severity=3 pid=%d uid=%d gid=%d ", cmd.Process.Pid, os.Getuid(), os.Getgid())
		got := lines.Text()
		if !strings.HasPrefix(got, want) || !strings.Contains(got, "tag") || !strings.HasSuffix(got, "hello from logger") {
			t.Errorf("%s: got %q, want %q, the tag and the text", format, got, want)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("after Close: got %v, want no socket file", err)
	}
}

func TestParse(t *testing.T) {
	for in, want := range map[string]entry{
		"<0>panic\n":   {facility: 0, severity: 0, text: "panic"},
		"<191>x\x00":   {facility: 23, severity: 7, text: "x"},
		"no priority":  {facility: 1, severity: 5, text: "no priority"},
		"<192>too big": {facility: 1, severity: 5, text: "<192>too big"},
		"<x>":          {facility: 1, severity: 5, text: "<x>"},
		"":             {facility: 1, severity: 5},
	} {
		if got := parse(in); got != want {
			t.Errorf("parse(%q): got %+v, want %+v", in, got, want)
		}
	}
}
