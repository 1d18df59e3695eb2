package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// episode is what happens at some hubs around one hazard.
type episode struct {
	name string

	mu             sync.Mutex
	asked, refused int
	refusal        error         // the last one
	wrong          []error       // answers that nobody may get
	lastGood       time.Time     // when an answer was good last
	silence        time.Duration // the longest time without one
	longest        time.Duration // that a request took
	ended          time.Time     // when the hazard was over
	well           map[int]bool  // workers who had a whole round without a refusal since then
	recovered      time.Duration // from the end of the hazard until all of them had
	closed         bool          // nobody works any more: who waits for news waits for nothing
	albums         []*acknowledged
}

// unavailable reports whether an error says that it may be better later, and no more.
func unavailable(err error) bool {
	return errors.Is(err, transport.ErrStorage) || errors.Is(err, transport.ErrUnreachable)
}

// count counts the answer to a request that began at a time, and reports whether it was good.
// The times of who waits for news say nothing.
func (e *episode) count(waits bool, began time.Time, err error) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed && (err == nil || unavailable(err)) {
		return err == nil
	}
	now := time.Now()
	e.asked++
	if !waits {
		e.longest = max(e.longest, now.Sub(began))
	}
	switch {
	case err == nil && waits:
	case err == nil:
		e.silence = max(e.silence, now.Sub(e.lastGood))
		e.lastGood = now
	case unavailable(err):
		e.refused, e.refusal = e.refused+1, err
	default:
		e.wrong = append(e.wrong, err)
	}
	return err == nil
}

// over notes that the hazard is over.
func (e *episode) over() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = time.Now()
}

// close ends the episode: only wrong answers count from then on.
func (e *episode) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
}

// round notes that a worker had a whole round without a refusal, which began at a time.
func (e *episode) round(worker int, began time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended.IsZero() || began.Before(e.ended) {
		return
	}
	if e.well[worker] = true; e.recovered == 0 && len(e.well) == faultWorkers {
		e.recovered = time.Since(e.ended)
	}
}

// share notes that a share was acknowledged.
func (e *episode) share(a *album) *acknowledged {
	k := &acknowledged{album: a, answered: time.Now()}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.albums = append(e.albums, k)
	return k
}

// maxRecovery is how long it may take until all works again.
const maxRecovery = time.Minute

// recover waits until all works again.
func (e *episode) recover(ctx context.Context) error {
	for end := time.Now().Add(maxRecovery); ; time.Sleep(10 * time.Millisecond) {
		e.mu.Lock()
		done := e.recovered > 0
		e.mu.Unlock()
		switch {
		case done:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(end):
			return fmt.Errorf("it does not work again: %d of %d workers do; %w", len(e.well), faultWorkers, e.refusal)
		}
	}
}

// results are those of an episode of which some albums were lost.
func (e *episode) results(at string, harmless bool, lost int, late time.Duration) measure.Results {
	e.mu.Lock()
	defer e.mu.Unlock()
	of := at + ", " + e.name + ": "
	refused := measure.Shown(of+"requests refused meanwhile, %", 100*float64(e.refused)/float64(max(e.asked, 1)), measure.Lower)
	if harmless {
		refused = measure.AtMost(of+"requests refused meanwhile, %", refused.Value, 0)
	}
	return measure.Results{
		measure.AtMost(of+"acknowledged, and lost or not told", float64(lost), 0),
		measure.AtMost(of+"wrong answers", float64(len(e.wrong)), 0),
		refused,
		measure.Shown(of+"longest without a good answer to who shares or fetches, s", e.silence.Seconds(), measure.Lower),
		measure.Shown(of+"longest request, s", e.longest.Seconds(), measure.Lower),
		measure.AtMost(of+"from its end until all works again, s", e.recovered.Seconds(), maxRecovery.Seconds()),
		measure.Shown(of+"from an answer until a recipient is told, the longest, s", late.Seconds(), measure.Lower),
	}
}

// lost returns how many of the albums of an episode are not at the hubs as it was
// acknowledged.
func (p *place) lost(ctx context.Context, e *episode) (n int) {
	for i, a := range e.albums {
		if err := a.intact(ctx, p.client(i).as(memberOf(p.members, a.recipients[0])), thumbnailSize); err != nil {
			p.progress("%s, %s: lost: %v", p.name, e.name, err)
			n++
		}
	}
	return n
}

// telling waits until all have been told of what was acknowledged in some episodes, for as
// long as that may take.
func (p *place) telling(ctx context.Context, episodes []*episode) error {
	for end := time.Now().Add(maxTelling); time.Now().Before(end); time.Sleep(stillness) {
		missing := 0
		for _, e := range episodes {
			missing += p.told.missing(e.albums)
		}
		if missing == 0 || ctx.Err() != nil {
			break
		}
	}
	return ctx.Err()
}
