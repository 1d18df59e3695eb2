package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// Receive returns what was handed over by Recipient or, if there is nothing,
// waits for notifications, for as long as the hub lets it. It verifies and
// stores what they tell, acknowledges them, fetches what was wished for and may
// be fetched now, and returns the notifications that are new. After an error the
// others are still given; what could not be verified is neither stored nor
// acknowledged, and is tried again after pauses that grow as those of
// Config.Retry: see Parked. While nothing else waits, Receive looks for news every
// Config.Wait. News that could not be given because the process ended is given by
// the next call.
//
// Of what a notification says, the ID and the reason are the sender's, and the
// link the hub's. All else is made from the collection as it is verified then.
func (p *Peer) Receive(ctx context.Context) ([]notify.Notification, error) {
	leave, err := p.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if p.cfg.Hub == nil {
		return p.awaitHanded(ctx)
	}
	if news, err := p.give(ctx); err != nil || len(news) > 0 {
		return news, err
	}
	return p.receive(ctx, p.cfg.Hub, library{p.cfg.Hub, false}, transport.Source{})
}

// receive takes the notifications from an inbox, and what they tell of from a
// library. home is where that is; without a URL, at the hub.
func (p *Peer) receive(ctx context.Context, in transport.Inbox, from library, home transport.Source) ([]notify.Notification, error) {
	deliveries, err := in.Notifications(ctx)
	if err != nil {
		return nil, err
	}
	var receipts transport.Receipts
	var failed []error
	for _, d := range deliveries.Waiting {
		read, err := p.hear(ctx, d.Notification, from, home)
		if err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", d.Notification.Name(), err))
		}
		if read {
			receipts.Read = append(receipts.Read, d.Receipt())
		}
	}
	if len(deliveries.Waiting) > 0 && len(receipts.Read)+len(failed) == 0 {
		return p.awaitHanded(ctx) // all are paused: the inbox would answer at once
	}
	if len(receipts.Read) > 0 {
		failed = append(failed, in.Acknowledge(ctx, receipts))
	}
	news, err := p.give(ctx)
	return news, errors.Join(append(failed, err)...)
}

// catchUp applies the updates in a notification if that is all there is, and
// asks a library otherwise.
func (p *Peer) catchUp(ctx context.Context, n notify.Notification, from library) error {
	known, err := p.core.Load(ctx, n.Name())
	switch {
	case isUnknown(err):
		return p.reload(ctx, n.Name(), from)
	case err != nil:
		return err
	case !known.Sealed, known.Collection.EditionDigest() != n.Edition:
		return p.reload(ctx, n.Name(), from)
	case len(n.Updates) == 0:
		return p.refreshFrom(ctx, n.Name(), from)
	}
	told := transport.State{Updates: n.Updates}
	err = p.apply(ctx, n.Name(), told)
	if errors.Is(err, collection.ErrUnknownKey) {
		return p.applyWithKeys(ctx, n.Name(), told, from)
	}
	return err
}

// applyWithKeys applies updates that a station has sealed whose key is not known
// here: the library is asked for the key statements of the parties.
func (p *Peer) applyWithKeys(ctx context.Context, name collection.Name, told transport.State, from library) error {
	s, err := from.Updates(ctx, name)
	if err != nil {
		return err
	}
	told.Keys = s.Keys
	return p.apply(ctx, name, told)
}

// reload takes the whole collection from a library.
func (p *Peer) reload(ctx context.Context, name collection.Name, from library) error {
	s, err := from.Collection(ctx, name)
	if err != nil {
		return err
	}
	c, err := collection.Decode(s.Collection)
	if err != nil {
		return transport.Wrap(err)
	}
	if s.Sources, err = p.heard(ctx, name, from, s.Sources); err != nil {
		return err
	}
	return p.accept(ctx, name, c, s)
}

// Refresh asks the hub, or the peers that tell of it, for what is new of a collection, without waiting for a
// notification: another title, another source, or all of it if it is not known
// here. Errors are those of
// transport.Library, and transport.ErrSeal.
func (p *Peer) Refresh(ctx context.Context, name collection.Name) error {
	leave, err := p.enter()
	if err != nil {
		return err
	}
	defer leave()
	return p.refresh(ctx, name)
}

