package uds

import "time"

// StreamListener is the type of a listener for the network "unix".
type StreamListener = streamListener

// TempName is a temporary name for the file at path.
func TempName(path string, i int) string {
	dir, name := splitPath(path)
	return dir + "/" + (&sockDir{name: name}).temp(i)
}

// SetLockToRemove sets how long a bind waits for the lock of a directory, until
// the function it returns is called.
func SetLockToRemove(wait time.Duration) (restore func()) {
	old := lockToRemove
	lockToRemove = wait
	return func() { lockToRemove = old }
}
