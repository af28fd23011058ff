package uds_test

import (
	"context"
	"encoding"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"syscall"
	"time"

	"example.com/uds"
)

// The names other people's code compiles against, each with its exact type: a
// change of any of them breaks the build of this file.

// Setting up.
var (
	_ func(string, string) (net.Conn, error)                 = uds.Dial
	_ func(string, string) (net.Listener, error)             = uds.Listen
	_ func(string, string) (net.PacketConn, error)           = uds.ListenPacket
	_ func(string) (*uds.SeqConn, error)                     = uds.DialSeq
	_ func(string) (*uds.SeqListener, error)                 = uds.ListenSeq
	_ func(string) (*uds.DgramConn, error)                   = uds.DialDgram
	_ func(string) (*uds.DgramConn, error)                   = uds.ListenDgram
	_ func() (*uds.DgramConn, error)                         = uds.NewDgram
	_ func() (*uds.SeqConn, *uds.SeqConn, error)             = uds.SeqPair
	_ func() (*uds.DgramConn, *uds.DgramConn, error)         = uds.DgramPair
	_ func(*os.File) (*uds.SeqConn, error)                   = uds.FileSeqConn
	_ func(*os.File) (*uds.SeqListener, error)               = uds.FileSeqListener
	_ func(*os.File) (*uds.DgramConn, error)                 = uds.FileDgramConn
	_ func(bool) ([]*os.File, error)                         = uds.ActivatedFiles
	_ func(context.Context, net.Conn) context.Context        = uds.ContextWithPeer
	_ func(context.Context) (uds.Peer, bool)                 = uds.PeerFromContext
	_ func(network, address string, c syscall.RawConn) error = uds.Dialer{}.Control
	_ func(network, address string, c syscall.RawConn) error = uds.ListenConfig{}.Control
)

var _ = uds.Dialer{
	LocalAddr: uds.Addr{},
	Timeout:   time.Second,
	Redial:    true,
	Options:   uds.Options{},
	Control:   func(network, address string, c syscall.RawConn) error { return nil },
}

var (
	_ func(*uds.Dialer, string, string) (net.Conn, error)                                       = (*uds.Dialer).Dial
	_ func(*uds.Dialer, context.Context, string, string) (net.Conn, error)                      = (*uds.Dialer).DialContext
	_ func(*uds.Dialer, context.Context, string) (*uds.SeqConn, error)                          = (*uds.Dialer).DialSeq
	_ func(*uds.Dialer, context.Context, string) (*uds.DgramConn, error)                        = (*uds.Dialer).DialDgram
	_ func(*uds.Dialer, string, string) func(context.Context, string, string) (net.Conn, error) = (*uds.Dialer).DialFunc
)

var _ = uds.ListenConfig{
	Mode:      fs.FileMode(0o600),
	UID:       new(int),
	GID:       new(int),
	Backlog:   1,
	Existing:  uds.ExistingFail,
	KeepFile:  true,
	Authorize: func(*uds.SeqConn) error { return nil },
	Options:   uds.Options{},
	Control:   func(network, address string, c syscall.RawConn) error { return nil },
}

var (
	_ func(*uds.ListenConfig, context.Context, string, string) (net.Listener, error)   = (*uds.ListenConfig).Listen
	_ func(*uds.ListenConfig, context.Context, string, string) (net.PacketConn, error) = (*uds.ListenConfig).ListenPacket
	_ func(*uds.ListenConfig, context.Context, string) (*uds.SeqListener, error)       = (*uds.ListenConfig).ListenSeq
	_ func(*uds.ListenConfig, context.Context, string) (*uds.DgramConn, error)         = (*uds.ListenConfig).ListenDgram
)

const (
	_ uds.ExistingPolicy = uds.ExistingFail
	_ uds.ExistingPolicy = uds.ExistingRemoveStale
	_ uds.ExistingPolicy = uds.ExistingReplace
)

