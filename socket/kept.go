package socket

// kept holds what a direction keeps for the calls that wait in it: the operations
// that the poller repeats, so that such a call allocates nothing. It is made in a
// turn, and belongs to whoever has the turn.
type kept struct {
	end   *contextEnd // of the context that ends the call; nil: none
	plain *plainOp
	msg   *msgOp
	named *namedOp
	batch *batchOp
}

// keeping returns what the turn's direction keeps, made if need be.
func (t *Turn) keeping() *kept {
	x := t.s.extra().of(t.d)
	if x.kept == nil {
		x.kept = new(kept)
	}
	return x.kept
}

// forget drops the function of a RecvMsg. It may refer to the socket, and the
// finalizer that closes a forgotten socket would never run if the socket referred
// to itself.
func (t *Turn) forget() {
	if kept := t.s.kept(t.d); kept != nil && kept.msg != nil {
		kept.msg.grow = nil
	}
}
