package socket

import (
	"context"
	"sync/atomic"
)

// contextEnd says how a context ended, once it has. A context's own methods are its
// maker's code, which may use the socket: whoever holds a lock looks here instead.
type contextEnd struct{ err atomic.Pointer[error] }

// error returns the error of the context, or nil while it goes on.
func (e *contextEnd) error() error {
	if e == nil {
		return nil
	}
	if err := e.err.Load(); err != nil {
		return *err
	}
	return nil
}

// watch makes the end of ctx end the call, until the returned function is
// called.
func (t *Turn) watch(ctx context.Context) func() {
	if ctx.Done() == nil {
		return func() {}
	}
	s, d, kept, end := t.s, t.d, t.keeping(), new(contextEnd)
	kept.end, t.bound = end, true
	stop := context.AfterFunc(ctx, func() {
		err := ContextError(ctx)
		end.err.Store(&err)
		s.kick(d)
	})
	return func() {
		stop()
		kept.end = nil
	}
}
