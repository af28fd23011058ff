package socket_test

import (
	"testing"

	"example.com/uds/socket"
)

// Of how many chances to spin a direction takes one in a hundred, by how many of its
// spins in a row meet their message, out of eight.
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

// A direction whose spins have met messages in a row takes a miss for an accident:
// the next spin is soon, whatever there was before.
func TestHitsInARowOutweighMisses(t *testing.T) {
	var l socket.Learner
	for i, want := range []int{16, 64, 256, 256} {
		l.Learn(false)
		if got := chancesLeftOut(&l); got != want {
			t.Errorf("after %d misses: got %d chances left out, want %d", i+1, got, want)
		}
	}
	l.Learn(true)
	l.Learn(true)
	l.Learn(false)
	if got := chancesLeftOut(&l); got >= socket.SkipLeast {
		t.Errorf("after two hits and a miss: got %d chances left out, want fewer than %d", got, socket.SkipLeast)
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
