package main

import (
	"fmt"
	"time"
)

// shape is a two-process workload's connections at once and GOMAXPROCS.
type shape struct {
	suffix       string
	conns, procs int
}

var (
	one    = shape{"", 1, 2}
	shapes = []shape{{"-c16", 16, 2}, {"-c256", 256, 2}, {"-p1", 1, 1}, {"-c16-p1", 16, 1}}
)

func (s shape) String() string {
	if s.conns == 1 {
		return fmt.Sprintf("GOMAXPROCS %d", s.procs)
	}
	return fmt.Sprintf("%d connections, GOMAXPROCS %d", s.conns, s.procs)
}

// duoEntries make the contestants' entries for a job between two processes.
func duoEntries(j job, names ...string) []entry {
	var es []entry
	for _, name := range names {
		es = append(es, entry{name, func(dir string) (task, error) { return openDuo(j.of(name), dir) }})
	}
	return es
}

func (j job) of(name string) job {
	j.Tech = name
	if j.Network == "" {
		j.Network = "unixpacket"
	}
	return j
}

func duoRow(name, family, title string, j job, s shape, names ...string) row {
	j.Conns, j.Procs = s.conns, s.procs
	return row{
		name: name + s.suffix, family: family, title: fmt.Sprintf("%s, two processes, %v", title, s),
		procs: s.procs, multiple: s.conns, entries: duoEntries(j, names...),
	}
}

var everyone = []string{"net", "mdlayher", "c", "uds", "uds-refuse"}

// streamRows: a child sends as fast as it can, we receive.
func streamRows() []row {
	var rows []row
	add := func(name string, size int, s shape) {
		r := duoRow("stream-"+name, "stream", fmt.Sprintf("stream of %d B messages", size), job{Role: "send", Size: size}, s, everyone...)
		r.bytes = size
		rows = append(rows, r)
	}
	for _, s := range sizes {
		add(s.name, s.bytes, one)
	}
	for _, s := range shapes {
		add("64", 64, s)
	}
	return rows
}

// pingRows: a request and its reply of 64 B, without and with a second process.
func pingRows() []row {
	j := job{Role: "echo", Size: 64}
	rows := []row{duoRow("pingpong-2p", "pingpong", "ping-pong of 64 B", j, one, everyone...)}
	for _, s := range shapes {
		rows = append(rows, duoRow("pingpong-2p", "pingpong", "ping-pong of 64 B", j, s, everyone...))
	}
	return append(rows, handoverRow(j), pingSoloRow("pingpong-1p", 2), pingSoloRow("pingpong-1p-p1", 1))
}

// handoverRow: the child inherits one end of a pair.
func handoverRow(j job) row {
	j.Conns, j.Procs = 1, 2
	r := row{name: "pingpong-2p-pair", family: "pingpong", title: "ping-pong of 64 B, two processes, the child inherits one end of a pair"}
	for _, name := range []string{"net", "mdlayher", "c", "uds"} {
		r.entries = append(r.entries, entry{name, func(string) (task, error) { return openHandover(j.of(name)) }})
	}
	return r
}

func pingSoloRow(name string, procs int) row {
	return row{
		name: name, family: "pingpong", procs: procs,
		title:   fmt.Sprintf("ping-pong of 64 B, one process, two goroutines (c: two threads), GOMAXPROCS %d", procs),
		entries: entries(techs, openSolo("unixpacket", pingSolo), everyone...),
	}
}

func pingSolo(a, b end, n int) error {
	done := make(chan error, 1)
	go func() { done <- b.echo(64, n, 0) }()
	if err := a.ping(64, n); err != nil {
		return err
	}
	return <-done
}

// thinkRows: the server sleeps before it replies. CPU counts as much as time.
func thinkRows() []row {
	var rows []row
	for _, t := range []struct {
		name  string
		think time.Duration
	}{{"20us", 20e3}, {"300us", 300e3}, {"2ms", 2e6}} {
		j := job{Role: "echo", Size: 64, Think: t.think}
		r := duoRow("think-"+t.name, "think", fmt.Sprintf("request and reply of 64 B, the server sleeps %v", t.think), j, one, everyone...)
		r.quick = 10
		rows = append(rows, r)
	}
	return rows
}

// fullRows: a send buffer so small that the queue is always full. The kernel
// doubles the size it is asked for: 4,608 and 16,384 bytes.
func fullRows() []row {
	small := duoRow("full-64", "full", "stream of 64 B, queue always full", job{Role: "send", Size: 64, SndBuf: 2304}, one, everyone...)
	large := duoRow("full-4k", "full", "stream of 4,096 B, queue always full", job{Role: "send", Size: 4096, SndBuf: 8192}, one, everyone...)
	return []row{small, large}
}

// bulkRows: 1 GiB of bytes. net and mdlayher use a stream socket ("unix"), uds
// and c SEQPACKET; c sends the largest message that fits the read buffer.
func bulkRows() []row {
	var rows []row
	for _, b := range []struct {
		name string
		buf  int
	}{{"256k", 256 << 10}, {"32k", 32 << 10}} {
		j := job{Role: "bulkSend", Size: 256 << 10, ReadBuf: b.buf}
		stream := j
		stream.Network = "unix"
		r := duoRow("bulk-"+b.name, "bulk", fmt.Sprintf("1 GiB, Write of 256 KiB, Read of %d KiB, against net's stream socket", b.buf>>10), stream, one, "net", "mdlayher")
		packet := duoRow("", "", "", j, one, "c", "uds", "uds-refuse")
		r.entries = append(r.entries, packet.entries...)
		r.unit, r.bytes, r.fixed, r.quick = "ns/MiB", 1<<20, 1<<10, 16
		rows = append(rows, r)
	}
	return rows
}

// batchSize is the number of messages a batch call moves.
const batchSize = 32

// batchRows: uds and c move 32 messages a call; net and mdlayher have no such call.
func batchRows() []row {
	names := []string{"net", "mdlayher", "c", "c-mmsg", "uds-batch", "uds-batch-refuse"}
	alone := row{
		name: "batch-32", family: "batch", bytes: 64, multiple: batchSize,
		title:   "32 messages of 64 B sent, then received, one goroutine",
		entries: exchangeEntries(64, batchSize, names...),
	}
	two := duoRow("batch-32-2p", "batch", "stream of 64 B in batches of 32", job{Role: "send", Size: 64}, one, names...)
	two.bytes = 64
	return []row{alone, two}
}
