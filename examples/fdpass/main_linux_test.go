//go:build unix

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

func init() {
	testutil.RegisterChild("receive", func() {
		if err := receive(os.NewFile(3, "socket"), os.Stdout); err != nil {
			fmt.Println(err)
		}
	})
}

func TestMain(m *testing.M) { testutil.Main(m) }

// TestRun runs the program and looks at what it prints.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(&out, testutil.Child(t, "receive")); err != nil {
		t.Fatal(err)
	}
	got, uid := out.String(), os.Getuid()
	if uid == 0 {
		uid = testutil.Nobody
		if !strings.Contains(got, "permission denied") {
			t.Errorf("got %q, want the open refused", got)
		}
	}
	if want := fmt.Sprintf("user %d reads what was passed: the secret\n", uid); !strings.HasSuffix(got, want) {
		t.Errorf("got %q, want %q at the end", got, want)
	}
}
