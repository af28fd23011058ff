package sys

import "io/fs"

// FileID tells a file from every other that exists at the same time.
type FileID struct{ Dev, Ino uint64 }

// FileStat is what this module asks of stat(2).
type FileStat struct {
	ID       FileID
	Mode     fs.FileMode // type and permission bits
	UID, GID uint32
}
