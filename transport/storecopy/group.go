package storecopy

import (
	"context"
	"errors"
	"sync"
)

// group runs functions, several at once, until too many have failed.
type group struct {
	caller context.Context
	ctx    context.Context
	stop   context.CancelFunc
	free   chan struct{}
	jobs   sync.WaitGroup
	most   int

	mu     sync.Mutex
	failed []error
}

func newGroup(ctx context.Context, atOnce, mostFailed int) *group {
	if atOnce == 0 {
		atOnce = 8
	}
	g := &group{caller: ctx, free: make(chan struct{}, atOnce), most: mostFailed}
	g.ctx, g.stop = context.WithCancel(ctx)
	return g
}

// run starts a function as soon as there is room for it. It reports whether to go on.
func (g *group) run(do func(context.Context) error) bool {
	select {
	case <-g.ctx.Done():
		return false
	case g.free <- struct{}{}:
	}
	g.jobs.Go(func() {
		defer func() { <-g.free }()
		if err := do(g.ctx); err != nil {
			g.fail(err)
		}
	})
	return true
}

func (g *group) fail(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.failed) < g.most {
		g.failed = append(g.failed, err)
	}
	if len(g.failed) == g.most {
		g.stop()
	}
}

// wait waits for all that run, and returns what failed, or the error of the caller's
// context.
func (g *group) wait() error {
	g.jobs.Wait()
	g.stop()
	if err := g.caller.Err(); err != nil {
		return err
	}
	return errors.Join(g.failed...)
}
