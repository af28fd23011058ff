package uds_test

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"syscall"

	"example.com/uds"
	"golang.org/x/sys/unix"
)

// places closes received files and returns where among those of w they are.
func (w *modelWorld) places(files []*os.File) (places []int) {
	for _, f := range files {
		place := -1
		for i := range w.files {
			a, _ := f.Stat()
			if b, _ := w.files[i].Stat(); a != nil && os.SameFile(a, b) {
				place = i
			}
		}
		places = append(places, place)
		f.Close()
	}
	return places
}

// modelText describes a message.
func modelText(p []byte, size int, files []int, facts string, err error) string {
	return fmt.Sprintf("[%d bytes %08x of %d, files %v%s, %s] ", len(p), crc32.ChecksumIEEE(p), size, files, facts, modelError(err))
}

// modelError describes an error, and says if it is not of the shape that all
// have.
func modelError(err error) string {
	var e syscall.Errno
	var cut *uds.TruncatedError
	switch {
	case err == nil:
		return "ok"
	case err == io.EOF:
		return "EOF"
	case errors.As(err, &cut):
		return cut.Error()
	case err == uds.ErrOOBTruncated, errors.Is(err, uds.ErrOOBTruncated):
		return uds.ErrOOBTruncated.Error()
	case checkNesting(err) != nil:
		return checkNesting(err).Error()
	case errors.As(err, &e):
		return unix.ErrnoName(e)
	}
	return errors.Unwrap(err).Error()
}
