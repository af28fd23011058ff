package uds_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"example.com/uds"
	"example.com/uds/internal/testutil"
)

// Random programs on the two ends of a connection, against a model of what the
// documents promise: two queues of messages, and what ends them.

// modelStep is one step of a program. Each number is taken modulo what there is,
// so that a step means something also after others were left out.
type modelStep struct{ call, end, conn, size, how int }

// modelMsg is a message that is queued, or the tail of one.
type modelMsg struct {
	data  []byte
	files []int // places in the world's files
}

// modelEnd is one end: a socket, the connections over it, and what it has to
// receive.
type modelEnd struct {
	conns               []*modelConn
	in                  []modelMsg
	readShut, writeShut bool
	reset               bool // in the kernel
	cred                bool
}

// modelConn is a connection. Clones share stamped.
type modelConn struct {
	*uds.SeqConn
	tail    []byte
	reset   int // not met, met, or told
	stamped *bool
	closed  bool
}

// modelWorld runs a program.
type modelWorld struct {
	ends  [2]*modelEnd
	files []*os.File
	sent  byte
}

// run runs the steps and returns what each did, up to the first that did
// something else than it should have: bad is not empty then.
func (w *modelWorld) run(steps []modelStep) (log []string, bad string) {
	a, b, err := uds.SeqPair()
	if err != nil {
		return nil, err.Error()
	}
	for i, c := range []*uds.SeqConn{a, b} {
		w.ends[i] = &modelEnd{conns: []*modelConn{{SeqConn: c, stamped: new(bool)}}}
	}
	defer func() {
		for _, e := range w.ends {
			for _, c := range e.conns {
				c.Close()
			}
		}
	}()
	for _, s := range steps {
		call := modelCalls[s.call%len(modelCalls)]
		e, peer := w.ends[s.end%2], w.ends[1-s.end%2]
		i := e.pick(s)
		got, want := call.do(w, e, peer, e.conns[i], s)
		log = append(log, fmt.Sprintf("end %d, connection %d: %s: %s", s.end%2, i, call.name, got))
		if got != want {
			return log, fmt.Sprintf("%s: got %s, want %s", call.name, got, want)
		}
	}
	return log, ""
}

// pick is the place of the connection that a step is about: seldom one that is
// closed.
func (e *modelEnd) pick(s modelStep) int {
	i := s.conn % len(e.conns)
	for n := 0; e.conns[i].closed && s.how%8 > 0 && n < len(e.conns); n++ {
		i = (i + 1) % len(e.conns)
	}
	return i
}

// modelCall is a call that a step makes. It says what came and what should have.
type modelCall struct {
	name string
	do   func(w *modelWorld, e, peer *modelEnd, c *modelConn, s modelStep) (got, want string)
}

var modelCalls []modelCall

func init() {
	for _, r := range modelReceives {
		modelCalls = append(modelCalls, modelCall{r.name, r.do})
	}
	for _, o := range modelSends {
		modelCalls = append(modelCalls, modelCall{o.name, o.do})
	}
	modelCalls = append(modelCalls, modelOthers...)
}

// modelSizes are those of messages and buffers: most are small, for the sake of
// speed and of tails.
var modelSizes = []int{0, 0, 0, 1, 1, 2, 3, 5, 7, 10, 64, 100, 1_000, 4_095, 4_096, 5_000, 40_000,
	modelPiece, modelPiece + 1, 100_000, modelLimit, modelLimit + 1}

// payload is n bytes unlike those of the other messages.
func (w *modelWorld) payload(n int) []byte {
	w.sent++
	p := make([]byte, n)
	for i := range p {
		p[i] = w.sent + byte(i) + byte(i>>8)
	}
	return p
}

// shrunk leaves out what a program does not need to go wrong.
func shrunk(steps []modelStep, bad func([]modelStep) bool) []modelStep {
	for n := len(steps) / 2; n > 0; n /= 2 {
		for i := 0; i+n <= len(steps); {
			fewer := append(append([]modelStep(nil), steps[:i]...), steps[i+n:]...)
			if bad(fewer) {
				steps = fewer
			} else {
				i += n
			}
		}
	}
	return steps
}

// modelPrograms runs programs until end, and one at least.
func modelPrograms(t *testing.T, end time.Time) {
	testutil.CheckLeaks(t)
	seed := uint64(time.Now().UnixNano())
	w := &modelWorld{files: distinctFiles(t, 5)}
	bad := func(steps []modelStep) bool { _, bad := w.run(steps); return bad != "" }
	bad(nil) // what a process opens once
	fds := testutil.FDCount(t)
	for n := 0; n == 0 || time.Now().Before(end); n++ {
		rnd := rand.New(rand.NewPCG(seed, uint64(n)))
		steps := make([]modelStep, 100)
		for i := range steps {
			steps[i] = modelStep{rnd.IntN(1 << 20), rnd.IntN(2), rnd.IntN(1 << 20), rnd.IntN(1 << 20), rnd.IntN(1 << 20)}
		}
		if log, why := w.run(steps); why != "" {
			if shorter, again := w.run(shrunk(steps, bad)); again != "" {
				log, why = shorter, again
			}
			t.Fatalf("seed %d, program %d:\n%s\n%s", seed, n, strings.Join(log, "\n"), why)
		}
		if got := testutil.FDCount(t); got != fds {
			t.Fatalf("seed %d, program %d: got %d descriptors, want %d", seed, n, got, fds)
		}
	}
}

// distinctFiles returns n files.
func distinctFiles(t *testing.T, n int) []*os.File {
	t.Helper()
	files := make([]*os.File, n)
	for i := range files {
		f, err := os.CreateTemp(t.TempDir(), "")
		must(t, err)
		closeLater(t, f)
		files[i] = f
	}
	return files
}

func TestSeqModel(t *testing.T) { modelPrograms(t, time.Now().Add(time.Second)) }

func TestSeqModelSoak(t *testing.T) { modelPrograms(t, time.Now().Add(testutil.Soak(t))) }
