package main

import (
	"fmt"
	"strconv"
	"strings"

	"example.com/uds"
)

// entry is what was logged.
type entry struct {
	facility, severity int
	sender             uds.Cred
	text               string // with a time and a tag, as the sender wrote them
}

// defaultPriority, of a text without a priority, is user.notice: RFC 3164, 4.3.3.
const defaultPriority = 1*8 + 5

// parse splits the priority, as in "<13>", from the text.
func parse(s string) entry {
	priority, text := defaultPriority, s
	if head, tail, ok := strings.Cut(s, ">"); ok && strings.HasPrefix(head, "<") {
		if n, err := strconv.Atoi(head[1:]); err == nil && n >= 0 && n < 24*8 {
			priority, text = n, tail
		}
	}
	return entry{facility: priority / 8, severity: priority % 8, text: strings.TrimRight(text, "\n\x00")}
}

func (e entry) String() string {
	return fmt.Sprintf("facility=%d severity=%d pid=%d uid=%d gid=%d %s",
		e.facility, e.severity, e.sender.PID, e.sender.UID, e.sender.GID, e.text)
}
