package station

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Loop is something that a station does again and again while it runs.
type Loop struct {
	Name string
	// Do does it once. wait is how long there is nothing to do, unless Wake says otherwise;
	// with an error, when there is something else to do, if that is before the next try.
	Do func(ctx context.Context) (wait time.Duration, err error)
	// Wake has one for who waits for no longer; nil = nobody has.
	Wake <-chan struct{}
	// Longest is the most that is waited after failures in a row; 0 = as long as the other
	// loops of a station do.
	Longest time.Duration
}

// The pauses after failures double, from one to the other. A little of each is left to
// chance, so that not all stations come back at the same moment to a hub that was away.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// Run has loops go round, each in a goroutine of its own, until ctx ends, and returns when
// all have ended. failed is told what fails, and when it is tried again.
func Run(ctx context.Context, failed func(name string, err error, again time.Duration), loops ...Loop) {
	var all sync.WaitGroup
	defer all.Wait()
	for _, l := range loops {
		all.Go(func() { l.run(ctx, failed) })
	}
}

func (l Loop) run(ctx context.Context, failed func(string, error, time.Duration)) {
	for tries := 0; ctx.Err() == nil; {
		wait, err := l.Do(ctx)
		if ctx.Err() != nil {
			return // and what failed did so since it has ended
		}
		if tries++; err == nil {
			tries = 0
		} else {
			if pause := l.pause(tries); wait <= 0 || pause < wait {
				wait = pause
			}
			failed(l.Name, err, wait)
		}
		l.rest(ctx, wait)
	}
}

// pause is how long is waited after so many tries in vain.
func (l Loop) pause(tries int) time.Duration {
	longest := max(l.Longest, longestPause)
	pause := firstPause
	for ; tries > 1 && pause < longest; tries-- {
		pause *= 2
	}
	pause = min(pause, longest)
	return pause - rand.N(pause/4)
}

func (l Loop) rest(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.Wake:
	case <-ctx.Done():
	}
}

// Every is what a Loop does that is done every so often.
func Every(interval time.Duration, do func(context.Context) error) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		if err := do(ctx); err != nil {
			return 0, err
		}
		return interval, nil
	}
}

// drainTime is how long RunUntil waits for a station to close.
const drainTime = 20 * time.Second

// RunUntil runs loops until ctx ends, or running, which ends when the station is told to stop,
// before anything that it does then; and closes the station. The error is that of shut, which
// is given up after 20 seconds.
func RunUntil(ctx, running context.Context, shut func(context.Context) error, failed func(string, error, time.Duration), loops ...Loop) error {
	within, cancel := context.WithCancel(running)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	Run(within, failed, loops...)
	closing, stop := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer stop()
	return shut(closing)
}
