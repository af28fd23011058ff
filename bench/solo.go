package main

// solo is a task over one connection within this process.
type solo struct {
	a, b end
	work func(a, b end, n int) error
}

// openSolo connects the contestant with itself.
func openSolo(network string, work func(a, b end, n int) error) func(dir string, t tech) (task, error) {
	return func(dir string, t tech) (task, error) {
		a, b, err := connect(t, network, dir+"/s")
		if err != nil {
			return nil, err
		}
		return solo{a, b, work}, nil
	}
}

func (s solo) run(n int) (outcome, error) { return outcome{}, s.work(s.a, s.b, n) }
func (s solo) close() error               { return closeAll([]end{s.a, s.b}) }

// A looper is a contestant's own loop in one goroutine, for rows whose calls
// have no common shape.
type looper interface {
	loop(n int) error
	close() error
}

type loopTask struct{ looper }

func (t loopTask) run(n int) (outcome, error) { return outcome{}, t.loop(n) }

// openLoop adapts a looper's constructor.
func openLoop[T any](open func(t T, dir string) (looper, error)) func(dir string, t T) (task, error) {
	return func(dir string, t T) (task, error) {
		l, err := open(t, dir)
		if err != nil {
			return nil, err
		}
		return loopTask{l}, nil
	}
}

// linkLoop is the looper of contestants whose calls do fit a link.
type linkLoop struct {
	a, b link
	size int
}

func (l linkLoop) loop(n int) error { return goEnd{l.a}.exchange(goEnd{l.b}, l.size, n, 1) }
func (l linkLoop) close() error     { return closeAll([]end{goEnd{l.a}, goEnd{l.b}}) }
