package peer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Receive returns what was handed over (see transport.Recipient) or, if there is
// nothing, reads the user's feed at the hub from where this station has read it, and waits for
// news, for as long as the hub lets it. It verifies and stores what the feed tells, and
// returns what is news to this station, whatever others of the user's have read: a new
// one, or one that has lost its disk, is told of all that the user may read. The user's own
// collections come in the same way, and Names lists them; of those nothing is news but who
// has joined. It fetches
// no versions: what was wished for, and may be fetched now, RetryWishes fetches. The smallest
// versions of what is new follow the news on the same connection, for Versions to take; they
// wait there unread until it does, or there is other news.
//
// After an error the others are still returned. What could not be verified is not stored, and
// is tried again after pauses that grow as those of Config.Retry: see Parked; so is what could
// not be had, but once more by the next call, and every hour at least. News that could not be returned because the
// process ended is returned by the next call.
//
// Of what a notification says, the ID is the sender's, and the link the hub's. All else is
// made from the collection as it is verified then; the reason is what has changed since the
// program was told last.
func (p *Reader) Receive(ctx context.Context) ([]notify.Notification, error) {
	return station.Inside(&p.drain, func() ([]notify.Notification, error) {
		if p.cfg.Hub == nil {
			return p.awaitNews(ctx)
		}
		if news, err := p.collectNews(ctx); err != nil || len(news) > 0 {
			return news, err
		}
		return p.receive(ctx, p.cfg.Hub, library{Library: p.cfg.Hub}, transport.Source{})
	})
}

// receive reads a feed until there is news, or no more, and takes what it tells of from a
// library. home is where that is; without a URL, at the hub.
func (p *Reader) receive(ctx context.Context, in transport.Feed, from library, home transport.Source) ([]notify.Notification, error) {
	for {
		failed := []error{p.hearOwed(ctx, from, home)}
		more, err := p.readPage(ctx, in, from, home)
		news, collectErr := p.collectNews(ctx)
		err = errors.Join(append(failed, err, collectErr)...)
		if err != nil || len(news) > 0 || !more {
			return news, err
		}
	}
}

// readPage reads what a feed has next, and reports whether there was any. Where the
// station has read is stored when all of it is stored, or owed.
func (p *Reader) readPage(ctx context.Context, in transport.Feed, from library, home transport.Source) (more bool, err error) {
	key := cursorRecord.Key(home.User, place(home.URL))
	at, _, err := record.Load[transport.Cursor](ctx, p.cfg.Store, key)
	if err = p.aside(err, key); err != nil { // it begins anew
		return false, err
	}
	page, err := p.askForNews(ctx, in, at)
	if err != nil {
		return false, err
	}
	var failed []error
	asked := p.askLacking(ctx, from, lackable(page.Entries))
	defer asked.stop()
	for _, e := range page.Entries {
		if err := p.hear(ctx, e, asked.library(e.Notification.Name()), home); err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", e.Notification.Name(), err))
		}
		if ctx.Err() != nil {
			return false, errors.Join(failed...)
		}
	}
	if errors.Is(errors.Join(failed...), errNotOwed) {
		return false, errors.Join(failed...) // the page is read again
	}
	if page.Next != at {
		failed = append(failed, record.Set(ctx, p.cfg.Store, key, page.Next))
	}
	return len(page.Entries) > 0 && page.Next != at, errors.Join(failed...)
}

// place is a URL in a key: the cursor of one that moves begins anew.
type place string

// String returns a hash of the URL.
func (u place) String() string {
	sum := sha256.Sum256([]byte(u))
	return hex.EncodeToString(sum[:16])
}

// lack is what is to be asked for after a notification.
type lack int

const (
	nothing lack = iota
	changes
	whole
)

// lackOf says what is to be asked for, beside what a notification tells, and which edition is
// known.
func (p *Reader) lackOf(ctx context.Context, n notify.Notification) (what lack, edition collection.Digest, err error) {
	known, err := p.core.Load(ctx, n.Name())
	if isUnknown(err) {
		return whole, edition, nil
	}
	if err != nil {
		return nothing, edition, err
	}
	edition = known.Collection.EditionDigest()
	switch {
	case !known.Sealed, edition != n.Edition, n.Reason == notify.Resolved, p.isUnaccepted(known.Collection):
		return whole, edition, nil // no update says who is behind an address
	case len(n.Updates) == 0, known.Collection.Ended(): // no update says whose End does not stand
		return changes, edition, nil
	}
	return nothing, edition, nil
}

