package sys

// sockaddrSize is sizeof(struct sockaddr_storage), the largest address any
// family has.
const sockaddrSize = 128

// Sockaddr is a socket address as the kernel takes it: the first n bytes of b,
// the family among them. The rest of b is zero, so that equal addresses compare
// equal. The zero value is no address.
type Sockaddr struct {
	n uint32
	b [sockaddrSize]byte
}

// MakeSockaddr returns the address of a family with the given bytes after the
// family, or false if they do not fit.
func MakeSockaddr(family int, data string) (sa Sockaddr, ok bool) {
	if len(data) > sockaddrSize-familySize {
		return Sockaddr{}, false
	}
	sa.n = uint32(familySize + copy(sa.b[familySize:], data))
	sa.setFamily(family)
	return sa, true
}

// IsZero reports whether sa is no address.
func (sa *Sockaddr) IsZero() bool { return sa.n == 0 }

// Data returns the bytes after the family. They belong to sa.
func (sa *Sockaddr) Data() []byte {
	if sa.n < familySize {
		return nil
	}
	return sa.b[familySize:sa.n]
}

// Family returns the address family, 0 for no address.
func (sa *Sockaddr) Family() int {
	if sa.n < familySize {
		return 0
	}
	return sa.family()
}

// received sets the length of sa after a call wrote n bytes to a zero b.
func (sa *Sockaddr) received(n uint32) { sa.n = min(n, sockaddrSize) }
