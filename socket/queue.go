package socket

import (
	"context"
	"os"
	"time"
)

// acquire waits for the turn.
func (t *Turn) acquire(ctx context.Context) error {
	if t.d.turn.TryLock() {
		return nil
	}
	if t.limit == 0 && ctx.Done() == nil {
		return t.queue()
	}
	return t.acquireBounded(ctx)
}

// acquireBounded waits for the turn until the call's own timeout or context ends.
// The holder may have neither, so it cannot be relied on to leave.
func (t *Turn) acquireBounded(ctx context.Context) error {
	if err := t.enqueue(); err != nil {
		return err
	}
	defer t.dequeue()
	p, has := t.s.announce(t.d), false
	defer func() { // also where a method of ctx panics
		handed := !t.s.leaveLine(t.d, p)
		if has {
			return
		}
		if handed {
			t.d.turn.Unlock()
		}
		t.s.tell(t.d) // what this call was told is for the next one
	}()
	err := t.standInLine(ctx, p)
	has = err == nil
	return err
}

// standInLine waits in line until the call has the turn, or ends.
func (t *Turn) standInLine(ctx context.Context, p *place) error {
	var expired <-chan time.Time
	if t.limit != 0 {
		timer := time.NewTimer(time.Duration(t.limit - now()))
		defer timer.Stop()
		expired = timer.C
	}
	for !t.d.turn.TryLock() {
		select {
		case handed := <-p.told:
			if handed {
				return nil
			}
		case <-expired:
			return os.ErrDeadlineExceeded
		case <-ctx.Done():
			return ContextError(ctx)
		}
	}
	return nil
}

// queue waits for the turn behind others: in line if others stand there.
func (t *Turn) queue() error {
	if t.d.parking.Load() >= pkAnnounce {
		return t.acquireBounded(context.Background())
	}
	if err := t.enqueue(); err != nil {
		return err
	}
	t.d.turn.Lock()
	t.dequeue()
	return nil
}

// enqueue counts a call that is about to wait for the turn, until dequeue. A Cancel
// looks at that count: the calls that wait at that moment are to end before a later
// call has the turn. A call that must already end does not begin to wait.
func (t *Turn) enqueue() error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if err := t.over(); err != nil {
		return err
	}
	t.s.seldom().of(t.d).queued++
	return nil
}

// dequeue undoes enqueue. If a Cancel came in between, it has moved the call from
// queued to behind.
func (t *Turn) dequeue() {
	d := t.d
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	few := t.s.seldom().of(d)
	if !cancelled(t.seen, d.state.Load()) {
		few.queued--
	} else if few.behind--; few.behind == 0 {
		d.state.And(^uint32(stBehind))
	}
}

// cancel counts a Cancel. It first notes the calls that wait for the turn. The
// order matters: a call that began after the Cancel and sees the new count must
// also see that there are waiting calls that it has to let pass.
func (s *Socket) cancel(d *direction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if few := s.few(); few != nil {
		if few := few.of(d); few.queued > 0 {
			few.behind, few.queued = few.behind+few.queued, 0
			d.state.Or(stBehind)
		}
	}
	d.state.Add(stCancel)
}

// behind reports whether calls that a Cancel is to end wait for the turn. They
// learn of the Cancel when they have the turn, so a call that began after it must
// not keep the turn from them.
func (t *Turn) behind() bool { return t.d.state.Load()&stBehind != 0 }
