package main

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

type senderOpener = func(to string) (datagramSender, error)

// A datagramSender sends from an unconnected socket without an address.
type datagramSender interface {
	sendTo(p []byte) error
	close() error
}

var senderTechs = map[string]senderOpener{
	"net":      openNetSender,
	"mdlayher": openMdSender,
	"c":        openCSender,
}

// blockedRows: the CPU time of a process whose only work is a sender that
// waits for room in a full receiver. An operation is a millisecond blocked.
func blockedRows() []row {
	return []row{{
		name: "dgram-blocked", family: "dgram-blocked", unit: "µs of CPU/s", valued: true, fixed: 300, quick: 40,
		title:   "CPU of one unconnected datagram sender, blocked by a full receiver",
		entries: entries(senderTechs, openBlocked, "net", "mdlayher", "c", "uds"),
	}}
}

// blocked has a receiver that nobody drains while the time is measured.
type blocked struct {
	sender   datagramSender
	receiver int
}

func openBlocked(dir string, t senderOpener) (task, error) {
	fd, err := rawBound("unixgram", dir+"/r")
	if err != nil {
		return nil, err
	}
	s, err := t(dir + "/r")
	if err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	return blocked{s, fd}, nil
}

func (b blocked) run(n int) (outcome, error) {
	queued := make(chan struct{}, blockedMessages)
	done := make(chan error, 1)
	go func() { done <- b.sendAll(queued) }()
	for quiet := false; !quiet; {
		select {
		case <-queued:
		case <-time.After(5 * time.Millisecond): // no progress: the queue is full
			quiet = true
		}
	}
	start := usageStart()
	t := time.Now()
	time.Sleep(time.Duration(n) * time.Millisecond)
	wall := time.Since(t)
	spent := usageEnd().sub(start)
	if err := b.drain(); err != nil {
		return outcome{}, err
	}
	return outcome{wall: wall, own: &spent, value: float64(spent.CPU.Microseconds()) / wall.Seconds()}, <-done
}

// blockedMessages is above any usual net.unix.max_dgram_qlen.
const blockedMessages = 2000

func (b blocked) sendAll(queued chan<- struct{}) error {
	p := make([]byte, 64)
	for i := range blockedMessages {
		p[63] = byte(i)
		if err := b.sender.sendTo(p); err != nil {
			return err
		}
		queued <- struct{}{}
	}
	return nil
}

// drain receives every message, which shows that the blocked one was not lost.
func (b blocked) drain() error {
	p := make([]byte, 65)
	for i := range blockedMessages {
		n, err := unix.Read(b.receiver, p)
		if err != nil {
			return err
		}
		if n != 64 || p[63] != byte(i) {
			return errByte
		}
	}
	return nil
}

func (b blocked) close() error { return errors.Join(b.sender.close(), unix.Close(b.receiver)) }

type netSender struct {
	c  *net.UnixConn
	to *net.UnixAddr
}

func openNetSender(to string) (datagramSender, error) {
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: to + "-net", Net: "unixgram"})
	return netSender{c, &net.UnixAddr{Name: to, Net: "unixgram"}}, err
}

func (s netSender) sendTo(p []byte) error {
	_, err := s.c.WriteToUnix(p, s.to)
	return err
}

func (s netSender) close() error { return s.c.Close() }

func openMdSender(to string) (datagramSender, error) {
	c, err := mdBound(to + "-md")
	return mdSender{&mdDgram{mdBytes{c}, &unix.SockaddrUnix{Name: to}}}, err
}

type mdSender struct{ *mdDgram }

func (s mdSender) sendTo(p []byte) error {
	_, err := s.send(p)
	return err
}

// cSender blocks in sendto on its own thread.
type cSender struct {
	fd int
	to string
}

func openCSender(to string) (datagramSender, error) {
	fd, err := rawBound("unixgram", to+"-c")
	return cSender{fd, to}, err
}

func (s cSender) sendTo(p []byte) error {
	return cbench.DgramSend(s.fd, s.to, p)
}

func (s cSender) close() error { return unix.Close(s.fd) }
