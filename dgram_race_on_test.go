//go:build race

package uds_test

// raceEnabled says that the race detector runs, which allocates.
const raceEnabled = true
