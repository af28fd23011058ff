package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

// failHold in the environment makes a child that is to hold connections fail.
const failHold = "UDS_BENCH_FAIL_HOLD"

var errStep = errors.New("a step that fails")

// secondFails is a contestant that listens once.
type secondFails struct {
	tech
	listened *int
}

func (t secondFails) listen(network, path string) (acceptor, error) {
	if *t.listened++; *t.listened > 1 {
		return nil, errStep
	}
	return t.tech.listen(network, path)
}

// A constructor whose later step fails leaves nothing open that the earlier ones
// made.
func TestConstructorThatFailsLeavesNothingOpen(t *testing.T) {
	t.Setenv(failHold, "1")
	constructors := map[string]func(dir string) error{
		"idle": func(dir string) error {
			_, err := openIdle(false)(dir, techs["net"])
			return err
		},
		"blocked": func(dir string) error {
			_, err := openBlocked(dir, func(string) (datagramSender, error) { return nil, errStep })
			return err
		},
		"many": func(dir string) error {
			_, err := openMany(2)(dir, secondFails{techs["net"], new(int)})
			return err
		},
		"files": func(dir string) error {
			_, err := openFiles(2)(dir, func([]*os.File) (looper, error) { return nil, errStep })
			return err
		},
	}
	for name, open := range dgramTechs {
		constructors["dgram "+name] = func(dir string) error {
			_, err := open(dir+"/a", dir+"/missing/b", 64)
			return err
		}
	}
	for name, open := range constructors {
		t.Run(name, func(t *testing.T) {
			open(shortDir(t)) // What the runtime makes once is there after it.
			dir := shortDir(t)
			before := testutil.FDCount(t)
			err := open(dir)
			if got := testutil.FDCount(t); err == nil || got != before {
				t.Errorf("got %v and %d descriptors, want an error and %d", err, got, before)
			}
			if strings.HasPrefix(name, "dgram") != errors.Is(err, os.ErrNotExist) {
				t.Errorf("got %v, which is that of another step", err)
			}
		})
	}
}

// A run that can not park all its connections closes those it has.
func TestIdleRunThatFailsClosesItsConnections(t *testing.T) {
	task, err := openIdle(false)(shortDir(t), techs["net"])
	if err != nil {
		t.Fatal(err)
	}
	i := task.(idle)
	defer i.close()
	if _, err := i.run(4); err != nil {
		t.Fatal(err)
	}
	before := testutil.FDCount(t)
	i.l = acceptsOnce{i.l, new(int)}
	_, err = i.run(4)
	if got := testutil.FDCount(t); !errors.Is(err, errStep) || got != before {
		t.Errorf("got %v and %d descriptors, want %v and %d", err, got, errStep, before)
	}
}

// acceptsOnce is a listener that accepts one connection.
type acceptsOnce struct {
	acceptor
	accepted *int
}

func (a acceptsOnce) accept() (end, error) {
	if *a.accepted++; *a.accepted > 1 {
		return nil, errStep
	}
	return a.acceptor.accept()
}
