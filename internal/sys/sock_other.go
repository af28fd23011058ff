//go:build !unix

package sys

// No call of this package exists on a system without these sockets: each
// returns ENOSYS, which is errors.ErrUnsupported.

// Socket fails.
func Socket(int, int, int) (int, Errno) { return -1, ENOSYS }

// Pair fails.
func Pair(int, int, int) ([2]int, Errno) { return [2]int{-1, -1}, ENOSYS }

// Accept fails.
func Accept(int, *Sockaddr) (int, Errno) { return -1, ENOSYS }

// Bind fails.
func Bind(int, *Sockaddr) Errno { return ENOSYS }

// Connect fails.
func Connect(int, *Sockaddr) Errno { return ENOSYS }

// Disconnect fails.
func Disconnect(int) Errno { return ENOSYS }

// Listen fails.
func Listen(int, int) Errno { return ENOSYS }

// Shutdown fails.
func Shutdown(int, int) Errno { return ENOSYS }

// Sockname fails.
func Sockname(int) (Sockaddr, Errno) { return Sockaddr{}, ENOSYS }

// Peername fails.
func Peername(int) (Sockaddr, Errno) { return Sockaddr{}, ENOSYS }

// Getsockopt fails.
func Getsockopt(int, int, int, []byte) (int, Errno) { return 0, ENOSYS }

// Setsockopt fails.
func Setsockopt(int, int, int, []byte) Errno { return ENOSYS }

// Close fails.
func Close(int) Errno { return ENOSYS }

// Dup fails.
func Dup(int) (int, Errno) { return -1, ENOSYS }

// SetNonblock fails.
func SetNonblock(int) Errno { return ENOSYS }

// Readable fails.
func Readable(int) (int, Errno) { return 0, ENOSYS }

// Poll fails.
func Poll(int, int16) (int16, Errno) { return 0, ENOSYS }
