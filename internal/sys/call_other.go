//go:build !unix

package sys

// MaxRaw is the most bytes a Raw call moves.
const MaxRaw = 0

// Recv fails.
func Recv(int, []byte, int) (uintptr, Errno) { return 0, ENOSYS }

// RecvRaw fails.
func RecvRaw(int, []byte, int) (uintptr, Errno) { return 0, ENOSYS }

// RecvFrom fails.
func RecvFrom(int, []byte, int, *Sockaddr) (int, Errno) { return 0, ENOSYS }

// RecvFromRaw fails.
func RecvFromRaw(int, []byte, int, *Sockaddr) (int, Errno) { return 0, ENOSYS }

// Send fails.
func Send(int, []byte, int) (uintptr, Errno) { return 0, ENOSYS }

// SendRaw fails.
func SendRaw(int, []byte, int) (uintptr, Errno) { return 0, ENOSYS }

// SendToRaw fails.
func SendToRaw(int, []byte, int, *Sockaddr) (int, Errno) { return 0, ENOSYS }

// SendMsgRaw fails.
func SendMsgRaw(int, *Msg, int) (int, Errno) { return 0, ENOSYS }

// SendTo fails.
func SendTo(int, []byte, int, *Sockaddr) (int, Errno) { return 0, ENOSYS }

// RecvMsg fails.
func RecvMsg(int, *Msg, int) (int, Errno) { return 0, ENOSYS }

// RecvMsgRaw fails.
func RecvMsgRaw(int, *Msg, int) (int, Errno) { return 0, ENOSYS }

// SendMsg fails.
func SendMsg(int, *Msg, int) (int, Errno) { return 0, ENOSYS }

// RecvMsg1 fails.
func RecvMsg1(int, *Msg1, int) (uintptr, Errno) { return 0, ENOSYS }

// RecvMsg1Raw fails.
func RecvMsg1Raw(int, *Msg1, int) (uintptr, Errno) { return 0, ENOSYS }

// SendMsg1 fails.
func SendMsg1(int, *Msg1, int) (uintptr, Errno) { return 0, ENOSYS }
