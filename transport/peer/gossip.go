package peer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

const (
	// maxGossip is how often the stations that hold a collection are told the same.
	maxGossip = 8
	// gossipWait is for how long one of them may take to hear it.
	gossipWait = 30 * time.Second
)

// gossip tells the stations that hold a collection which names no authority what is new of it:
// see PublishDue.
func (p *base) gossip(ctx context.Context) error {
	return p.drain.Do(func() error {
		var failed []error
		for r, err := range record.Walk(ctx, p.cfg.Store, gossipRecord.Under(), "", 0) {
			if err == nil {
				err = p.gossipOf(ctx, r)
			}
			if failed = append(failed, p.aside(err, r.Key)); ctx.Err() != nil {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// gossips is station.Config.With: what is new of a collection that names no authority is to be
// told. Nobody holds what nobody was told of.
func (p *base) gossips(before, after engine.State) ([]transport.Change, func()) {
	was, is := before.Collection, after.Collection
	tells := is.Author() != p.user || before.Notifies
	if !before.Sealed || !after.Sealed || !tells || !is.Authority().IsZero() {
		return nil, nil
	}
	saidBefore, err := notify.Availability(was)
	said, errNow := notify.Availability(is)
	if err != nil || errNow != nil || said == saidBefore && was.EditionDigest() == is.EditionDigest() {
		return nil, nil
	}
	return []transport.Change{{Key: gossipRecord.Key(is.Name()), Value: []byte{}}}, func() { wake(p.gossiping) }
}

// gossipOf tells of one collection, if that is due.
func (p *base) gossipOf(ctx context.Context, r transport.Record) error {
	due, err := p.isDue(r.Value)
	if err != nil || !due {
		return err
	}
	name, err := record.Name(r.Key)
	if err != nil {
		return err
	}
	s, err := p.core.Load(ctx, name)
	if err != nil && !isUnknown(err) {
		return err
	}
	var next []byte // nothing: all have heard it
	if err == nil && !p.tellHolders(ctx, s) {
		next, err = p.again(r.Value)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if tried, errTries := readTries(next); errTries == nil && tried.N >= maxGossip || isUnknown(err) {
		next, err = nil, nil
	}
	if err == nil {
		err = record.Replace(ctx, p.cfg.Store, r, next)
	}
	if errors.Is(err, transport.ErrConflict) {
		return nil // there is more news
	}
	return err
}

// tellHolders tells the stations that hold a collection, and reports whether all have heard it,
// or will not.
func (p *base) tellHolders(ctx context.Context, s engine.State) bool {
	holders, err := p.holders(ctx, s, true)
	if err != nil {
		p.cfg.Log.Info("who holds it is not found", "collection", s.Collection.Name(), "error", err)
		return false
	}
	var (
		mu     sync.Mutex
		missed int
		all    sync.WaitGroup
	)
	for _, to := range holders {
		all.Add(1)
		p.cfg.Beside(func() {
			defer all.Done()
			if err := p.tellHolder(ctx, s.Collection, to); err != nil && !isRefusal(err) {
				p.cfg.Log.Info("a holder was not told", "address", to.URL, "collection", s.Collection.Name(), "error", err)
				mu.Lock()
				missed++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return missed == 0
}

// tellHolder tells one of them.
func (p *base) tellHolder(ctx context.Context, c collection.Collection, to transport.Source) error {
	ctx, cancel := context.WithTimeout(ctx, gossipWait)
	defer cancel()
	at, err := p.core.Peers.Reach(ctx, to)
	if err != nil {
		return err
	}
	n, err := notify.Make(c, reasonFor(notify.Available, c), "")
	if err != nil {
		return err
	}
	said, err := notify.Availability(c)
	if err != nil {
		return err
	}
	return at.Deliver(ctx, n.For(to.User, said))
}
