//go:build linux

package ttrpc_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"example.com/uds"
	udsttrpc "example.com/uds/integrations/ttrpc"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// echo is a service that sends back what it gets.
var echo = &ttrpc.ServiceDesc{Methods: map[string]ttrpc.Method{
	"Echo": func(_ context.Context, decode func(any) error) (any, error) {
		b := new(wrapperspb.BytesValue)
		return b, decode(b)
	},
}}

// serve starts a server and returns a client of it. The end of the test sees it
// shut down.
func serve(t *testing.T, authorize func(uds.Cred) error) *ttrpc.Client {
	t.Helper()
	l, err := uds.ListenSeq(fmt.Sprintf("@ttrpc-%d-%s", os.Getpid(), t.Name()))
	if err != nil {
		t.Fatal(err)
	}
	srv, err := ttrpc.NewServer(ttrpc.WithServerHandshaker(udsttrpc.Handshaker(authorize)))
	if err != nil {
		t.Fatal(err)
	}
	srv.RegisterService("uds", echo)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(context.Background(), l) }()
	c, err := uds.DialSeq(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := ttrpc.NewClient(c)
	t.Cleanup(func() {
		client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, ttrpc.ErrServerClosed) {
			t.Errorf("Serve: got %v, want %v", err, ttrpc.ErrServerClosed)
		}
	})
	return client
}

// Many calls at once, of up to 2 MB, over one connection.
func TestCalls(t *testing.T) {
	client := serve(t, func(c uds.Cred) error {
		if c.PID != os.Getpid() {
			return fmt.Errorf("process %d is not welcome", c.PID)
		}
		return nil
	})
	var wg sync.WaitGroup
	for i := range 21 {
		wg.Go(func() {
			want := bytes.Repeat([]byte{byte(i)}, i*100_000)
			got := new(wrapperspb.BytesValue)
			err := client.Call(t.Context(), "uds", "Echo", wrapperspb.Bytes(want), got)
			if err != nil || !bytes.Equal(got.Value, want) {
				t.Errorf("got %d bytes, %v, want the %d that were sent", len(got.Value), err, len(want))
			}
		})
	}
	wg.Wait()
}

func TestRefusedPeer(t *testing.T) {
	client := serve(t, func(uds.Cred) error { return errors.New("not welcome") })
	err := client.Call(t.Context(), "uds", "Echo", wrapperspb.Bytes(nil), new(wrapperspb.BytesValue))
	if !errors.Is(err, ttrpc.ErrClosed) {
		t.Errorf("got %v, want %v", err, ttrpc.ErrClosed)
	}
}
