//go:build !race

package sys

const raceEnabled = false

func wrote(*byte, int) {}
func read(*byte, int)  {}
func acquire()         {}
func release()         {}
