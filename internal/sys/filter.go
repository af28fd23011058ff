package sys

// SockFilter is struct sock_filter: an instruction of classic BPF.
type SockFilter struct {
	Code   uint16
	Jt, Jf uint8
	K      uint32
}
