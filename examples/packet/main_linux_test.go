package main

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// On the lo of a network namespace of its own.
func TestCapturesWhatTheFilterPasses(t *testing.T) {
	out, err := testutil.InOwnNetwork(t, testutil.Child(t, "capture"))
	if want := "\"hello\" from lo/0x88b5/00:00:00:00:00:00\n"; err != nil || string(out) != want {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

func init() {
	testutil.RegisterChild("capture", func() {
		setUp("lo")
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := run(ctx, os.Stdout, "lo", "hello"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	})
}

// setUp is what "ip link set up" does.
func setUp(name string) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		panic(err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		panic(err)
	}
	ifr.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil {
		panic(err)
	}
}
