package uds

import (
	"io/fs"
	"os"
	"sync/atomic"

	"example.com/uds/socket"
)

// sockFile is the file that a socket of this process was bound to. Its owner
// removes it when it closes, if the path still is that file.
type sockFile struct {
	path string
	info fs.FileInfo // nil: no file, or not ours
	keep atomic.Bool
}

// bindAddr binds s and notes the file.
func bindAddr(s *socket.Socket, a Addr) (*sockFile, error) {
	sa, err := sockaddr(a)
	if err != nil {
		return nil, err
	}
	if err := s.Bind(sa); err != nil {
		return nil, err
	}
	f := &sockFile{path: a.Path()}
	if a.IsPath() {
		f.info, _ = os.Lstat(f.path)
	}
	return f, nil
}

// remove removes the file if it is still the one that was bound.
func (f *sockFile) remove() {
	if f == nil || f.info == nil || f.keep.Load() {
		return
	}
	if info, err := os.Lstat(f.path); err == nil && os.SameFile(info, f.info) {
		_ = os.Remove(f.path)
	}
}
