package uds_test

import (
	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// The leak gate of TestMain prints where a leaked descriptor was made.
func init() {
	sys.OnOpen, sys.OnClose = testutil.Descriptors.Opened, testutil.Descriptors.Closed
}
