package socket

import "math/bits"

// A direction adapts how often its calls spin, and whether they try by themselves
// before they go to the poller. The figures are measured: docs/performance.md.

// How many chances to spin a direction skips after a miss: few if surplus hits pay
// for it, otherwise four times as many as after the miss before. So spins that meet
// their message only now and then, which costs more than it gains, become as rare
// as those that never do.
const (
	missCosts = 2 // hits
	hitsMost  = 8 // the most hits that are saved
	skipFirst = 2 // after a miss that hits pay for
	skipLeast = 16
	skipMost  = 256
)

// learn adapts to a spin that met its message, or missed it.
func (d *direction) learn(hit bool) {
	switch {
	case hit:
		if d.hits = min(d.hits+1, hitsMost); d.hits >= missCosts {
			d.back = 0
		}
		return
	case d.hits >= missCosts:
		d.hits -= missCosts
		d.skip = skipFirst
	default:
		d.hits = 0
		d.skip = min(max(skipLeast, 4*d.left()), skipMost)
		d.back = int8(bits.Len16(uint16(d.skip)))
	}
	d.cold, d.eager = true, false
}

// left returns how many chances were skipped for the last miss that hits did not
// pay for, or 0 after enough hits.
func (d *direction) left() int16 { return 1 << d.back >> 1 }

// thaw counts a skipped chance to spin, for a call that left its first try to the
// poller because the direction is cold. After the last chance to skip the direction
// is no longer cold, and its calls first try by themselves.
func (t *Turn) thaw() {
	d := t.d
	setting := t.s.spinSetting()
	if !t.s.yields(setting, procs()) && (t.s.never(setting) || setting == 0 && d.with != alone) {
		return
	}
	if d.skip--; d.skip <= 0 {
		d.skip, d.cold = 0, false
	}
}

// warmAfter is how many calls in a row must find their message at once before a
// cold direction tries by itself again: few, because each of them makes one more
// call.
const warmAfter = 2

// warm notes whether a call that went to the poller found its message at once.
// After warmAfter such calls in a row the direction is not cold any more.
func (d *direction) warm(atOnce bool) {
	if !atOnce {
		d.lucky = 0
	} else if d.lucky++; d.lucky >= warmAfter {
		d.lucky, d.cold = 0, false
	}
}

// calmAfter is how many calls in a row must find their message at the first look
// before an eager direction stops being eager: its calls need not look before they
// receive.
const calmAfter = 4

// met notes that a spin met its message, at the first look of an eager direction
// or later.
func (d *direction) met(eager bool) {
	if !eager {
		d.lucky, d.eager = 0, !d.sends
	} else if d.lucky++; d.lucky >= calmAfter {
		d.lucky = 0
	} else {
		d.eager = true
	}
}
