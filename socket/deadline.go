package socket

import (
	"net"
	"time"

	"example.com/uds/internal/sys"
)

// SetDeadline sets both deadlines. From a deadline on, calls in progress and later
// ones fail with os.ErrDeadlineExceeded, until it is set again; the zero time is
// none.
func (s *Socket) SetDeadline(t time.Time) error {
	if err := s.SetReadDeadline(t); err != nil {
		return err
	}
	return s.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of receives and Accept.
func (s *Socket) SetReadDeadline(t time.Time) error { return s.setDeadline(&s.r, t) }

// SetWriteDeadline sets the deadline of sends and Connect.
func (s *Socket) SetWriteDeadline(t time.Time) error { return s.setDeadline(&s.w, t) }

// SetReadTimeout bounds every later receive and Accept: it ends at the earlier
// of the deadline and its own start plus d. Zero is no bound; a negative d is
// EINVAL. The deadline stays as it is.
func (s *Socket) SetReadTimeout(d time.Duration) error { return s.setTimeout(&s.r, d) }

// SetWriteTimeout is SetReadTimeout for sends and Connect.
func (s *Socket) SetWriteTimeout(d time.Duration) error { return s.setTimeout(&s.w, d) }

// ReadTimeout returns what SetReadTimeout set.
func (s *Socket) ReadTimeout() time.Duration { return s.timeout(&s.r) }

// WriteTimeout returns what SetWriteTimeout set.
func (s *Socket) WriteTimeout() time.Duration { return s.timeout(&s.w) }

func (s *Socket) setDeadline(d *direction, at time.Time) error {
	var end int64
	if !at.IsZero() {
		present := time.Now()
		end = max(1, saturated(int64(present.Sub(base)), at.Sub(present)))
	}
	s.mu.Lock()
	if err := s.usable(d); err != nil {
		s.mu.Unlock()
		return err
	}
	if end != 0 || s.deadline(d) != 0 {
		s.extra().of(d).deadline.Store(end)
	}
	s.setTimed(d)
	var err error
	if d.parked() && s.applied(d) != kicked {
		err = s.apply(d) // a kicked call applies it if it parks again
	}
	s.mu.Unlock()
	if d.sends {
		s.kickFull()
	}
	return err
}

// timeout is what setTimeout set.
func (s *Socket) timeout(d *direction) time.Duration {
	if few := s.few(); few != nil {
		return time.Duration(few.of(d).timeout.Load())
	}
	return 0
}

func (s *Socket) setTimeout(d *direction, timeout time.Duration) error {
	if timeout < 0 {
		return sysErr("timeout "+timeout.String()+" is below zero", sys.EINVAL)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(d); err != nil {
		return err
	}
	if timeout != 0 || s.timeout(d) != 0 {
		s.seldom().of(d).timeout.Store(int64(timeout))
	}
	s.setTimed(d)
	return nil
}

// usable returns net.ErrClosed for a closed socket.
func (s *Socket) usable(d *direction) error {
	if !s.live() || d.state.Load()&stClosed != 0 {
		return net.ErrClosed
	}
	return nil
}

// setTimed keeps stTimed in step with the deadline and the timeout. The caller
// holds s.mu.
func (s *Socket) setTimed(d *direction) {
	if s.deadline(d) != 0 || s.timeout(d) != 0 {
		d.state.Or(stTimed)
	} else {
		d.state.And(^uint32(stTimed))
	}
}

// saturated returns t plus d, at most the end of time.
func saturated(t int64, d time.Duration) int64 {
	if sum := t + int64(d); d <= 0 || sum > t {
		return sum
	}
	return 1<<63 - 1
}

// Cancel makes every call that began before it fail with context.Canceled, in
// both directions, and no later one. Deadlines stay as they are. A call that
// had its result already keeps it.
func (s *Socket) Cancel() {
	for _, d := range []*direction{&s.r, &s.w} {
		s.cancel(d)
		s.kick(d)
	}
}
