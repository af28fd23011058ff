package socket_test

import (
	"testing"

	"example.com/uds/socket"
)

// How many of a hundred chances to spin a direction takes depends on how many of eight
// spins meet their message.
func TestSpinsAreMadeWhereTheyMeetMessages(t *testing.T) {
	for _, c := range []struct {
		name     string
		hits     uint8 // a bit each
		min, max int
	}{
		{"never", 0b00000000, 0, 1},
		{"seldom", 0b00010000, 0, 1},
		{"now and then", 0b00100010, 0, 2},
		{"mostly", 0b11110111, 40, 90},
		{"always", 0b11111111, 100, 100},
	} {
		const chances = 100_000
		var (
			l     socket.Learner
			spins int
		)
		for range chances {
			if l.Spins() {
				l.Learn(c.hits>>(spins%8)&1 != 0)
				spins++
			}
		}
		if got := spins * 100 / chances; got < c.min || got > c.max {
			t.Errorf("%s: got %d of %d chances taken, want %d to %d in a hundred", c.name, spins, chances, c.min, c.max)
		}
	}
}

// Hits pay for misses, and a few are put by: after those a miss leaves out few chances,
// whatever there was before.
func TestHitsPayForMisses(t *testing.T) {
	var l socket.Learner
	for _, c := range []struct {
		hits   int
		misses []int // how many chances each leaves out
	}{
		{0, []int{16, 64, 256, 256}},
		{1, []int{256}},
		{1, []int{256}},
		{2, []int{2, 16, 64}},
		{100, []int{2, 2, 2, 2, 16}},
	} {
		for range c.hits {
			l.Learn(true)
		}
		for i, want := range c.misses {
			l.Learn(false)
			if got := chancesLeftOut(&l); got != want {
				t.Errorf("after %d hits and %d misses: got %d chances left out, want %d", c.hits, i+1, got, want)
			}
		}
	}
}

// chancesLeftOut is how many chances pass until the next spin.
func chancesLeftOut(l *socket.Learner) int {
	n := 0
	for !l.Spins() {
		n++
	}
	return n
}

// A spin that something else ends says nothing of the peer.
func TestInterruptedSpinIsNoMiss(t *testing.T) {
	needTwoProcs(t)
	for _, c := range []struct {
		name string
		end  func(*socket.Socket)
		left int
	}{
		{"silence", func(*socket.Socket) {}, socket.SkipLeast},
		{"Cancel", (*socket.Socket).Cancel, 0},
	} {
		a, _ := pair(t, socket.AFUnix, socket.SockSeqpacket)
		err := inTurn(a, func(turn *socket.Turn) error {
			c.end(a)
			socket.Spin(turn)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := socket.LeftOut(a); got != c.left {
			t.Errorf("%s: got %d chances left out, want %d", c.name, got, c.left)
		}
	}
}
