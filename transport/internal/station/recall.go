package station

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// What has expired here is asked of those who serve the items when a reader asks for it:
// rule 18. A station that does not answer, and a version that nobody has, are not asked for
// again at once: otherwise each reader would cost others as much as it likes.

// RecallOf is Server.PartialOf that asks others for what has expired, until asking ends. While
// this process does so for somebody else, the error wraps transport.ErrPending; what another
// one has begun with, it may never end.
func (k *Peers) RecallOf(ctx, asking context.Context, s engine.State, ref transport.Ref, offset int64) (*transport.Stream, error) {
	stream, err := k.core.Server.PartialOf(ctx, s, ref, offset)
	item, ok := s.Collection.Index(ref.Item)
	if err == nil || !ok || ref.Version < 0 || ref.Version >= len(s.Collection.Ladder())-1 {
		return stream, err
	}
	sets := one(item, ref.Version)
	if !errors.Is(err, transport.ErrNotFound) && !k.core.isLeft(err, s, sets) {
		return nil, err
	}
	r, err := k.core.recall(ctx, s, sets)
	if err != nil {
		return nil, err
	}
	if r, err = k.core.recalled(asking, r, sets); err != nil {
		return nil, err
	}
	return k.core.Server.PartialOf(ctx, r.State, ref, offset)
}

// Recall is Server.Partial that asks others for what has expired.
func (k *Peers) Recall(ctx, asking context.Context, by collection.UserID, ref transport.Ref, offset int64) (*transport.Stream, error) {
	stream, err := k.core.Server.Partial(ctx, by, ref, offset)
	if !errors.Is(err, transport.ErrNotFound) && !errors.Is(err, transport.ErrPending) {
		return stream, err
	}
	s, err := k.core.Read(ctx, by, ref.Collection)
	if err != nil {
		return nil, err
	}
	return k.RecallOf(ctx, asking, s, ref, offset)
}

// RecallAll asks others, beside, for what has expired of a version of all items but those
// in held, for a user who may read the collection: Server.Pull then waits for it.
func (k *Peers) RecallAll(ctx context.Context, by collection.UserID, name collection.Name, version int, held transport.Bits) error {
	s, err := k.core.Read(ctx, by, name)
	if err != nil || version < 0 || version >= len(s.Collection.Ladder())-1 {
		return err
	}
	sets := make([]transport.Bits, version+1)
	sets[version] = transport.AllBits(s.Collection.Len()).Without(held).Without(s.HeldOf(version))
	r, err := k.core.recall(ctx, s, sets)
	if _, wanted := engine.FirstWant(r.State.Wants, sets); err != nil || !wanted {
		return err
	}
	k.core.Later(func(ctx context.Context) {
		if _, err := k.core.recalled(ctx, r, sets); err != nil {
			k.core.Failed(err)
		}
	})
	return nil
}

// recall notes that versions are wanted of those who serve the items, unless they have just
// been missed.
func (k *Core) recall(ctx context.Context, s engine.State, versions []transport.Bits) (Result, error) {
	r := Result{State: s}
	wanted := k.missed.without(s.Collection, versions, k.Now())
	if after, _, err := k.Rules.Step(s, engine.Recalled{Versions: wanted}); err != nil || len(after.Wants) == len(s.Wants) {
		return r, err
	}
	return k.Step(ctx, s.Collection.Name(), engine.Recalled{Versions: wanted})
}

// recalled fetches what is wanted, and remembers what has not come.
func (k *Core) recalled(ctx context.Context, r Result, versions []transport.Bits) (Result, error) {
	if _, ok := engine.FirstWant(r.State.Wants, versions); !ok {
		return r, nil
	}
	r, err := k.gather(ctx, r, versions, k.reachOnce)
	if err == nil && ctx.Err() == nil {
		k.missed.note(r.State, versions, k.Now())
	}
	return r, err
}

// isLeft reports whether what is pending, as an error says, is wanted of others whom this
// process is not asking: one that has ended, or another one, was about to.
func (k *Core) isLeft(err error, s engine.State, versions []transport.Bits) bool {
	_, wanted := engine.FirstWant(s.Wants, versions)
	return wanted && errors.Is(err, transport.ErrPending) && !k.gathering.has(s.Collection.Name())
}

// gathering counts, of collections, the gatherings under way in this process. The zero
// gathering has none; it is safe for concurrent use.
type gathering struct {
	mu  sync.Mutex
	now map[collection.Name]int
}

func (g *gathering) add(name collection.Name, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.now == nil {
		g.now = map[collection.Name]int{}
	}
	if g.now[name] += n; g.now[name] == 0 {
		delete(g.now, name)
	}
}

func (g *gathering) has(name collection.Name) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now[name] > 0
}

// reachOnce is Peers.Reach of a station that has not just failed.
func (k *Core) reachOnce(ctx context.Context, to transport.Source) (transport.Home, error) {
	at := endpoint{to.User, to.URL}
	if k.missed.isSilent(at, k.Now()) {
		return nil, transport.At(transport.ErrUnreachable, to.URL)
	}
	home, err := k.Peers.Reach(ctx, to)
	if err != nil {
		k.missed.silence(at, k.Now())
		return nil, err
	}
	return heardHome{home, func(err error) {
		if !errors.Is(err, transport.ErrNotFound) && ctx.Err() == nil {
			k.missed.silence(at, k.Now())
		}
	}}, nil
}

// heardHome is a home of which it is told when it does not return a version.
type heardHome struct {
	transport.Home
	failed func(error)
}

// Version implements transport.Library.
func (h heardHome) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	stream, err := h.Home.Version(ctx, ref, offset)
	if err != nil {
		h.failed(err)
	}
	return stream, err
}

// missedFor is for how long what nobody returned is not asked for again, and maxMissed how
// much of that is remembered: versions, and stations.
const (
	missedFor = time.Minute
	maxMissed = 10_000
)

type endpoint struct {
	user collection.UserID
	url  string
}

type missedVersion struct {
	of            collection.Name
	item, version int
}

// missed remembers for a while what was asked for in vain. The zero missed is empty; it is
// safe for concurrent use.
type missed struct {
	mu       sync.Mutex
	versions map[missedVersion]time.Time
	stations map[endpoint]time.Time
}

// without returns the versions that have not just been missed.
func (m *missed) without(c collection.Collection, versions []transport.Bits, now time.Time) []transport.Bits {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := make([]transport.Bits, len(versions))
	for v, items := range versions {
		for i := range items.Places() {
			if at, ok := m.versions[missedVersion{c.Name(), i, v}]; !ok || now.Sub(at).Abs() >= missedFor {
				left[v] = left[v].Add(i)
			}
		}
	}
	return left
}

// note notes those of some versions that are not held.
func (m *missed) note(s engine.State, versions []transport.Bits, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for v, items := range versions {
		for i := range items.Without(s.HeldOf(v)).Places() {
			if m.versions == nil || len(m.versions) >= maxMissed {
				m.versions = map[missedVersion]time.Time{}
			}
			m.versions[missedVersion{s.Collection.Name(), i, v}] = now
		}
	}
}

// silence notes that a station does not answer.
func (m *missed) silence(at endpoint, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stations == nil || len(m.stations) >= maxMissed {
		m.stations = map[endpoint]time.Time{}
	}
	m.stations[at] = now
}

func (m *missed) isSilent(at endpoint, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	since, ok := m.stations[at]
	return ok && now.Sub(since).Abs() < missedFor
}
