//go:build linux

package uds_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/uds"
)

// A context that ends ends a receive.
func ExampleSeqConn_SetReadDeadline() {
	a, b, err := uds.SeqPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	defer b.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = recvContext(ctx, a, make([]byte, 1))
	fmt.Println(err)
	b.Send([]byte("next"))
	n, err := recvContext(context.Background(), a, make([]byte, 10))
	fmt.Println(n, err) // The next call is unharmed.
	// Output:
	// context canceled
	// 4 <nil>
}

// recvContext is Recv that ends when ctx does.
func recvContext(ctx context.Context, c *uds.SeqConn, buf []byte) (int, error) {
	passed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		c.SetReadDeadline(time.Unix(1, 0)) // Also ends a Recv that has yet to begin.
		close(passed)
	})
	n, err := c.Recv(buf)
	if !stop() {
		<-passed
		c.SetReadDeadline(time.Time{})
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = ctx.Err()
		}
	}
	return n, err
}
