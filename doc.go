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
// [Dial], [Listen] and [ListenPacket] take package net's network names:
// "unixpacket" is SEQPACKET, and "unixgram" is datagrams.
//
// [Dialer] and [ListenConfig] offer more: options that are set before a message
// can arrive, the mode and owner of a socket file, what to do about an existing
// one, and who may connect. Their zero values work.
//
// # Messages
//
// [Message] carries payload, address and ancillary data ([OOB]): descriptors,
// credentials, pidfds, security labels and timestamps. Received descriptors are
// close-on-exec and belong to the caller. They never come with an error, and
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
// Errors of connections and listeners are *net.OpError around one of: *os.SyscallError with a syscall.Errno,
// net.ErrClosed, os.ErrDeadlineExceeded, context.Canceled, [*TruncatedError],
// [ErrOOBTruncated], [ErrWouldBlock], an error that is both EINVAL and
// net.UnknownNetworkError for an unknown network, and whatever a Control
// function returned. If the deadline came from a context or from a Dialer's
// Timeout, the error is context.DeadlineExceeded, too. What a system or a kernel
// lacks is errors.ErrUnsupported. An error of a caller's own reader, writer or
// file comes unchanged.
//
// io.EOF is bare and means the end of a connection.
//
// # Systems
//
// Linux 5.4 and later has everything except what a kernel lacks. On other Unixes
// what the system has works. On all other systems the package builds, and every
// constructor fails. Promises marked (Linux) hold on Linux.
package uds
