package peer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// take brings a collection up to date with a notification and, if it was not
// seen before, keeps it for collectNews.
func (p *Reader) take(ctx context.Context, n notify.Notification, from library) error {
	if n.To != p.user {
		return transport.At(transport.ErrMalformed, "a notification to somebody else")
	}
	if heard, err := p.hasHeard(ctx, n); err != nil || heard {
		return err
	}
	if err := p.catchUp(ctx, n, from); err != nil {
		return err
	}
	return p.keepNews(ctx, n)
}

// hasHeard reports whether a notification is a repeat.
func (p *Reader) hasHeard(ctx context.Context, n notify.Notification) (bool, error) {
	last, any, err := p.lastNews(ctx, n.Name())
	return any && last.Notification.ID == n.ID, err
}

// byPeer is a notification as it is taken from one who is no hub.
func byPeer(n notify.Notification) (notify.Notification, error) {
	n.Link = ""
	if !n.HasID() {
		return n, transport.At(transport.ErrMalformed, "the ID of a notification")
	}
	return n, nil
}

// told is what was told of a collection, the cover aside, and a digest of all that there
// was to see: the edition, the rank of each item, and whom the author has still to accept.
type told struct {
	Notification notify.Notification `cbor:"1,keyasint"`
	Seen         collection.Digest   `cbor:"2,keyasint"`
}

// lastNews returns what was told of a collection last.
func (p *Reader) lastNews(ctx context.Context, name collection.Name) (last told, any bool, err error) {
	last, stored, err := record.Load[told](ctx, p.cfg.Store, newsRecord.Key(name))
	return last, stored.Version > 0, err
}

// seenIn is the digest of all that there is to see of a collection; of the user's own, of who
// has joined: all else the user has made, here or elsewhere.
func (p *Reader) seenIn(c collection.Collection) collection.Digest {
	edition := c.EditionDigest()
	ranks := binary.BigEndian.AppendUint64(nil, uint64(c.Len()))
	for _, rank := range c.Items() {
		ranks = binary.BigEndian.AppendUint32(ranks, uint32(rank))
	}
	seen := append(ranks, edition[:]...)
	if c.Ended() {
		seen = append(seen, "ended"...)
	}
	if p.user == c.Author() {
		return p.seenOfOwn(c)
	}
	for a, u := range c.Unaccepted() {
		if u == p.user {
			seen = append(append(seen, a[:]...), u[:]...)
		}
	}
	return collection.Digest(sha256.Sum256(seen))
}

// seenOfOwn is the digest of who has joined a collection of the user's own.
func (p *Reader) seenOfOwn(c collection.Collection) collection.Digest {
	var seen []byte
	for a, u := range c.Resolved() {
		seen = append(append(seen, a[:]...), u[:]...)
	}
	return collection.Digest(sha256.Sum256(seen))
}

// keepNews keeps a notification for collectNews, unless it comes after newer news, or has
// nothing to tell people.
func (p *Reader) keepNews(ctx context.Context, n notify.Notification) error {
	p.news.Lock()
	defer p.news.Unlock()
	last, any, err := p.lastNews(ctx, n.Name())
	if err != nil || any && last.Notification.ID == n.ID {
		return err
	}
	s, err := p.core.Load(ctx, n.Name())
	if err != nil {
		return err
	}
	n.Reason = reasonFor(n.Reason, s.Collection)
	seen := p.seenIn(s.Collection)
	quiet := any && seen == last.Seen
	if p.user == s.Collection.Author() {
		quiet, n.Reason = quiet || !any && seen == p.seenOfOwn(collection.Collection{}), notify.Resolved
	}
	if quiet { // another has sealed what was told, say
		n.Reason = last.Notification.Reason
	}
	if any {
		if late, err := n.Late(last.Notification, s.Collection); err != nil || late {
			return transport.Wrap(err)
		}
	}
	shown, err := shownOf(n, s.Collection)
	if err != nil {
		return err
	}
	if !quiet && n.Reason != notify.Resolved && n.Reason != notify.Ended {
		if n.Reason, err = p.reason(ctx, n, last.Notification, shown, any); err != nil {
			return err
		}
		if n.Reason != notify.Shared {
			n.Cover = nil
		}
		if shown, err = shownOf(n, s.Collection); err != nil { // its note says why
			return err
		}
	}
	now, err := toldOf(n, shown, s.Collection)
	if err != nil {
		return err
	}
	if quiet { // what waits for the program stays, with its cover
		fresh, err := p.freshFor(ctx, n.Name())
		if err != nil {
			return err
		}
		return record.Set(ctx, p.cfg.Store, newsRecord.Key(n.Name()), told{now, seen}, fresh...)
	}
	return p.storeNews(ctx, told{now, seen}, shown.Cover)
}

// reasonFor is a sender's reason, which is that a collection has ended where its author has
// said so, whatever the sender says, and only there.
func reasonFor(reason notify.Reason, c collection.Collection) notify.Reason {
	switch {
	case c.Ended():
		return notify.Ended
	case reason == notify.Ended:
		return notify.Available
	}
	return reason
}

// reason says what is news to the program about a collection of which it was told last, if
// of any: its sender does not know what that was.
func (p *Reader) reason(ctx context.Context, n, last, shown notify.Notification, any bool) (notify.Reason, error) {
	if !any {
		return notify.Shared, nil
	}
	waits, err := record.Get(ctx, p.cfg.Store, untakenRecord.Key(shown.Name()))
	switch {
	case err != nil:
		return 0, err
	case waits.Version > 0 && last.Reason == notify.Shared: // the first word was not read
		return notify.Shared, nil
	case shown.Labelled > last.Labelled:
		return notify.Lost, nil
	case shown.Labelled < last.Labelled, shown.Edition == last.Edition, n.Reason == notify.Available:
		return notify.Available, nil
	}
	return notify.Edited, nil
}

// storeNews stores what was told, which waits for the program together with its cover, and
// has wishes tried.
func (p *Reader) storeNews(ctx context.Context, t told, cover []byte) error {
	name := t.Notification.Name()
	changes, err := p.freshFor(ctx, name)
	if err != nil {
		return err
	}
	changes = append(changes, transport.Change{Key: untakenRecord.Key(name), Value: append([]byte{}, cover...)})
	return record.Set(ctx, p.cfg.Store, newsRecord.Key(name), t, changes...)
}

// shownOf returns what the user is shown of a notification. It says what is verified,
// whatever the sender wrote; its ID is that of the one that came, by which
// repeats are known.
func shownOf(n notify.Notification, c collection.Collection) (notify.Notification, error) {
	shown, err := notify.Make(c, n.Reason, n.Link)
	shown.ID, shown.To = n.ID, n.To
	if d, err := station.Digest(c, cover.Item(c), 0); err == nil && d == digest.Sum(n.Cover) {
		shown.Cover = n.Cover
	}
	return shown, err
}

// toldOf returns what later notifications are compared with: what the one that came
// has told, unless that is more than is verified, which would make others late.
func toldOf(n, shown notify.Notification, c collection.Collection) (notify.Notification, error) {
	told := shown
	told.Cover = nil
	us, err := collection.DecodeUpdates(n.Updates)
	if err != nil {
		return told, transport.Wrap(err)
	}
	_, more, err := c.Apply(us...)
	if !more && n.CompareEditions(shown) <= 0 {
		told.Number, told.Edition, told.Updates = n.Number, n.Edition, n.Updates
	}
	return told, transport.Wrap(err)
}
