package socket

// kept is what a direction keeps for the calls that wait in it: the operations
// that the poller repeats are kept, so that such a call allocates nothing. It is
// made in a turn, and belongs to whoever has that.
type kept struct {
	end   *contextEnd // of the context that ends the call; nil: none
	plain *plainOp
	msg   *msgOp
	named *namedOp
	batch *batchOp
}

// keeping returns what the direction keeps, made if need be.
func (d *direction) keeping() *kept {
	if d.kept == nil {
		d.kept = new(kept)
	}
	return d.kept
}

// forget drops the function of a RecvMsg. It may refer to the socket, and the
// finalizer that closes a forgotten socket would never run if the socket referred
// to itself.
func (d *direction) forget() {
	if d.kept != nil && d.kept.msg != nil {
		d.kept.msg.grow = nil
	}
}
