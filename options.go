package uds

import (
	"fmt"
	"time"

	"example.com/uds/internal/sys"
	"example.com/uds/socket"
)

// Options are set on a socket before it is bound or connected, so that no
// message can arrive without them. The zero value changes nothing.
type Options struct {
	// ReadBuffer and WriteBuffer are SO_RCVBUF and SO_SNDBUF in bytes. Linux
	// limits what is asked to net.core.rmem_max and wmem_max, doubles it, and
	// bounds the largest message by the sender's SO_SNDBUF less 32 bytes. 0
	// leaves the default; less than 0 is EINVAL.
	ReadBuffer, WriteBuffer int

	// PassCredentials makes every received message carry its sender's
	// credentials (Linux). An unnamed socket with it gets an abstract name when
	// it connects or first sends.
	PassCredentials bool

	// PassPidFD makes every received message carry a descriptor of its sender's
	// process (Linux 6.5). It names an unnamed socket as PassCredentials does.
	PassPidFD bool

	// PassSecurity makes every received message carry its sender's security
	// label (Linux, with SELinux or Smack; AppArmor labels no messages).
	PassSecurity bool

	// Timestamps makes every received message carry the time at which it was
	// sent; one that was queued before carries the time of its receipt (Linux).
	// ReadMsgUnix returns it as a control message of the type
	// SCM_TIMESTAMPNS_NEW: two 64-bit integers on every machine, the seconds and
	// the nanoseconds.
	Timestamps bool

	// RefuseFiles makes the kernel reject messages that carry descriptors:
	// their senders get EPERM (Linux 6.16). Receives become cheaper.
	RefuseFiles bool

	// Spin is how long a call that has to wait spins before its goroutine parks:
	// 0 adapts to the peer, less than 0 never spins, and more than 0 always
	// spins, for at most that long, unless half the processors already spin.
	Spin time.Duration
}

// apply sets the fields that are not zero.
func (o *Options) apply(s *socket.Socket) error {
	if err := o.applyBuffers(s); err != nil {
		return err
	}
	if err := o.applyPass(s); err != nil {
		return err
	}
	if o.RefuseFiles {
		if err := s.RefuseFiles(); err != nil {
			return err
		}
	}
	if o.Spin != 0 {
		s.SetSpin(o.Spin)
	}
	return nil
}

// applyAccepted sets what an accepted socket does not inherit from its listener.
func (o *Options) applyAccepted(s *socket.Socket) error {
	if err := o.applyBuffers(s); err != nil {
		return err
	}
	if o.Spin != 0 {
		s.SetSpin(o.Spin)
	}
	if !o.Timestamps {
		return nil
	}
	return pass(s, sys.SoTimestamp)
}

func (o *Options) applyBuffers(s *socket.Socket) error {
	if err := setBuffer(s, "read", sys.SoRcvbuf, o.ReadBuffer); err != nil {
		return err
	}
	return setBuffer(s, "write", sys.SoSndbuf, o.WriteBuffer)
}

// setBuffer sets a buffer's size; 0 leaves it.
func setBuffer(s *socket.Socket, name string, opt, bytes int) error {
	if bytes < 0 || bytes > maxBuffer {
		return sysError(fmt.Sprintf("%s buffer of %d bytes, allowed are 0 to %d", name, bytes, maxBuffer), sys.EINVAL)
	}
	if bytes == 0 {
		return nil
	}
	return s.SetInt(sys.SolSocket, opt, bytes)
}

// maxBuffer is the largest C int: what setsockopt(2) takes.
const maxBuffer = 1<<31 - 1

func (o *Options) applyPass(s *socket.Socket) error {
	for _, f := range []struct {
		want bool
		opt  int
	}{
		{o.PassCredentials, sys.SoPasscred},
		{o.PassPidFD, sys.SoPasspidfd},
		{o.PassSecurity, sys.SoPasssec},
		{o.Timestamps, sys.SoTimestamp},
	} {
		if !f.want {
			continue
		}
		if err := pass(s, f.opt); err != nil {
			return err
		}
	}
	return nil
}

// pass turns on an option that makes messages carry something.
func pass(s *socket.Socket, opt int) error {
	return socket.Lacking(s.SetInt(sys.SolSocket, opt, 1))
}
