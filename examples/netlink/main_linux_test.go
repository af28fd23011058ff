package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// The list is that of package net.
func TestListsTheLinks(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), &out, true); err != nil {
		t.Fatal(err)
	}
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, ifi := range all {
		state := "down"
		if ifi.Flags&net.FlagUp != 0 {
			state = "up"
		}
		want += fmt.Sprintf("%d %s %s\n", ifi.Index, ifi.Name, state)
	}
	if out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

// In a network namespace of its own: lo is down, and then up.
func TestWatchesAChange(t *testing.T) {
	out, err := testutil.InOwnNetwork(t, testutil.Child(t, "watch")).CombinedOutput()
	if want := "1 lo down\n1 lo up\n"; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("got %q, %v, want %q", out, err, want)
	}
}

func init() {
	testutil.RegisterChild("watch", func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		r, w := io.Pipe()
		done := make(chan error, 1)
		go func() { done <- run(ctx, w, false) }()
		buf := make([]byte, 4096)
		for i := range 2 {
			n, err := r.Read(buf) // one link a Write
			if err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
			fmt.Printf("%s", buf[:n])
			if i == 0 {
				testutil.SetLinkUp("lo")
			}
		}
		go io.Copy(io.Discard, r)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			fmt.Println(err)
			os.Exit(1)
		}
	})
}
