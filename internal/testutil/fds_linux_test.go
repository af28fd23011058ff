package testutil

import (
	"io"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestMainReportsLeakedSocket(t *testing.T) {
	wantLeak(t, "TestGateLeaksSocket", "1 descriptor(s)", "socket:[", "AF_UNIX SOCK_SEQPACKET listening", "opened by",
		"testutil.leakSocket(...)", "testutil.TestGateLeaksSocket(...)", "fds_linux_test.go:")
}

func TestMainReportsUntrackedDescriptor(t *testing.T) {
	wantLeak(t, "TestGateLeaksEventfd", "1 descriptor(s)", "anon_inode:[eventfd]")
}

func TestMainReportsTrackedDescriptorThatOnlyTheCollectorCloses(t *testing.T) {
	wantLeak(t, "TestGateDropsTracked", "1 descriptor(s)", "testutil.TestGateDropsTracked(...)")
}

func TestMainReportsTrackedDescriptorThatACollectionMeanwhileCloses(t *testing.T) {
	wantLeak(t, "TestGateDropsTrackedAmongGarbage", "1 descriptor(s)", "testutil.TestGateDropsTrackedAmongGarbage(...)")
}

func TestMainPassesCleanRun(t *testing.T) { wantClean(t, "TestGateClean") }

func TestMainPassesUntrackedDescriptorThatTheCollectorCloses(t *testing.T) {
	wantClean(t, "TestGateDropsUntracked")
}

func TestGateLeaksSocket(t *testing.T) {
	onlyUnderGate(t)
	leakSocket(t)
}

//go:noinline
func leakSocket(t *testing.T) {
	fd := openSocket(t)
	if err := unix.Bind(fd, &unix.SockaddrUnix{}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	Descriptors.Opened(fd)
}

func TestGateLeaksEventfd(t *testing.T) {
	onlyUnderGate(t)
	if _, err := unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		t.Fatal(err)
	}
}

func TestGateDropsTracked(t *testing.T) {
	onlyUnderGate(t)
	fd := openSocket(t)
	Descriptors.Opened(fd)
	os.NewFile(uintptr(fd), "dropped")
}

// What is allocated while the gate waits would have the collector run.
func TestGateDropsTrackedAmongGarbage(t *testing.T) {
	onlyUnderGate(t)
	debug.SetGCPercent(100)
	fd := openSocket(t)
	Descriptors.Opened(fd)
	os.NewFile(uintptr(fd), "dropped")
	go func() {
		for range 64 {
			time.Sleep(ownGrace / 200) // what the gate has to wait for
			garbage = make([]byte, 1<<20)
		}
	}()
}

var garbage []byte

func TestGateDropsUntracked(t *testing.T) {
	onlyUnderGate(t)
	os.NewFile(uintptr(openSocket(t)), "dropped")
}

// The first connection starts the runtime's poller, whose descriptors stay.
func TestGateClean(t *testing.T) {
	onlyUnderGate(t)
	CheckLeaks(t)
	l, err := net.Listen("unix", SocketPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			c.Close()
		}
	}()
	c, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.ReadAll(c); err != nil {
		t.Fatal(err)
	}
}

func TestDescriptorsTellsFilesApartByMoreThanNumber(t *testing.T) {
	before := map[int]string{1: "pipe:[1]", 3: "socket:[7]"}
	after := map[int]string{1: "pipe:[1]", 3: "socket:[8]", 4: "socket:[7]"}
	got := newDescriptors(before, after)
	if len(got) != 2 || got[3] != "socket:[8]" || got[4] != "socket:[7]" {
		t.Errorf("got %v, want 3 and 4", got)
	}
}

func TestDescribeNamesBothEnds(t *testing.T) {
	path := SocketPath(t)
	server, client := openSocket(t), openSocket(t)
	defer unix.Close(server)
	defer unix.Close(client)
	if err := unix.Bind(server, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(server, 1); err != nil {
		t.Fatal(err)
	}
	if err := unix.Connect(client, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	fds := descriptors()
	for fd, want := range map[int]string{
		server: `AF_UNIX SOCK_SEQPACKET listening, local "` + path + `", peer none (transport endpoint is not connected)`,
		client: `AF_UNIX SOCK_SEQPACKET, local "@", peer "` + path + `"`,
	} {
		if got := describe(fd, fds[fd]); !strings.HasSuffix(got, want) {
			t.Errorf("got %s, want it to end with %s", got, want)
		}
	}
}

func TestFDCountSeesOneMore(t *testing.T) {
	before := FDCount(t)
	fd := openSocket(t)
	if got := FDCount(t); got != before+1 {
		t.Errorf("got %d descriptors, want %d", got, before+1)
	}
	unix.Close(fd)
	if got := FDCount(t); got != before {
		t.Errorf("got %d descriptors after closing one, want %d", got, before)
	}
}

func openSocket(t testing.TB) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}