var _ = uds.Options{
	ReadBuffer:      int(1),
	WriteBuffer:     int(1),
	PassCredentials: true,
	PassPidFD:       true,
	PassSecurity:    true,
	Timestamps:      true,
	RefuseFiles:     true,
	Spin:            time.Duration(1),
}

// Addresses.
var (
	_ func(string) (uds.Addr, error)         = uds.ParseAddr
	_ func(string) uds.Addr                  = uds.MustParseAddr
	_ func(string) (uds.Addr, error)         = uds.PathAddr
	_ func(string) (uds.Addr, error)         = uds.AbstractAddr
	_ func([]byte) (uds.Addr, error)         = uds.AddrFromRaw
	_ func(net.Addr) (uds.Addr, error)       = uds.AddrOf
	_ func(uds.Addr) bool                    = uds.Addr.IsUnnamed
	_ func(uds.Addr) bool                    = uds.Addr.IsAbstract
	_ func(uds.Addr) bool                    = uds.Addr.IsPath
	_ func(uds.Addr) string                  = uds.Addr.Path
	_ func(uds.Addr) string                  = uds.Addr.Abstract
	_ func(uds.Addr) string                  = uds.Addr.String
	_ func(uds.Addr) ([]byte, error)         = uds.Addr.Raw
	_ func(uds.Addr, string) *net.UnixAddr   = uds.Addr.UnixAddr
	_ func(uds.Addr) ([]byte, error)         = uds.Addr.MarshalText
	_ func(uds.Addr, []byte) ([]byte, error) = uds.Addr.AppendText
	_ func(*uds.Addr, []byte) error          = (*uds.Addr).UnmarshalText
	_ func(uds.Addr, uds.Addr) int           = uds.Addr.Compare
	_ encoding.TextMarshaler                 = uds.Addr{}
	_ encoding.TextAppender                  = uds.Addr{}
	_ encoding.TextUnmarshaler               = (*uds.Addr)(nil)
	_ fmt.Stringer                           = uds.Addr{}
	_ map[uds.Addr]bool                      // comparable
)

const _ = uds.MaxPathLen + uds.MaxAbstractLen

// bothConns are the methods of both connections.
type bothConns interface {
	net.Conn
	syscall.Conn
	CloseRead() error
	CloseWrite() error
	Sockname() (uds.Addr, error)
	Peername() (uds.Addr, error)
	SetReadTimeout(time.Duration) error
	ReadTimeout() time.Duration
	SetWriteTimeout(time.Duration) error
	WriteTimeout() time.Duration
	Cancel()
	File() (*os.File, error)
	Detach() (*os.File, error)
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
	ReadBuffer() (int, error)
	WriteBuffer() (int, error)
	SetOptions(uds.Options) error
	SetSpin(time.Duration)
	TakeError() error
	Readable() (int, error)
	NextSize() (int, error)
	PeerCred() (uds.Cred, error)
	PeerGroups() ([]int, error)
	PeerPidFD() (*os.File, error)
	PeerSecurity() (string, error)
	Peer() (uds.Peer, error)

	Recv(p []byte) (int, error)
	Send(p []byte) error
	RecvMsg(m *uds.Message, f uds.Flags) error
	SendMsg(m *uds.Message, f uds.Flags) error
	RecvBatch(ms []uds.Message) (int, error)
	SendBatch(ms []uds.Message) (int, error)
	Peek(p []byte) (int, error)
	SendFiles(p []byte, files ...*os.File) error
	RecvFiles(p []byte, max int) (n int, files []*os.File, err error)
	ReadMsgUnix(b, oob []byte) (n, oobn, flags int, addr *net.UnixAddr, err error)
	WriteMsgUnix(b, oob []byte, addr *net.UnixAddr) (n, oobn int, err error)
}

var (
	_ bothConns = (*uds.SeqConn)(nil)
	_ bothConns = (*uds.DgramConn)(nil)
)

