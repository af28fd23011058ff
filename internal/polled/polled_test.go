package polled_test

import (
	"os"
	"testing"
	"time"

	"example.com/uds/internal/polled"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) { testutil.Main(m) }

// A goroutine that waits for a channel does not count, one that waits for a pipe does.
func TestCount(t *testing.T) {
	before := polled.Count()
	stop, done := make(chan struct{}), make(chan struct{}, 4)
	go func() {
		<-stop
		done <- struct{}{}
	}()
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			r.Read(make([]byte, 1))
			r.Close()
			done <- struct{}{}
		}()
		defer func() { <-done }()
		defer w.Close()
	}
	testutil.Eventually(t, 10*time.Second, func() bool { return polled.Count() == before+3 }, "three goroutines in the poller")
	close(stop)
	<-done
}
