// Package testutil holds what the tests of every package share: the leak gate,
// short socket paths, child processes, skips that say their reason, and polling.
//
// It imports nothing of this module, so that the internal tests of every
// package can use it.
//
// A package's TestMain is one line:
//
//	func TestMain(m *testing.M) { testutil.Main(m) }
//
// The environment variables the tests understand:
//
//	UDS_CI=1      a missing program fails a test instead of skipping it
//	UDS_SOAK=20s  runs the long tests, each for so long
package testutil
