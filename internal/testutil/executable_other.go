//go:build !linux

package testutil

import "os"

// executable names this program.
func executable() (string, error) { return os.Executable() }
