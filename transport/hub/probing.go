package hub

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// How long sources are waited for in one round of probes.
const (
	probesOfUser = 4           // that are asked at once
	probeBudget  = 10          // times Config.Timeout, for each claim
	quickAnswer  = time.Second // what takes less is not counted
)

// claim is what one user says to serve of an author's collections.
type claim struct{ user, author collection.UserID }

func claimOf(source transport.Source, name collection.Name) claim {
	return claim{source.User, name.Author}
}

// errSpent says that the time is over in which a claim may be probed in this round.
var errSpent = errors.New("the time for this user's sources is over")

// probing lets so many sources be asked at once, few of them of one user, and for a bounded
// time each claim. Its methods may be called concurrently.
type probing struct {
	most   int
	budget time.Duration

	mu      sync.Mutex
	changed *sync.Cond
	all     int                       // that are asked now
	users   map[collection.UserID]int // likewise
	used    map[claim]time.Duration
}

func newProbing(cfg Config) *probing {
	p := &probing{most: cfg.Probes, budget: probeBudget * cfg.Timeout, users: map[collection.UserID]int{}, used: map[claim]time.Duration{}}
	p.changed = sync.NewCond(&p.mu)
	return p
}

// ask asks a source when it is its turn. The error is errSpent if it may not be any more.
func (p *probing) ask(ctx context.Context, c claim, do func() error) error {
	end, err := p.begin(ctx, c)
	if err != nil {
		return err
	}
	defer end()
	return do()
}

// begin waits until a source may be asked. Then end is called when it was.
func (p *probing) begin(ctx context.Context, c claim) (end func(), err error) {
	defer context.AfterFunc(ctx, p.wake)()
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.all >= p.most || p.users[c.user] >= probesOfUser {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		p.changed.Wait()
	}
	if p.used[c] >= p.budget {
		return nil, errSpent
	}
	p.all++
	p.users[c.user]++
	since := time.Now() // whatever the hub's clock is: this is about how long others wait
	return sync.OnceFunc(func() { p.end(c, time.Since(since)) }), nil
}

// wake wakes those who wait.
func (p *probing) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}

// end counts how long a source was waited for.
func (p *probing) end(c claim, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if p.users[c.user]--; p.users[c.user] == 0 {
		delete(p.users, c.user)
	}
	if took >= quickAnswer {
		if len(p.used) == maxSilent {
			clear(p.used)
		}
		p.used[c] += took
	}
	p.changed.Broadcast()
}

// probedHome is a home whose versions are asked for in turn.
type probedHome struct {
	transport.Home
	turns *probing
	claim claim
}

// Version implements transport.Library.
func (h probedHome) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	end, err := h.turns.begin(ctx, h.claim)
	if err != nil {
		return nil, transport.At(transport.ErrUnreachable, err.Error())
	}
	s, err := h.Home.Version(ctx, ref, offset)
	if err != nil {
		end()
		return nil, err
	}
	s.ReadCloser = station.OnClose(s.ReadCloser, end)
	return s, nil
}
