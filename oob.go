package uds

import (
	"os"
	"time"
)

// OOB is ancillary data.
type OOB struct {
	Files    []*os.File
	Cred     *Cred
	PidFD    *os.File
	Security string
	Time     time.Time
	Other    []ControlMessage
	MaxFiles int
}

// ControlMessage is a control message of a kind that OOB has no field for.
type ControlMessage struct {
	Level, Type int
	Data        []byte
}

// Cred are the credentials of a process.
type Cred struct{ PID, UID, GID int }