func (p *Peer) refresh(ctx context.Context, name collection.Name) error {
	return p.ask(ctx, name, func(from library) error { return p.refreshFrom(ctx, name, from) })
}

// refreshFrom takes from a library what has changed, the editable part aside
// unless there is a new edition.
func (p *Peer) refreshFrom(ctx context.Context, name collection.Name, from library) error {
	s, err := from.Updates(ctx, name)
	if err != nil {
		return err
	}
	known, err := p.core.Load(ctx, name)
	if isUnknown(err) || err == nil && (!known.Sealed || lacksSeal(known.Collection) || known.Collection.EditionDigest() != s.Edition) {
		return p.reload(ctx, name, from)
	}
	if err != nil {
		return err
	}
	if s.Sources, err = p.heard(ctx, name, from, s.Sources); err != nil {
		return err
	}
	if err = p.apply(ctx, name, s); errors.Is(err, transport.ErrSeal) {
		return p.reload(ctx, name, from) // it came with a revocation, and what is here stands no more
	}
	return err
}

// apply joins updates to what is known.
func (p *Peer) apply(ctx context.Context, name collection.Name, s transport.State) error {
	known, err := p.core.Load(ctx, name)
	if err != nil {
		return err
	}
	us, err := collection.DecodeUpdates(s.Updates)
	if err != nil {
		return transport.Wrap(err)
	}
	c, _, err := known.Collection.Apply(us...)
	if err != nil {
		return transport.Wrap(err)
	}
	return p.accept(ctx, name, c, s)
}

// accept verifies a collection and stores it.
func (p *Peer) accept(ctx context.Context, name collection.Name, c collection.Collection, s transport.State) error {
	if err := p.learn(ctx, s.Keys); err != nil {
		return err
	}
	if c.Name() != name {
		return transport.At(transport.ErrMalformed, "another collection")
	}
	c, sealed, err := p.core.Verify(ctx, c)
	if err == nil {
		c, err = p.authors(ctx, c, sealed)
	}
	if err != nil {
		return err
	}
	r, err := p.core.Do(ctx, name, func(engine.State) (engine.Event, error) {
		return engine.Updated{Collection: c, Sources: s.Sources}, nil
	})
	p.recent.note(name, collection.ItemID{}, p.cfg.Now())
	if err == nil && len(r.State.Held) == 0 {
		_, err = p.holdAlready(ctx, r.State.Collection)
	}
	if err == nil && p.user == name.Author && p.cfg.Hub != nil {
		err = p.notifyHubOfMore(ctx, c, r.State.Collection)
	}
	return err
}

// notifyHubOfMore tells the hub what this station of the author's knows more than came
// from there: what it has said upon it, or the edition that it has made of it.
func (p *Peer) notifyHubOfMore(ctx context.Context, theirs, ours collection.Collection) error {
	more, err := shareclient.SaysMore(ours, theirs)
	if err != nil || !more {
		return transport.Wrap(err)
	}
	return p.notifyHub(ctx, ours.Name())
}

// holdAlready notes what the store has of a collection: the author may have
// shared the same items before, or a crash has come between storing a version
// and noting it.
func (p *Peer) holdAlready(ctx context.Context, c collection.Collection) (engine.State, error) {
	held, err := p.core.Held(ctx, c)
	if err != nil {
		return engine.State{}, err
	}
	r, err := p.core.Do(ctx, c.Name(), func(engine.State) (engine.Event, error) {
		return engine.Stored{Versions: held}, nil
	})
	r.State.Held = held // what another edition has given other digests is not here
	return r.State, err
}

// isUnknown reports whether a collection is to be taken anew: it is not here, or a
// key was revoked and what is here does not verify any more.
func isUnknown(err error) bool {
	return errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrSeal)
}

// lacksSeal reports whether the authority's seal over the edition is missing.
func lacksSeal(c collection.Collection) bool {
	h := c.Header()
	return len(h.AuthoritySeal) == 0 && !h.Authority.IsZero()
}
