//go:build linux

package uds_test

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

func init() { testutil.RegisterChild("in-namespaces", inNamespaces) }

// inNamespaces says who sent a message and who is at the other end of the pair
// whose descriptor it has, and answers with its own credentials.
func inNamespaces() {
	c, err := uds.FileSeqConn(os.NewFile(3, "pair"))
	if err == nil {
		err = c.SetOptions(uds.Options{PassCredentials: true})
	}
	if err == nil {
		err = c.Send([]byte("ready"))
	}
	m := uds.Message{Buffers: buffers(20), OOB: new(uds.OOB)}
	if err == nil {
		err = c.RecvMsg(&m, 0)
	}
	var peer uds.Cred
	if err == nil {
		peer, err = c.PeerCred()
	}
	if err == nil {
		err = c.SendMsg(&uds.Message{OOB: &uds.OOB{Cred: &uds.Cred{PID: os.Getpid(), UID: os.Getuid(), GID: os.Getgid()}}}, 0)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+v %+v %d", *m.OOB.Cred, peer, os.Getpid())
}

// Process and user numbers are those of the namespaces of who asks: a process
// that is not visible there is 0, and a user without a number is 65534, the
// overflow number of user_namespaces(7). Neither is "no credentials".
func TestCredentialsAcrossNamespaces(t *testing.T) {
	testutil.RequireNamespaces(t, syscall.CLONE_NEWUSER|syscall.CLONE_NEWPID)
	a, b := seqPair(t)
	guarded(t, a)
	must(t, a.SetOptions(uds.Options{PassCredentials: true}))
	f, err := b.File()
	must(t, err)
	defer f.Close()
	cmd := testutil.Child(t, "in-namespaces")
	cmd.ExtraFiles = []*os.File{f}
	// User 0 there is this one here; if that is 0, nobody is, and 0 has no number there.
	inside, outside := 7, os.Getuid()
	groupOutside := os.Getgid()
	if os.Getuid() == 0 {
		outside, groupOutside = testutil.Nobody, testutil.Nobody
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: inside, HostID: outside, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: inside, HostID: groupOutside, Size: 1}},
		Credential:  &syscall.Credential{Uid: uint32(inside), Gid: uint32(inside), NoSetGroups: true},
	}
	printed := make(chan string, 1)
	out, err := cmd.StdoutPipe()
	must(t, err)
	if err := cmd.Start(); err != nil {
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EACCES) {
			t.Skipf("needs user and PID namespaces: %v", err)
		}
		t.Fatal(err)
	}
	go func() {
		p := make([]byte, 1000)
		n, _ := out.Read(p)
		printed <- string(p[:n])
	}()
	want := uds.Cred{PID: cmd.Process.Pid, UID: outside, GID: groupOutside}
	first := recvOOB(t, a)
	if first.Cred == nil || *first.Cred != want {
		t.Errorf("implicit: got %v, want %v", first.Cred, want)
	}
	must(t, a.Send([]byte("from outside")))
	explicit := recvOOB(t, a)
	if explicit.Cred == nil || *explicit.Cred != want {
		t.Errorf("explicit: got %v, want %v", explicit.Cred, want)
	}
	seen := uds.Cred{PID: 0, UID: testutil.Nobody, GID: testutil.Nobody}
	if os.Getuid() != 0 {
		seen.UID, seen.GID = inside, inside
	}
	if got, want := <-printed, fmt.Sprintf("%+v %+v 1", seen, seen); got != want {
		t.Errorf("inside: got %s, want %s", got, want)
	}
	must(t, cmd.Wait())
}
