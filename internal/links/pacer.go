package main

import (
	"math/rand/v2"
	"sync"
	"time"
)

// What a link does with bytes.
const (
	segment = 1460                   // bytes that go at once
	backlog = 20 * time.Millisecond  // what its queue holds
	timeout = 200 * time.Millisecond // after a round trip, where nothing shows a loss
)

// pacer is one direction of a link, which all its connections share. It is safe for
// concurrent use.
type pacer struct {
	kind linkKind

	mu     sync.Mutex
	free   time.Time // when all that was taken has left
	bytes  int       // taken so far, each once
	random *rand.Rand
}

func newPacer(k linkKind, seed uint64) *pacer {
	return &pacer{kind: k, random: rand.New(rand.NewPCG(seed, 0))}
}

// take puts a segment of n bytes into the queue. It returns until when the sender waits
// before it puts in another one, and when the segment is there.
func (p *pacer) take(now time.Time, n int) (wait, arrives time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += n
	stall := time.Duration(0)
	times := 1
	if p.kind.loss > 0 && p.random.Float64() < p.kind.loss {
		stall, times = p.kind.roundTrip, 2
		if !p.free.After(now) {
			stall += timeout
		}
	}
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(times) * p.kind.takes(n))
	return p.free.Add(-backlog), p.free.Add(p.kind.roundTrip/2 + stall)
}

// taken is how many bytes it has taken so far.
func (p *pacer) taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}
