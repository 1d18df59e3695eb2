package mail

import (
	"context"
	"sync"
	"time"
)

// pace lets so many through in a minute, all of them at once at most.
type pace struct {
	perMinute int // negative = any number

	mu   sync.Mutex
	free time.Time // when all of a minute's may go at once again
}

// turn returns for how long one who comes now waits, and takes its turn.
func (p *pace) turn(now time.Time) time.Duration {
	if p.perMinute < 0 {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Minute / time.Duration(p.perMinute))
	return max(0, p.free.Sub(now)-time.Minute)
}

// wait waits for a turn, or returns the error of ctx.
func (p *pace) wait(ctx context.Context) error {
	pause := p.turn(time.Now())
	if pause == 0 {
		return nil
	}
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
