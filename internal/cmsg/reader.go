package cmsg

// A Reader reads the messages of a control buffer in turn:
//
//	r := cmsg.NewReader(oob[:n])
//	for r.Next() {
//		switch r.Type() {
//		case …:
//			use(r.Data())
//		}
//	}
//	if err := r.Err(); err != nil {
//
// It allocates nothing but the error. A Reader must not be used by several
// goroutines at once.
//
// Outside tests this module parses with [Cut], which is faster. A Reader works
// for every Layout and says what is malformed: tests hold Cut against it.
type Reader struct {
	layout Layout
	buf    []byte
	off    int // of the next message
	level  int
	typ    int
	data   []byte
	err    error
}

// NewReader returns a reader of b, which must be exactly what the system
// filled: msg_controllen bytes. The reader does not change b.
func (l Layout) NewReader(b []byte) Reader { return Reader{layout: l, buf: b} }

// Next moves to the next message. It returns false at the end of the buffer,
// or where the buffer stops being well-formed; then [Reader.Err] says why.
//
// A message may end the buffer without its padding. A length that is less than
// a header's or goes beyond the buffer is an error, and so are trailing bytes
// too few for a header.
func (r *Reader) Next() bool {
	r.level, r.typ, r.data = 0, 0, nil
	if r.err != nil || r.off == len(r.buf) {
		return false
	}
	rest := r.buf[r.off:]
	h, ok := r.layout.header(rest)
	start := r.layout.Len(0)
	if !ok || h.length < uint64(start) || h.length > uint64(len(rest)) {
		r.err = &FormatError{Offset: r.off, Len: h.length, Min: start, Left: len(rest)}
		return false
	}
	n := int(h.length)
	r.level, r.typ, r.data = int(h.level), int(h.typ), rest[start:n:n]
	r.off += r.layout.next(rest, n)
	return true
}

// Level returns the level of the message that Next moved to, 0 if there is
// none.
func (r *Reader) Level() int { return r.level }

// Type returns the type of the message that Next moved to, 0 if there is none.
func (r *Reader) Type() int { return r.typ }

// Data returns the payload of the message that Next moved to, nil if there is
// none. It is a part of the reader's buffer, without room to append, and stays
// valid as long as that.
func (r *Reader) Data() []byte { return r.data }

// Err returns nil if the reader came upon nothing malformed, otherwise a
// [*FormatError]. The messages before it stay valid.
func (r *Reader) Err() error { return r.err }
