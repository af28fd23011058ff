package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"
)

// job is what a child process does. It reads one line with a number of
// operations, performs them and answers with a reply, until its input ends.
type job struct {
	Role    string // one of roles
	Tech    string
	Network string
	Path    string // where the parent listens; "": descriptor 3 is the socket
	Conns   int
	Size    int
	Burst   int
	SndBuf  int // bytes; 0: the default
	Think   time.Duration
	ReadBuf int
	Procs   int
}

// reply reports what the child spent since its last reply.
type reply struct {
	Err   string
	Spent usage
}

const jobVariable = "UDS_BENCH_JOB"

// A role performs n operations in the child for every line it is sent.
type role func(j job) (run func(n int) error, err error)

var roles = map[string]role{}

// childMain runs the job in the environment, if there is one.
func childMain() {
	text := os.Getenv(jobVariable)
	if text == "" {
		return
	}
	if err := childRun(text); err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func childRun(text string) error {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	runtime.GOMAXPROCS(j.Procs)
	open, ok := roles[j.Role]
	if !ok {
		return fmt.Errorf("role %q does not exist", j.Role)
	}
	run, err := open(j)
	if err != nil {
		return err
	}
	return serve(run)
}

// serve answers once to say that it is ready, then once for each line.
func serve(run func(n int) error) error {
	out := json.NewEncoder(os.Stdout)
	before := usageStart()
	if err := out.Encode(reply{}); err != nil {
		return err
	}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		var r reply
		failed := run(n)
		if failed != nil {
			r.Err = failed.Error()
		}
		now := usageEnd()
		r.Spent = now.sub(before)
		before = now
		if err := errors.Join(failed, out.Encode(r)); err != nil {
			return err // ends the process, so that the parent's part ends too
		}
	}
	return nil
}

// child is the parent's handle on a child process.
type child struct {
	cmd *exec.Cmd
	in  *os.File
	out *json.Decoder
}

// start runs a copy of this program with the job. It takes over inherit, which may be nil.
func start(j job, inherit *os.File) (*child, error) {
	if inherit != nil {
		defer inherit.Close()
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	in, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text))
	cmd.Stdin, cmd.Stderr = in, os.Stderr
	if inherit != nil {
		cmd.ExtraFiles = []*os.File{inherit}
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		ours.Close()
		return nil, err
	}
	return &child{cmd, ours, json.NewDecoder(out)}, nil
}

// begin tells the child to perform n operations; finish waits for its reply.
func (c *child) begin(n int) error {
	_, err := fmt.Fprintln(c.in, n)
	return err
}

func (c *child) finish() (usage, error) {
	var r reply
	if err := c.out.Decode(&r); err != nil {
		return usage{}, fmt.Errorf("child ended: %w", err)
	}
	if r.Err != "" {
		return usage{}, fmt.Errorf("child: %s", r.Err)
	}
	return r.Spent, nil
}

func (c *child) do(n int) (usage, error) {
	if err := c.begin(n); err != nil {
		return usage{}, err
	}
	return c.finish()
}

// close ends the child's input and waits for it.
func (c *child) close() error {
	c.in.Close()
	return c.cmd.Wait()
}
