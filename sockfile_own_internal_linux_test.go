package uds

import (
	"os"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// Before a file is given a mode and an owner it is looked at once more: one that is
// not what was bound, or another user's, is left alone.
func TestSockfileOfAnotherIsLeftAlone(t *testing.T) {
	path := testutil.SocketPath(t)
	d, err := openSockDir(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	st, e := sys.StatAt(d.fd, d.name)
	if e != 0 {
		t.Fatal(e)
	}
	wantOpen(t, d, st, true)
	wantOpen(t, d, sys.FileStat{UID: st.UID}, false)
	if os.Geteuid() != 0 {
		return // only root can give a file away
	}
	if err := os.Chown(path, testutil.Nobody, -1); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, d, st, false)
}

// wantOpen checks whether openOwn opens the file of d that st describes.
func wantOpen(t *testing.T, d *sockDir, st sys.FileStat, want bool) {
	t.Helper()
	fd, err := d.openOwn(d.name, st)
	if err == nil {
		sys.Close(fd)
	}
	if (err == nil) != want {
		t.Errorf("got %v, want it opened: %v", err, want)
	}
}
