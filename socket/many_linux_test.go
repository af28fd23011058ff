package socket_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/uds/internal/testutil"
	"example.com/uds/socket"
)

func init() { testutil.RegisterChild("manyParked", manyParkedChild) }

// A receive behind a wait looks for descriptors while few calls wait, whatever
// way earlier ones ended.
func TestLooksAheadWhileFewWait(t *testing.T) {
	out, err := testutil.Child(t, "manyParked").CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("got %v, %s", err, out)
	}
}

func manyParkedChild() {
	far, _ := onePPair(-1, true)
	near, _ := onePPair(-1, false)
	ends := []func(a, b *socket.Socket){
		func(a, _ *socket.Socket) { a.Close() },
		func(a, _ *socket.Socket) { a.Cancel() },
		func(_, b *socket.Socket) { b.Close() },
		func(_, b *socket.Socket) { b.Send([]byte("x"), 0) },
		func(a, _ *socket.Socket) { a.Shutdown(socket.ShutRead) },
		func(a, _ *socket.Socket) { a.SetReadDeadline(time.Unix(1, 0)) },
		func(a, _ *socket.Socket) { a.Detach(nil) },
	}
	expect := func(when string, looks bool) {
		if socket.LooksAhead(near) || socket.LooksAhead(far) != looks {
			fmt.Printf("%s: looks ahead with its peer here: %v, elsewhere: %v; want false, %v\n",
				when, socket.LooksAhead(near), socket.LooksAhead(far), looks)
		}
	}
	expect("nobody waits", true)
	finish := make([]func(), 0, socket.ManyParked)
	done := make(chan struct{})
	for i := range socket.ManyParked {
		a, b := onePPair(-1, false)
		go func() {
			defer func() { done <- struct{}{} }()
			_, _ = a.Recv(make([]byte, 1), 0)
		}()
		finish = append(finish, func() { ends[i%len(ends)](a, b) })
	}
	childCheck(eventually(func() bool { return socket.ParkedCalls() == socket.ManyParked }))
	expect("many wait", false)
	finish[0]()
	<-done
	expect("all but one of many wait", true)
	for _, f := range finish[1:] {
		f()
		<-done
	}
	if n := socket.ParkedCalls(); n != 0 {
		fmt.Printf("after all ended: got %d calls that wait, want none\n", n)
	}
}

// eventually waits for ready, which nothing else tells.
func eventually(ready func() bool) error {
	for end := time.Now().Add(safetyNet); !ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("the wait did not end")
		}
	}
	return nil
}
