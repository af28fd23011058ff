package uds

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"example.com/uds/internal/sys"
)

// sockFile is the file that a socket of this process was bound to. Its owner
// removes it before it closes the socket: the open socket keeps the file's
// inode number from being used again.
type sockFile struct {
	path  string // absolute
	id    sys.FileID
	bound bool        // path and id are known, and the file is this socket's
	keep  atomic.Bool // leave the file

	mu   sync.Mutex
	done bool // remove or leave was called
}

// newSockFile notes the file at path, which may be relative.
func newSockFile(path string, id sys.FileID) *sockFile {
	if !filepath.IsAbs(path) {
		wd, err := os.Getwd()
		if err != nil {
			return new(sockFile)
		}
		path = wd + "/" + path // not cleaned: a/.. may lead elsewhere
	}
	return &sockFile{path: path, id: id, bound: true}
}

// lockOnClose is how long a Close waits for the lock of a directory.
const lockOnClose = 100 * time.Millisecond

// remove removes the file if it is still the one that was bound, and is not to be
// kept. A second call does nothing.
func (f *sockFile) remove() {
	if f == nil || !f.bound {
		return
	}
	f.mu.Lock() // a second Close must not close the socket before the file is gone
	defer f.mu.Unlock()
	if f.done {
		return
	}
	if f.done = true; f.keep.Load() {
		return
	}
	d, err := openSockDir(f.path)
	if err != nil {
		f.removeByPath()
		return
	}
	defer d.close()
	_ = d.lock(context.Background(), lockOnClose) // take copes without the lock
	_ = d.take(d.name, f.id)
}

// leave makes remove do nothing, because the socket has another owner, and
// reports whether it came before the remove.
func (f *sockFile) leave() bool {
	if f == nil || !f.bound {
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	first := !f.done
	f.done = true
	return first
}

// removeByPath is remove where no descriptor is left to open the directory.
func (f *sockFile) removeByPath() {
	if st, e := sys.StatAt(sys.AtCwd, f.path); e == 0 && st.ID == f.id {
		sys.UnlinkAt(sys.AtCwd, f.path)
	}
}
