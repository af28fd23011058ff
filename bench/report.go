package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// report is everything a run found out.
type report struct {
	Machine  machine   `json:"machine"`
	Rounds   int       `json:"rounds"`
	Launches int       `json:"launches"`
	Sample   string    `json:"sample"`
	Quick    bool      `json:"quick,omitempty"` // a check that the rows work, no measurement
	Rows     []*result `json:"rows"`
}

type machine struct {
	Kernel string `json:"kernel"`
	CPU    string `json:"cpu"`
	CPUs   int    `json:"cpus"`
	Go     string `json:"go"`
	Arch   string `json:"arch"`
}

func thisMachine() machine {
	return machine{kernel(), cpuModel(), runtime.NumCPU(), runtime.Version(), runtime.GOARCH}
}

func kernel() string {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}

func cpuModel() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, " \t\n:")
		}
	}
	return "unknown"
}

// write puts the report into the files that were asked for.
func (r *report) write(o options) error {
	for _, f := range []struct {
		name string
		data func() ([]byte, error)
	}{{o.json, r.jsonText}, {o.text, r.plainText}, {o.svg, r.svg}} {
		if f.name == "" {
			continue
		}
		data, err := f.data()
		if err != nil {
			return err
		}
		if err := os.WriteFile(f.name, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func (r *report) jsonText() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "\t")
	return append(b, '\n'), err
}

func (r *report) plainText() ([]byte, error) {
	s := r.header()
	for _, row := range r.Rows {
		s += row.text()
	}
	return []byte(s), nil
}

func (r *report) failure() error {
	var errs []error
	for _, row := range r.Rows {
		if row.Failed != "" {
			errs = append(errs, fmt.Errorf("%s: %s", row.Row, row.Failed))
		}
	}
	return errors.Join(errs...)
}
