package httplink

import (
	"cmp"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

const (
	// defaultMaxStall is long enough for a handover between radio cells.
	defaultMaxStall = 30 * time.Second
	// minRate is what counts as progress, in bytes per second.
	minRate = 2 << 10
	// closingTime is what bodies have left when their station is told to stop, and then
	// once more answers.
	closingTime = 250 * time.Millisecond
)

// pace bounds how long one waits for the other side of a connection, in one direction:
// for max in all, of which every byte that passes earns back a part, at minRate. So who
// stalls is given up after max, and so is, a little later, who sends a byte now and then.
// Time in which nobody waits for the other side does not count. It is safe for
// concurrent use.
type pace struct {
	max         time.Duration
	setDeadline func(time.Time) error // of what waits now; the zero time is none

	mu      sync.Mutex
	left    time.Duration
	waiting bool
	end     time.Time // of all waiting, since the station stops; zero if it does not
}

func newPace(maxStall time.Duration, setDeadline func(time.Time) error) *pace {
	maxStall = cmp.Or(maxStall, defaultMaxStall)
	return &pace{max: maxStall, left: maxStall, setDeadline: setDeadline}
}

// do reads or writes. Where that is too slow, the error wraps os.ErrDeadlineExceeded, or it is
// transport.ErrClosed since the station stops.
func (p *pace) do(work func() (int, error)) (int, error) {
	began := time.Now()
	p.begin(began)
	n, err := work()
	return n, p.finish(time.Since(began), time.Duration(n)*(time.Second/minRate), err)
}

func (p *pace) begin(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = true
	p.set(now.Add(p.left))
}

// set sets a deadline, which is not after the end.
func (p *pace) set(deadline time.Time) {
	if !p.end.IsZero() && p.end.Before(deadline) {
		deadline = p.end
	}
	_ = p.setDeadline(deadline) // where there are none, there is no connection that could stall
}

// finish takes the deadline away, unless it was missed: what net/http still reads of the
// request, or writes of its answer, must not wait any more.
func (p *pace) finish(took, earned time.Duration, err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = false
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
		p.left = min(p.max, p.left-took+earned)
		_ = p.setDeadline(time.Time{})
	case !p.end.IsZero():
		return transport.ErrClosed
	}
	return err
}

// stop ends all waiting at a time.
func (p *pace) stop(end time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end = end; p.waiting {
		p.set(end)
	}
}
