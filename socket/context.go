package socket

import (
	"context"
	"sync/atomic"
)

// contextEnd is how a context ended, once it has. The context's own methods are its
// maker's, who may use the socket in them: whoever has a lock looks here.
type contextEnd struct{ err atomic.Pointer[error] }

// error is the error of the context, nil while it goes on.
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
