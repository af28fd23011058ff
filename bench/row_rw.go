package main

import "fmt"

// sizes are the payloads of the report, in bytes. 16,000 is the largest round
// number that the kernel puts into one allocation.
var sizes = []struct {
	name  string
	bytes int
}{{"64", 64}, {"1k", 1 << 10}, {"16k", 16000}, {"64k", 64 << 10}}

// rwRows: one goroutine writes a message and reads it at the other end.
func rwRows() []row {
	var rows []row
	for _, s := range sizes {
		rows = append(rows, rwRow("rw-"+s.name, s.bytes, 2))
	}
	alone := rwRow("rw-64-p1", 64, 1)
	alone.title += ", GOMAXPROCS 1"
	return append(rows, alone)
}

func rwRow(name string, size, procs int) row {
	return row{
		name: name, family: "rw", bytes: size, procs: procs,
		title:   fmt.Sprintf("Write + Read of %d B, one goroutine", size),
		entries: exchangeEntries(size, 1, "net", "mdlayher", "c", "uds", "uds-refuse"),
	}
}

func exchangeEntries(size, burst int, names ...string) []entry {
	work := func(a, b end, n int) error { return a.exchange(b, size, n, burst) }
	return entries(techs, openSolo("unixpacket", work), names...)
}

// sendRecvRows: the message face against both of net's ways to read.
func sendRecvRows() []row {
	var rows []row
	for _, s := range sizes {
		rows = append(rows, row{
			name: "sendrecv-" + s.name, family: "sendrecv", bytes: s.bytes,
			title:   fmt.Sprintf("Send + Recv of %d B (empty and end told apart), one goroutine", s.bytes),
			entries: exchangeEntries(s.bytes, 1, "net", "net-msg", "mdlayher", "c", "uds-send", "uds-send-refuse"),
		})
	}
	return rows
}

// msgRows: the calls that could carry ancillary data, without any. Here "net"
// is WriteMsgUnix and ReadMsgUnix, and "c" is sendmsg and recvmsg.
func msgRows() []row {
	as := map[string]tech{"net": techs["net-msg"], "mdlayher": techs["mdlayher-msg"], "c": techs["c-msg"]}
	for _, name := range []string{"uds-msg", "uds-msg-unix"} {
		as[name] = techs[name]
	}
	var rows []row
	for _, s := range sizes[:3] {
		work := func(a, b end, n int) error { return a.exchange(b, s.bytes, n, 1) }
		rows = append(rows, row{
			name: "msg-" + s.name, family: "msg", bytes: s.bytes,
			title:   fmt.Sprintf("WriteMsg + ReadMsg of %d B without ancillary data, one goroutine", s.bytes),
			entries: entries(as, openSolo("unixpacket", work), "net", "mdlayher", "c", "uds-msg", "uds-msg-unix"),
		})
	}
	return rows
}