// Each connection's own.
var (
	_ func(*uds.SeqConn) int                       = (*uds.SeqConn).Buffered
	_ func(*uds.SeqConn, io.Reader) (int64, error) = (*uds.SeqConn).ReadFrom
	_ func(*uds.SeqConn, io.Writer) (int64, error) = (*uds.SeqConn).WriteTo
	_ func(*uds.SeqConn) (*uds.SeqConn, error)     = (*uds.SeqConn).Clone

	_ net.PacketConn                                           = (*uds.DgramConn)(nil)
	_ func(*uds.DgramConn, []byte) (int, *net.UnixAddr, error) = (*uds.DgramConn).ReadFromUnix
	_ func(*uds.DgramConn, []byte, *net.UnixAddr) (int, error) = (*uds.DgramConn).WriteToUnix
	_ func(*uds.DgramConn, []byte) (int, uds.Addr, error)      = (*uds.DgramConn).ReadFromAddr
	_ func(*uds.DgramConn, []byte, uds.Addr) (int, error)      = (*uds.DgramConn).WriteToAddr
	_ func(*uds.DgramConn, uds.Addr) error                     = (*uds.DgramConn).Bind
	_ func(*uds.DgramConn, uds.Addr) error                     = (*uds.DgramConn).Connect
	_ func(*uds.DgramConn) error                               = (*uds.DgramConn).Disconnect
	_ func(*uds.DgramConn, bool)                               = (*uds.DgramConn).SetUnlinkOnClose
	_ func(*uds.DgramConn) (*uds.DgramConn, error)             = (*uds.DgramConn).Clone
)

// The listener.
var (
	_ net.Listener                                                  = (*uds.SeqListener)(nil)
	_ syscall.Conn                                                  = (*uds.SeqListener)(nil)
	_ func(*uds.SeqListener) (*uds.SeqConn, error)                  = (*uds.SeqListener).AcceptSeq
	_ func(*uds.SeqListener, context.Context) (*uds.SeqConn, error) = (*uds.SeqListener).AcceptContext
	_ func(*uds.SeqListener) (uds.Addr, error)                      = (*uds.SeqListener).Sockname
	_ func(*uds.SeqListener) (*os.File, error)                      = (*uds.SeqListener).File
	_ func(*uds.SeqListener, time.Time) error                       = (*uds.SeqListener).SetDeadline
	_ func(*uds.SeqListener, bool)                                  = (*uds.SeqListener).SetUnlinkOnClose
)

// Messages and ancillary data.
var _ = uds.Message{
	Buffers:      [][]byte(nil),
	OOB:          (*uds.OOB)(nil),
	Addr:         uds.Addr{},
	N:            int(0),
	Size:         int(0),
	Truncated:    false,
	OOBTruncated: false,
}

const _ int = int(uds.FlagPeek | uds.FlagNoWait)

const (
	_ uds.Flags = uds.FlagPeek
	_ uds.Flags = uds.FlagNoWait
)

var _ = uds.OOB{
	Files:    []*os.File(nil),
	Cred:     (*uds.Cred)(nil),
	PidFD:    (*os.File)(nil),
	Security: "",
	Time:     time.Time{},
	Other:    []uds.ControlMessage(nil),
	MaxFiles: int(0),
}

var (
	_ func(*uds.OOB) []*os.File = (*uds.OOB).TakeFiles
	_ func(*uds.OOB) error      = (*uds.OOB).Close

	_ = uds.ControlMessage{Level: int(0), Type: int(0), Data: []byte(nil)}
	_ = uds.Cred{PID: int(0), UID: int(0), GID: int(0)}
	_ = uds.Peer{Cred: uds.Cred{}, Groups: []int(nil), Security: "", Addr: uds.Addr{}}
)

// Errors.
var (
	_ error = &uds.TruncatedError{Size: int(0)}
	_ error = uds.ErrTruncated
	_ error = uds.ErrOOBTruncated
	_ error = uds.ErrWouldBlock
)