// catchUp applies the updates in a notification if that is all there is, and
// asks a library otherwise.
func (p *Reader) catchUp(ctx context.Context, n notify.Notification, from library) error {
	what, _, err := p.lackOf(ctx, n)
	switch {
	case err != nil:
		return err
	case what == whole:
		return p.reload(ctx, n.Name(), from)
	case what == changes:
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
func (p *base) applyWithKeys(ctx context.Context, name collection.Name, told transport.State, from library) error {
	s, err := from.Updates(ctx, name)
	if err != nil {
		return err
	}
	told.Keys = s.Keys
	return p.apply(ctx, name, told)
}

// reload takes the whole collection from a library.
func (p *base) reload(ctx context.Context, name collection.Name, from library) error {
	s, err := from.Collection(ctx, name)
	if err != nil {
		return err
	}
	if len(s.Ends) > 0 && name.Author != p.user {
		return p.hearEnd(ctx, name, s)
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

// Refresh asks the hub, or the peers that tell of it, for what is new of a
// collection, without waiting for a notification: another title, another source, or
// all of it if it is not known here. With sources, it asks these peers, one after the
// other until one answers, which is then remembered as one that knows the collection.
// Errors are those of transport.Library, and transport.ErrSeal.
func (p *Reader) Refresh(ctx context.Context, name collection.Name, from ...transport.Source) error {
	return p.drain.Do(func() error {
		if len(from) == 0 {
			return p.refresh(ctx, name)
		}
		var failed []error
		for _, source := range from {
			err := p.refreshAt(ctx, source, name)
			if err == nil {
				return nil
			}
			failed = append(failed, err)
		}
		return errors.Join(failed...)
	})
}

func (p *base) refresh(ctx context.Context, name collection.Name) error {
	return p.ask(ctx, name, func(from library) error { return p.refreshFrom(ctx, name, from) })
}

// refreshFrom takes from a library what has changed, the editable part aside
// unless there is a new edition.
func (p *base) refreshFrom(ctx context.Context, name collection.Name, from library) error {
	s, err := from.Updates(ctx, name)
	if err != nil {
		return err
	}
	if len(s.Ends) > 0 && name.Author != p.user {
		return p.hearEnd(ctx, name, s)
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
func (p *base) apply(ctx context.Context, name collection.Name, s transport.State) error {
	known, err := p.core.Load(ctx, name)
	if err != nil {
		return err
	}
	us, err := collection.DecodeUpdates(s.Updates)
	if err != nil {
		return transport.Wrap(err)
	}
	told, _, err := known.Collection.WithoutUpdates().Apply(us...)
	if err == nil {
		told, err = withEnds(told, s.Ends)
	}
	if err != nil {
		return transport.Wrap(err)
	}
	return p.accept(ctx, name, told, s) // on its own, for what does not stand would take the place of what does
}

// accept verifies a collection and joins it to what is known.
func (p *base) accept(ctx context.Context, name collection.Name, c collection.Collection, s transport.State) error {
	if err := p.learn(ctx, s.Keys); err != nil {
		return err
	}
	if c.Name() != name {
		return transport.At(transport.ErrMalformed, "another collection")
	}
	v, err := p.verify(ctx, c)
	if err != nil {
		return err
	}
	if err := p.labelsMayGo(ctx, v.Collection); err != nil {
		return err
	}
	var before collection.Collection
	r, err := p.core.DoVerified(ctx, v, func(known engine.State) (engine.Event, error) {
		before = known.Collection
		return engine.Updated{Collection: v.Collection, Sources: s.Sources}, nil
	})
	p.recent.note(name, collection.ItemID{}, p.cfg.Now())
	if err == nil && r.New && p.user == name.Author { // from another station of the user's
		e := event.Of(event.Shared, name)
		e.User = p.user
		p.tell(e)
	}
	if err == nil {
		r.State, err = p.acceptReaders(ctx, before, r.State)
	}
	if err == nil && len(r.State.Held) == 0 {
		_, err = p.holdAlready(ctx, r.State.Collection)
	}
	if err == nil && p.user == name.Author && p.cfg.Hub != nil {
		err = p.notifyHubOfMore(ctx, v.Collection, r.State.Collection)
	}
	return err
}

// notifyHubOfMore tells the hub what this station of the author's knows more than came
// from there: what it has said upon it, or the edition that it has made of it.
func (p *base) notifyHubOfMore(ctx context.Context, theirs, ours collection.Collection) error {
	more, err := shareclient.SaysMore(ours, theirs)
	if err != nil || !more {
		return transport.Wrap(err)
	}
	return p.answerHub(ctx, ours.Name())
}

// holdAlready notes what the store has of a collection: the author may have
// shared the same items before, or a crash has come between storing a version
// and noting it.
func (p *base) holdAlready(ctx context.Context, c collection.Collection) (engine.State, error) {
	held, err := p.core.Versions.Held(ctx, c)
	if err != nil {
		return engine.State{}, err
	}
	r, err := p.core.Step(ctx, c.Name(), engine.Stored{Versions: held})
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
