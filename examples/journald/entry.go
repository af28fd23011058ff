package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Entry is an entry of the journal.
type Entry struct{ b []byte }

// Add adds a field. Its name consists of capital letters, digits and
// underscores, and does not begin with an underscore or a digit. The value may
// be any bytes.
func (e *Entry) Add(name string, value []byte) error {
	if !valid(name) {
		return fmt.Errorf("field name %q, allowed are A-Z, 0-9 and _, and A-Z first", name)
	}
	e.b = append(e.b, name...)
	if bytes.IndexByte(value, '\n') < 0 {
		e.b = append(e.b, '=')
	} else {
		e.b = append(e.b, '\n')
		e.b = binary.LittleEndian.AppendUint64(e.b, uint64(len(value)))
	}
	e.b = append(append(e.b, value...), '\n')
	return nil
}

// valid reports whether a field may have the name.
func valid(name string) bool {
	for i, c := range []byte(name) {
		letter := 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= 64
}
