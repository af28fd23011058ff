// Package uds provides AF_UNIX sockets that keep message boundaries,
// SOCK_SEQPACKET and SOCK_DGRAM, as net.Conn, net.Listener and net.PacketConn,
// with deadlines, typed ancillary data and peer identity.
//
// # Connections
//
// [SeqConn] is a SEQPACKET connection, made by [DialSeq], [SeqPair],
// [FileSeqConn] and the Accept of a [SeqListener]. Its Read and Write are a byte
// stream, for http.Server, crypto/tls and everything else that expects one; its
// Send and Recv move one message a call. [DgramConn] is a datagram socket, made
// by [ListenDgram], [DialDgram], [DgramPair], [NewDgram] and [FileDgramConn].
// [Dial], [Listen] and [ListenPacket] take package net's names of networks:
// "unixpacket" is SEQPACKET, and "unixgram" is datagrams.
//
// [Dialer] and [ListenConfig] say more: options that are set before a message
// can arrive, the mode and owner of a socket file, what to do about an existing
// one, and who may connect. Their zero values work.
//
// # Messages
//
// [Message] carries payload, address and ancillary data ([OOB]): descriptors,
// credentials, pidfds, security labels and timestamps. Received descriptors are
// close-on-exec and the caller's. They never come together with an error, and
// those that nobody asked for or that do not fit are closed.
//
// # Addresses
//
// An [Addr] is unnamed, an abstract name (Linux) or a path of any length. In
// strings, "" is unnamed, "@name" abstract and everything else a path. Abstract
// names have no permissions: whoever is in the network namespace can connect,
// and ListenConfig.Authorize is what keeps strangers out.
//
// # Concurrency
//
// All methods of connections and listeners may be called at the same time.
// Receives take turns, and so do sends; neither waits for the other. Close,
// Cancel and deadlines end calls that wait.
//
// # Errors
//
// Errors are *net.OpError around one of: *os.SyscallError with a syscall.Errno,
// net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled, [*TruncatedError],
// [ErrOOBTruncated], [ErrWouldBlock], for a network that is none an error that is
// EINVAL and net.UnknownNetworkError, and whatever a Control function returned.
// Where the deadline was that of a context, or a Dialer's Timeout, the error is
// context.DeadlineExceeded, too. What a system or a kernel lacks is
// errors.ErrUnsupported.
//
// io.EOF is bare and means the end of a connection.
//
// # Systems
//
// Linux 5.4 and later has everything, but for what a kernel lacks. Other Unixes
// have what the system has; the rest builds the package, and every constructor
// fails. Promises that are marked (Linux) hold there.
package uds
