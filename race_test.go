//go:build race

package uds_test

const raceEnabled = true
