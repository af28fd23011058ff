package socket_test

import (
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

func TestMain(m *testing.M) {
	sys.OnOpen, sys.OnClose = testutil.Descriptors.Opened, testutil.Descriptors.Closed
	testutil.Main(m)
}
