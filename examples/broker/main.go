// Broker is a privileged helper that opens files for others, as far as a policy
// allows. A client names a file; the broker learns from the kernel who asks, opens
// the file and passes its descriptor.
//
//	go build ./examples/broker
//	sudo ./broker serve /run/broker /srv/files  # everybody may read what is in /srv/files
//	./broker get /run/broker readme             # prints /srv/files/readme
//
// The policy here: whatever links there are, everybody may read what is below the
// directory, and the user that the broker runs as may write to it, too.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"example.com/uds"
)

func main() {
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "serve":
		err = serveAt(os.Args[2], os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "get":
		err = get(os.Stdout, os.Args[2], os.Args[3])
	default:
		err = errors.New("usage: broker serve SOCKET DIRECTORY | broker get SOCKET NAME")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "broker:", err)
		os.Exit(1)
	}
}

func serveAt(path, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	l, err := listen(path)
	if err != nil {
		return err
	}
	defer l.Close()
	serve(l, root)
	return nil
}

func listen(path string) (*uds.SeqListener, error) {
	lc := uds.ListenConfig{
		Mode:     0o666, // everybody may ask
		Existing: uds.ExistingRemoveStale,
		Options:  uds.Options{RefuseFiles: true}, // and nobody has anything to pass
	}
	l, err := lc.ListenSeq(context.Background(), path)
	if errors.Is(err, errors.ErrUnsupported) { // before Linux 6.16; Recv drops descriptors anyway
		lc.Options.RefuseFiles = false
		l, err = lc.ListenSeq(context.Background(), path)
	}
	return l, err
}

// serve answers the requests of every connection, until l is closed.
func serve(l *uds.SeqListener, root *os.Root) {
	for {
		c, err := l.AcceptSeq()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			log.Print(err) // such as EMFILE: whoever opens so many connections does not end the broker
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go func() {
			defer c.Close()
			if err := answer(c, root); err != io.EOF {
				log.Print(err)
			}
		}()
	}
}

// answer answers requests, each of which is a message, until the client hangs up. An
// answer is an empty message with the file, or says what is wrong.
func answer(c *uds.SeqConn, root *os.Root) error {
	who, err := c.PeerCred()
	if err != nil {
		return err
	}
	request := make([]byte, 4096)
	for {
		n, err := c.Recv(request)
		var f *os.File
		switch {
		case err == nil:
			f, err = open(root, who, string(request[:n]))
		case !errors.Is(err, uds.ErrTruncated): // a request that is too long is the client's to mend
			return err
		}
		if err != nil {
			err = c.Send([]byte(err.Error()))
		} else {
			err = c.SendFiles(nil, f)
			f.Close()
		}
		if err != nil {
			return err
		}
	}
}

// open opens what the policy allows. A request is "r NAME" or "w NAME".
func open(root *os.Root, who uds.Cred, request string) (*os.File, error) {
	mode, name, _ := strings.Cut(request, " ")
	switch {
	case mode == "r":
		return root.Open(name)
	case mode == "w" && who.UID == os.Geteuid():
		return root.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	case mode == "w":
		return nil, fmt.Errorf("user %d may not write", who.UID)
	}
	return nil, fmt.Errorf("request %q, want r or w and a name", request)
}

// request asks the broker at path for a file.
func request(path, what string) (*os.File, error) {
	c, err := uds.DialSeq(path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := c.Send([]byte(what)); err != nil {
		return nil, err
	}
	reply := make([]byte, 4096)
	n, files, err := c.RecvFiles(reply, 1)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New(string(reply[:n]))
	}
	return files[0], nil
}

func get(out io.Writer, path, name string) error {
	f, err := request(path, "r "+name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(out, f)
	return err
}
