package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// On the lo of a network namespace of its own.
func TestCapturesWhatTheFilterPasses(t *testing.T) {
	out, err := testutil.InOwnNetwork(t, testutil.Child(t, "capture")).CombinedOutput()
	if want := "\"hello\" from lo/0x88b5/00:00:00:00:00:00\n"; err != nil || string(out) != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

func init() {
	testutil.RegisterChild("capture", func() {
		testutil.SetLinkUp("lo")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := run(ctx, os.Stdout, "lo", "hello"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	})
}
