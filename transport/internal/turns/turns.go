// Package turns lets those of one station who want the same thing done do it one
// after the other, so that it is done once.
package turns

import (
	"context"
	"sync"
	"time"
)

// Stall is how long those who wait see nothing happen before one of them does it
// itself.
const Stall = 10 * time.Second

// Pause waits until over is closed or ctx ends, for d at most; nil does so in real
// time.
type Pause func(ctx context.Context, over <-chan struct{}, d time.Duration)

// Turns are the things that somebody is doing, by what they are. The zero Turns
// are none. Methods may be called concurrently.
type Turns[K comparable] struct {
	mu  sync.Mutex
	now map[K]*Turn[K]
}

// Turn is somebody's, until it ends.
type Turn[K comparable] struct {
	of       *Turns[K]
	key      K
	over     chan struct{}
	progress func() int64
}

// Take returns the turn of a key, which is the caller's if it was nobody's. By
// progress, which grows with what is done, the others see that something is.
func (t *Turns[K]) Take(key K, progress func() int64) (turn *Turn[K], mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn := t.now[key]; turn != nil {
		return turn, false
	}
	if t.now == nil {
		t.now = map[K]*Turn[K]{}
	}
	turn = &Turn[K]{t, key, make(chan struct{}), progress}
	t.now[key] = turn
	return turn, true
}

// Do does work in the turn of a key, after those whose turn it is before. Its error is
// that of work, or of ctx while it waits.
func (t *Turns[K]) Do(ctx context.Context, key K, progress func() int64, pause Pause, work func() error) error {
	for {
		turn, mine := t.Take(key, progress)
		if mine {
			defer turn.End()
			return work()
		}
		if err := turn.Await(ctx, pause); err != nil {
			return err
		}
	}
}

// End ends a turn, if it has not been ended.
func (t *Turn[K]) End() {
	t.of.mu.Lock()
	defer t.of.mu.Unlock()
	if t.of.now[t.key] == t {
		delete(t.of.now, t.key)
		close(t.over)
	}
}

// HasEnded reports whether a turn has ended.
func (t *Turn[K]) HasEnded() bool {
	select {
	case <-t.over:
		return true
	default:
		return false
	}
}

// Await waits for the end of somebody's turn, or of ctx, whose error it returns. A
// turn in which there is no progress for a while it ends.
func (t *Turn[K]) Await(ctx context.Context, pause Pause) error {
	before := t.progress()
	for {
		pause.Wait(ctx, t.over, Stall)
		select {
		case <-t.over:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		now := t.progress()
		if now == before {
			t.End()
		}
		before = now
	}
}

// Wait pauses.
func (p Pause) Wait(ctx context.Context, over <-chan struct{}, d time.Duration) {
	if p != nil {
		p(ctx, over, d)
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-over:
	case <-timer.C:
	case <-ctx.Done():
	}
}
