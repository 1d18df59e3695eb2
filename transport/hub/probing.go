package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
var errSpent = fmt.Errorf("%w: the time for this user's sources is over", station.ErrLater)

// leftover are the claims whose time was over in a round, with the first collection for which
// it was: there the next round begins with them, so that who dawdles over some has the others
// asked for all the same. A process that has just started begins with the first. The zero
// leftover is empty; it is safe for concurrent use.
type leftover struct {
	mu sync.Mutex
	at map[claim]collection.ID
}

// add notes that the time of a claim was over when it was the turn of a collection.
func (l *leftover) add(c claim, id collection.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, there := l.at[c]
	if there && bytes.Compare(at[:], id[:]) <= 0 {
		return
	}
	if l.at == nil || !there && len(l.at) >= maxSilent {
		l.at = map[claim]collection.ID{}
	}
	l.at[c] = id
}

// take returns what was noted, and forgets it.
func (l *leftover) take() map[claim]collection.ID {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.at
	l.at = nil
	return at
}

// probing lets so many sources be asked at once, few of them of one user, and for a bounded
// time each claim. Its methods may be called concurrently.
type probing struct {
	most   int
	budget time.Duration
	from   func() map[claim]collection.ID // where claims begin, if not with the first
	left   *leftover                      // for the next round

	mu      sync.Mutex
	changed *sync.Cond
	all     int                       // that are asked now
	users   map[collection.UserID]int // likewise
	used    map[claim]time.Duration
}

func newProbing(cfg Config, left *leftover) *probing {
	p := &probing{
		most: cfg.Probes, budget: probeBudget * cfg.Timeout,
		from: sync.OnceValue(left.take), left: left, // not before something is asked: most calls are between rounds
		users: map[collection.UserID]int{}, used: map[claim]time.Duration{},
	}
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

// sample is ask of a collection in which nothing is new: errSpent, too, where the last round
// has asked for it and not for those behind it.
func (p *probing) sample(ctx context.Context, c claim, id collection.ID, do func() error) error {
	from := p.from()[c]
	if bytes.Compare(id[:], from[:]) < 0 {
		return errSpent
	}
	err := p.ask(ctx, c, do)
	if errors.Is(err, errSpent) && id != from { // where this round has begun, the next one does not
		p.left.add(c, id)
	}
	return err
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
		return nil, err
	}
	s, err := h.Home.Version(ctx, ref, offset)
	if err != nil {
		end()
		return nil, err
	}
	s.ReadCloser = station.OnClose(s.ReadCloser, end)
	return s, nil
}
