package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// Receive waits for notifications, for as long as the hub lets it, verifies and
// stores what they tell, acknowledges them, fetches what was wished for and may
// be fetched now, and gives the notifications that are new. After
// an error the others are still given; what could not be verified is neither
// stored nor acknowledged, and comes again.
func (p *Peer) Receive(ctx context.Context) ([]notify.Notification, error) {
	leave, err := p.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if p.cfg.Hub == nil {
		return nil, transport.At(transport.ErrUnreachable, "no hub")
	}
	deliveries, err := p.cfg.Hub.Notifications(ctx)
	if err != nil {
		return nil, err
	}
	var news []notify.Notification
	var receipts transport.Receipts
	var failed []error
	for _, d := range deliveries.Waiting {
		isNew, err := p.take(ctx, d.Notification)
		if err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", d.Notification.Name(), err))
			continue
		}
		receipts.Read = append(receipts.Read, d.Receipt())
		if isNew {
			news = append(news, d.Notification)
		}
	}
	if len(receipts.Read) > 0 {
		failed = append(failed, p.cfg.Hub.Acknowledge(ctx, receipts))
	}
	for _, n := range news {
		failed = append(failed, p.grantAll(ctx, "w/"+n.Name().String()+"/"))
	}
	return news, errors.Join(failed...)
}

// take brings a collection up to date with a notification, and reports whether
// the notification was not seen before.
func (p *Peer) take(ctx context.Context, n notify.Notification) (bool, error) {
	if n.To != p.user {
		return false, transport.At(transport.ErrMalformed, "a notification to somebody else")
	}
	key := "n/" + n.Name().String()
	last, err := p.cfg.Store.Get(ctx, key)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		return false, err
	}
	if string(last) == string(n.ID[:]) {
		return false, nil
	}
	if err := p.catchUp(ctx, n); err != nil {
		return false, err
	}
	return true, p.cfg.Store.Apply(ctx, transport.Change{Key: key, Value: n.ID[:]})
}

// catchUp applies the updates in a notification if that is all there is, and
// asks the hub otherwise.
func (p *Peer) catchUp(ctx context.Context, n notify.Notification) error {
	known, err := p.keeper.Load(ctx, n.Name())
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return p.reload(ctx, n.Name())
	case err != nil:
		return err
	case known.Collection.EditionDigest() != n.Edition:
		return p.reload(ctx, n.Name())
	case len(n.Updates) == 0:
		return p.refresh(ctx, n.Name())
	}
	return p.apply(ctx, n.Name(), transport.State{Updates: n.Updates})
}

// reload takes the whole collection from the hub.
func (p *Peer) reload(ctx context.Context, name collection.Name) error {
	s, err := p.cfg.Hub.Collection(ctx, name)
	if err != nil {
		return err
	}
	c, err := collection.Decode(s.Collection)
	if err != nil {
		return transport.Wrap(err)
	}
	return p.accept(ctx, name, c, s)
}

// Refresh asks the hub for what is new of a collection, without waiting for a
// notification: another title, another source, or all of it if it is not known
// here. Errors are those of
// transport.Library, and transport.ErrSeal.
func (p *Peer) Refresh(ctx context.Context, name collection.Name) error {
	leave, err := p.enter()
	if err != nil {
		return err
	}
	defer leave()
	if p.cfg.Hub == nil {
		return transport.At(transport.ErrUnreachable, "no hub")
	}
	return p.refresh(ctx, name)
}

// refresh takes from the hub what has changed, the editable part aside unless
// there is a new edition.
func (p *Peer) refresh(ctx context.Context, name collection.Name) error {
	s, err := p.cfg.Hub.Updates(ctx, name)
	if err != nil {
		return err
	}
	known, err := p.keeper.Load(ctx, name)
	if errors.Is(err, transport.ErrNotFound) || err == nil && known.Collection.EditionDigest() != s.Edition {
		return p.reload(ctx, name)
	}
	if err != nil {
		return err
	}
	return p.apply(ctx, name, s)
}

// apply joins updates to what is known.
func (p *Peer) apply(ctx context.Context, name collection.Name, s transport.State) error {
	known, err := p.keeper.Load(ctx, name)
	if err != nil {
		return err
	}
	us := make([]collection.Update, len(s.Updates))
	for i, data := range s.Updates {
		if us[i], err = collection.DecodeUpdate(data); err != nil {
			return transport.Wrap(err)
		}
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
	c, sealed, err := p.keeper.Verify(ctx, c)
	if err == nil && !sealed {
		err = transport.At(transport.ErrSeal, "the author's seal is missing")
	}
	if err != nil {
		return err
	}
	r, err := p.keeper.Do(ctx, name, func(engine.State) (engine.Event, error) {
		return engine.Updated{Collection: c, Sources: s.Sources}, nil
	})
	if err == nil && len(r.State.Held) == 0 {
		_, err = p.holdAlready(ctx, r.State.Collection)
	}
	return err
}

// holdAlready notes what the store has of a collection: the author may have
// shared the same items before, or a crash has come between storing a version
// and noting it.
func (p *Peer) holdAlready(ctx context.Context, c collection.Collection) (engine.State, error) {
	held, err := p.keeper.Held(ctx, c)
	if err != nil {
		return engine.State{}, err
	}
	r, err := p.keeper.Do(ctx, c.Name(), func(engine.State) (engine.Event, error) {
		return engine.Stored{Versions: held}, nil
	})
	return r.State, err
}
