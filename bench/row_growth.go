package main

import "fmt"

// growthRows: the cost of a message must not depend on how many connections there are.
func growthRows() []row {
	var rows []row
	for _, conns := range []int{1, 16, 256, 1024} {
		rows = append(rows, row{
			name: fmt.Sprintf("growth-%d", conns), family: "growth", bytes: 64, multiple: conns,
			title:   fmt.Sprintf("Write + Read of 64 B over each of %d connections in turn, one goroutine", conns),
			entries: entries(techs, openMany(conns), "net", "mdlayher", "c", "uds", "uds-refuse"),
		})
	}
	return rows
}

// many is a task over several connections within this process.
type many struct{ a, b []end }

func openMany(conns int) func(dir string, t tech) (task, error) {
	return func(dir string, t tech) (task, error) {
		var m many
		for range conns {
			a, b, err := connect(t, "unixpacket", dir+"/s")
			if err != nil {
				return made[task](m, err)
			}
			m.a, m.b = append(m.a, a), append(m.b, b)
		}
		return m, nil
	}
}

func (m many) run(n int) (outcome, error) { return outcome{}, rotate(m.a, m.b, 64, n) }
func (m many) close() error               { return closeAll(append(m.a, m.b...)) }

// rotate sends one message over each pair in turn, in one thread.
func rotate(as, bs []end, size, n int) error {
	if _, ok := as[0].(cEnd); ok {
		return cRotate(as, bs, size, n)
	}
	return goRotate(as, bs, size, n)
}
