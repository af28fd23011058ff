//go:build linux

package uds_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// start starts cmd and waits for it when t ends. A status other than 0 fails t.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	t.Cleanup(func() {
		if t.Failed() {
			cmd.Process.Kill() // It may have ended.
		}
		if err := cmd.Wait(); err != nil && !t.Failed() {
			t.Errorf("%s: %v", filepath.Base(cmd.Path), err)
		}
	})
}

// pythonEcho receives two descriptors, and sends what is read from the first and
// the descriptors back in the opposite order.
const pythonEcho = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, getattr(socket, "SOCK_" + sys.argv[1].upper()))
s.bind("\0" + sys.argv[2] + "-python")
s.connect("\0" + sys.argv[2])
s.sendall(b"ready")
msg, fds, flags, addr = socket.recv_fds(s, 100, 5)
assert msg == b"two files" and len(fds) == 2 and flags == 0, (msg, fds, flags)
socket.send_fds(s, [os.pread(fds[0], 100, 0)], fds[::-1])
`

func TestPythonSendsAndReceivesFiles(t *testing.T) {
	python := testutil.RequireProgram(t, "python3", "python3")
	name := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(name, []byte("content"), 0o600))
	files := []*os.File{openFile(t, name), openFile(t, os.DevNull)}
	serve := func(c msgConn, send func(m *uds.Message) error) {
		m := uds.Message{Buffers: buffers(10)}
		must(t, c.RecvMsg(&m, 0))
		must(t, send(&uds.Message{Buffers: [][]byte{[]byte("two files")}, OOB: &uds.OOB{Files: files}, Addr: m.Addr}))
		p := make([]byte, 100)
		n, got, err := c.RecvFiles(p, 2)
		if string(p[:n]) != "content" || len(got) != 2 || err != nil {
			t.Fatalf("got %q, %d files, %v, want content, 2, nil", p[:n], len(got), err)
		}
		for i, f := range got {
			sameFile(t, f, files[1-i])
			f.Close()
		}
	}
	l := seqListener(t, abstractName())
	start(t, exec.Command(python, "-c", pythonEcho, "seqpacket", l.Addr().String()[1:]))
	must(t, l.SetDeadline(time.Now().Add(safety)))
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	guarded(t, c)
	serve(c, func(m *uds.Message) error { return c.SendMsg(m, 0) })

	lc := uds.ListenConfig{Options: uds.Options{PassCredentials: true}}
	d, err := lc.ListenDgram(context.Background(), abstractName())
	must(t, err)
	defer d.Close()
	guarded(t, d)
	start(t, exec.Command(python, "-c", pythonEcho, "dgram", d.LocalAddr().String()[1:]))
	serve(d, func(m *uds.Message) error { return d.SendMsg(m, 0) })
}

// udevadm control sends credentials with every message, and waits for the end of
// the connection.
func TestUdevadmControl(t *testing.T) {
	testutil.RequireRoot(t)
	udevadm := testutil.RequireProgram(t, "udevadm", "udev")
	dir := testutil.ShortDir(t)
	lc := uds.ListenConfig{Options: uds.Options{PassCredentials: true}}
	l, err := lc.ListenSeq(context.Background(), filepath.Join(dir, "control"))
	must(t, err)
	defer l.Close()
	must(t, l.SetDeadline(time.Now().Add(safety)))
	cmd := exec.Command("sh", "-c", "mount -t tmpfs tmpfs /run && mkdir /run/udev && mount --bind "+dir+" /run/udev && exec "+udevadm+" control --ping --timeout=20")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if err := exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/run").Run(); err != nil {
		t.Skipf("needs a mount namespace: %v", err)
	}
	start(t, cmd)
	c, err := l.AcceptSeq()
	must(t, err)
	defer c.Close()
	guarded(t, c)
	const ping, end = 7, 0 // _UDEV_CTRL_PING and _UDEV_CTRL_END_MESSAGES of systemd's udev-ctrl.c
	for _, want := range []uint32{ping, end} {
		m := uds.Message{Buffers: buffers(1000), OOB: new(uds.OOB)}
		must(t, c.RecvMsg(&m, 0))
		if !bytes.HasPrefix(m.Buffers[0], []byte("udev-")) || native.Uint32(m.Buffers[0][20:]) != want {
			t.Errorf("got %q, want a message of type %d", payload(&m), want)
		}
		if m.OOB.Cred == nil || m.OOB.Cred.UID != 0 || m.OOB.Cred.PID != cmd.Process.Pid {
			t.Errorf("got %v, want those of process %d", m.OOB.Cred, cmd.Process.Pid)
		}
	}
}

// skopeo answers on a SEQPACKET pair, with the read end of a pipe for the data.
func TestSkopeoImageProxy(t *testing.T) {
	skopeo := testutil.RequireProgram(t, "skopeo", "skopeo")
	a, b := seqPair(t)
	guarded(t, a)
	f, err := b.Detach()
	must(t, err)
	cmd := exec.Command(skopeo, "experimental-image-proxy", "--sockfd", "3", "--override-os", "linux")
	cmd.ExtraFiles = []*os.File{f}
	start(t, cmd)
	f.Close()
	image := ociImage(t)
	call(t, a, "Initialize")
	id, _ := call(t, a, "OpenImage", "oci:"+image)
	reply, files := call(t, a, "GetConfig", id.Value)
	if len(files) != 1 {
		t.Fatalf("got %d files, want a pipe", len(files))
	}
	call(t, a, "FinishPipe", reply.PipeID) // closes the other end; all of it fits into the pipe
	data, err := io.ReadAll(files[0])
	must(t, err)
	if got, want := string(data), `{"Env":["KEY=value"]}`; got != want {
		t.Errorf("got configuration %q, want %q", got, want)
	}
	must(t, files[0].Close())
	call(t, a, "CloseImage", id.Value)
	call(t, a, "Shutdown")
	if _, err := a.Recv(nil); err != io.EOF {
		t.Errorf("got %v, want bare io.EOF", err)
	}
}

// proxyReply is an answer of the image proxy.
type proxyReply struct {
	Success bool   `json:"success"`
	Value   any    `json:"value"`
	PipeID  uint32 `json:"pipeid"`
	Error   string `json:"error"`
}

// call calls a method of the image proxy.
func call(t *testing.T, c *uds.SeqConn, method string, args ...any) (r proxyReply, files []*os.File) {
	t.Helper()
	if args == nil {
		args = []any{}
	}
	request, err := json.Marshal(map[string]any{"method": method, "args": args})
	must(t, err)
	must(t, c.Send(request))
	if method == "Shutdown" {
		return r, nil
	}
	p := make([]byte, 32<<10)
	n, files, err := c.RecvFiles(p, 1)
	must(t, err)
	must(t, json.Unmarshal(p[:n], &r))
	if !r.Success {
		t.Fatalf("%s: %s", method, r.Error)
	}
	return r, files
}

// ociImage makes an image without layers and returns its directory.
func ociImage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	blob := func(mediaType, content string) string {
		name := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
		must(t, os.MkdirAll(filepath.Join(dir, "blobs/sha256"), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, "blobs/sha256", name), []byte(content), 0o644))
		return fmt.Sprintf(`{"mediaType":"application/vnd.oci.image.%s+json","digest":"sha256:%s","size":%d}`, mediaType, name, len(content))
	}
	text := `{"architecture":"amd64","os":"linux","config":{"Env":["KEY=value"]},"rootfs":{"type":"layers","diff_ids":[]}}`
	manifest := fmt.Sprintf(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":%s,"layers":[]}`, blob("config.v1", text))
	index := fmt.Sprintf(`{"schemaVersion":2,"manifests":[%s]}`, blob("manifest.v1", manifest))
	must(t, os.WriteFile(filepath.Join(dir, "index.json"), []byte(index), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644))
	return dir
}
