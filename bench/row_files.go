package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"example.com/uds/bench/cbench"
)

type fileOpener = func(files []*os.File) (looper, error)

// fileTechs pass descriptors over a SEQPACKET pair, receive them as numbers and close
// those: "uds" by the calls with net's signatures.
var fileTechs = map[string]fileOpener{
	"net":      func(files []*os.File) (looper, error) { return openNetFiles(files, closeFDs) },
	"mdlayher": openMdFiles,
	"c":        openCFiles,
}

// ownedTechs get an *os.File of each: "net" makes it from the number, as a program
// that wants to use the file does.
var ownedTechs = map[string]fileOpener{
	"net": func(files []*os.File) (looper, error) { return openNetFiles(files, closeAsFiles) },
}

func fileRows() []row {
	var rows []row
	for _, count := range []int{1, 8} {
		rows = append(rows, row{
			name: fmt.Sprintf("fd-%d", count), family: "fd",
			title:   fmt.Sprintf("message with descriptors (%d) sent, received as numbers and closed, one goroutine", count),
			entries: entries(fileTechs, openFiles(count), "net", "mdlayher", "c", "uds"),
		}, row{
			name: fmt.Sprintf("fd-%d-file", count), family: "fd",
			title:   fmt.Sprintf("message with descriptors (%d) sent, received as files and closed, one goroutine", count),
			entries: entries(ownedTechs, openFiles(count), "net", "uds", "uds-take"),
		})
	}
	return rows
}

func openFiles(count int) func(dir string, t fileOpener) (task, error) {
	return func(dir string, t fileOpener) (task, error) {
		var files []*os.File
		for range count {
			f, err := os.Open(os.DevNull)
			if err != nil {
				return nil, errors.Join(err, closeFiles(files))
			}
			files = append(files, f)
		}
		l, err := t(files)
		if err != nil {
			return nil, errors.Join(err, closeFiles(files))
		}
		return fileTask{loopTask{l}, files}, nil
	}
}

// fileTask closes the files it passed at the end.
type fileTask struct {
	loopTask
	files []*os.File
}

func (t fileTask) close() error { return errors.Join(t.loopTask.close(), closeFiles(t.files)) }

func closeFiles(files []*os.File) error {
	var err error
	for _, f := range files {
		err = errors.Join(err, f.Close())
	}
	return err
}

func numbers(files []*os.File) []int {
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	return fds
}

// rights is the control of descriptors; release gets those of each message.
func rights(files []*os.File, release func([]int) error) control {
	fds := numbers(files)
	return control{
		encode: func() []byte { return syscall.UnixRights(fds...) },
		take:   func(oob []byte) error { return takeFiles(oob, len(fds), release) },
	}
}

func takeFiles(oob []byte, want int, release func([]int) error) error {
	ms, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	if len(ms) != 1 {
		return errControl
	}
	fds, err := syscall.ParseUnixRights(&ms[0])
	if err != nil {
		return err
	}
	if len(fds) != want {
		return errControl
	}
	return release(fds)
}

func closeFDs(fds []int) error {
	for _, fd := range fds {
		if err := syscall.Close(fd); err != nil {
			return err
		}
	}
	return nil
}

func closeAsFiles(fds []int) error {
	for _, fd := range fds {
		if err := os.NewFile(uintptr(fd), "received").Close(); err != nil {
			return err
		}
	}
	return nil
}

func openNetFiles(files []*os.File, release func([]int) error) (looper, error) {
	a, b, err := netControlPair(rights(files, release))
	return linkLoop{a, b, controlSize}, err
}

func openMdFiles(files []*os.File) (looper, error) {
	a, b, err := mdControlPair(rights(files, closeFDs))
	return linkLoop{a, b, controlSize}, err
}

type cFiles struct {
	a, b int
	fds  []int32
}

func openCFiles(files []*os.File) (looper, error) {
	a, b, err := rawPair()
	f := &cFiles{a: a, b: b}
	for _, fd := range numbers(files) {
		f.fds = append(f.fds, int32(fd))
	}
	return f, err
}

func (f *cFiles) loop(n int) error { return cbench.Files(f.a, f.b, f.fds, n) }
func (f *cFiles) close() error     { return errors.Join(unix.Close(f.a), unix.Close(f.b)) }
