package uds

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/uds/internal/sys"
	"example.com/uds/internal/testutil"
)

// A file that was moved aside and turns out to be another goes back to its name.
func TestSockfileOfAnotherGoesBack(t *testing.T) {
	path := testutil.SocketPath(t)
	d, err := openSockDir(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	aside := d.temp(0)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), aside), []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.drop(aside, d.name, sys.FileID{}); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	if got, err := os.ReadFile(path); string(got) != "precious" || err != nil {
		t.Errorf("got %q, %v at the path, want the file that was there", got, err)
	}
}
