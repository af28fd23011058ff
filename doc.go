// Package uds provides AF_UNIX sockets that keep message boundaries,
// SOCK_SEQPACKET and SOCK_DGRAM, as net.Conn, net.Listener and net.PacketConn,
// with deadlines, typed ancillary data and peer identity.
package uds
