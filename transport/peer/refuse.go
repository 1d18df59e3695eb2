package peer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// maxRefused is how often a notification is tried that cannot be verified.
const maxRefused = 12

// errNotOwed says that what could not be heard is not noted either: the store has failed.
var errNotOwed = errors.New("not noted that it is to be heard")

// owed is a notification, of one collection in a feed, that has still to be heard: what it
// tells could not be had, or not be verified with the keys that were known.
type owed struct {
	Notification notify.Notification `cbor:"1,keyasint"` // without its cover
	Keys         []byte              `cbor:"2,keyasint,omitempty"`
	Tries        tries               `cbor:"3,keyasint"` // that were refused
	Missed       tries               `cbor:"4,keyasint"` // in which it could not be had
}

func (o owed) parked() bool { return o.Tries.N >= maxRefused }

// rests reports whether the pause after the last try in vain is not over.
func (o owed) rests(now time.Time) bool { return max(o.Tries.Next, o.Missed.Next) > now.Unix() }

// longestMissed is the most that is waited between two tries of what could not be had.
const longestMissed = time.Hour

// missed is o after one more try in which it could not be had. The first is repeated at once:
// mostly a connection has broken off.
func (o owed) missed(first time.Duration, now time.Time) owed {
	if o.Missed.N > 0 {
		now = now.Add(min(pauseAfter(first, o.Missed.N-1), longestMissed))
	}
	o.Missed = tries{N: o.Missed.N + 1, Next: now.Unix()}
	return o
}

// Parked lists the collections of which the latest notification could not be
// verified in twelve tries, over a day and a half with the Config.Retry of a
// minute. The next notification of the collection is tried anew, and ends this when it is
// good; so does this one when other keys are known.
func (p *Reader) Parked(ctx context.Context) ([]collection.Name, error) {
	var names []collection.Name
	var failed []error
	for r, err := range record.Walk(ctx, p.cfg.Store, owedRecord.Under(), "", 0) {
		var refused owed
		if err == nil {
			refused, err = record.Value[owed](r)
		}
		name, keyErr := record.Name(r.Key)
		if err = cmp.Or(err, keyErr); err != nil {
			failed = append(failed, err)
		} else if refused.parked() {
			names = append(names, name)
		}
	}
	return names, errors.Join(failed...)
}

// hear takes an entry of a feed, home's or the hub's. Where what came with it does not stand,
// the library is asked. What cannot be heard now is owed.
func (p *Reader) hear(ctx context.Context, e transport.Entry, from library, home transport.Source) error {
	n := e.Notification
	key := owedRecord.Key(home.User, n.Name())
	known, r, err := record.Load[owed](ctx, p.cfg.Store, key)
	if err = p.aside(err, key); err != nil {
		return fmt.Errorf("%w: %w", errNotOwed, err)
	}
	r.Key = key                     // of one that is damaged, too
	if n.Reason == notify.Removed { // what is here of it stays
		return p.pay(ctx, r)
	}
	if known.Notification.ID == n.ID && r.Version > 0 {
		return nil // a repeat
	}
	err = p.hearFrom(ctx, n, from.withState(e.State), home)
	if e.State != nil && isRefusal(err) {
		err = p.hearFrom(ctx, n, from, home)
	}
	return p.heardOrOwed(ctx, r, owed{Notification: n}, home, err)
}

// hearOwed tries again what is owed of a feed, when its pause is over or, if it was refused,
// when other keys are known.
func (p *Reader) hearOwed(ctx context.Context, from library, home transport.Source) error {
	var failed []error
	var due []dueOwed
	for r, err := range record.Walk(ctx, p.cfg.Store, owedRecord.Under(home.User), "", 0) {
		var known owed
		if err == nil {
			known, err = record.Value[owed](r)
		}
		if err != nil {
			failed = append(failed, p.aside(err, r.Key))
			continue
		}
		again := string(known.Keys) == string(p.keysNow())
		if again && (known.parked() || known.rests(p.cfg.Now())) {
			continue
		}
		if !again {
			known.Tries, known.Missed = tries{}, tries{}
		}
		due = append(due, dueOwed{known, r})
	}
	for some := range slices.Chunk(due, transport.MaxCollections) {
		failed = append(failed, p.hearDue(ctx, some, from, home))
	}
	return errors.Join(failed...)
}

// dueOwed is what is owed with its record.
type dueOwed struct {
	owed
	record transport.Record
}

// hearDue tries again some of what is owed.
func (p *Reader) hearDue(ctx context.Context, due []dueOwed, from library, home transport.Source) error {
	var failed []error
	news := make([]notify.Notification, len(due))
	for i, o := range due {
		news[i] = o.Notification
	}
	asked := p.askLacking(ctx, from, news)
	defer asked.stop()
	for i, o := range due {
		err := p.hearFrom(ctx, news[i], asked.library(news[i].Name()), home)
		if err = p.heardOrOwed(ctx, o.record, o.owed, home, err); err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", news[i].Name(), err))
		}
	}
	return errors.Join(failed...)
}

// heardOrOwed notes what became of a notification of home's feed or the hub's, whose record
// is r, after one more try.
func (p *Reader) heardOrOwed(ctx context.Context, r transport.Record, o owed, home transport.Source, err error) error {
	if err == nil || errors.Is(err, errEndedBefore) { // where that is undone, it is told anew
		return p.pay(ctx, r)
	}
	if ctx.Err() != nil {
		return err // as if it had not been tried
	}
	if errors.Is(err, transport.ErrQuota) { // or strangers would fill what is owed
		p.refusal(event.Refused, o, home, err)
		return p.pay(ctx, r)
	}
	o.Notification.Cover, o.Keys = nil, p.keysNow()
	if !isRefusal(err) {
		o = o.missed(p.cfg.Retry, p.cfg.Now())
	} else {
		o.Tries = o.Tries.again(p.cfg.Retry, p.cfg.Now())
		kind := event.Refused
		if o.parked() {
			kind = event.Parked
		}
		p.refusal(kind, o, home, err)
	}
	if failed := record.Set(ctx, p.cfg.Store, r.Key, o); failed != nil {
		return fmt.Errorf("%w: %w: %w", errNotOwed, failed, err)
	}
	return err
}

// refusal tells that what a station tells of is not taken.
func (p *Reader) refusal(kind event.Kind, o owed, home transport.Source, err error) {
	e := event.Of(kind, o.Notification.Name())
	e.User, e.Err = home.User, err
	p.tell(e)
}

// pay ends that a notification is owed, if it is.
func (p *Reader) pay(ctx context.Context, r transport.Record) error {
	if r.Version == 0 {
		return nil
	}
	return record.Put(ctx, p.cfg.Store, transport.Change{Key: r.Key})
}

// keysNow is the digest of the keys that are known.
func (p *Reader) keysNow() []byte {
	h := sha256.New()
	for s := range p.cfg.Keys.Keys() {
		fmt.Fprintln(h, s.Key.ID(), s.User, s.Role, s.From, s.Until)
	}
	return h.Sum(nil)
}

// hearFrom takes a notification from a feed. Only a hub says where people find
// more; another peer is remembered as one that knows the collection.
func (p *Reader) hearFrom(ctx context.Context, n notify.Notification, from library, home transport.Source) error {
	if home.URL == "" {
		return p.take(ctx, n, from)
	}
	n, err := byPeer(n)
	if err != nil {
		return err
	}
	passed, err := p.mayPass(ctx, n, home)
	if err == nil {
		err = p.take(ctx, n, from)
	}
	if err == nil && passed {
		err = p.notePassed(ctx, n.Name())
	}
	if err == nil {
		err = p.remember(ctx, n.Name(), home)
	}
	return err
}

// isRefusal reports whether an error is about what was told, and not about the
// network, the store or the process.
func isRefusal(err error) bool {
	for _, e := range []error{transport.ErrUnreachable, transport.ErrPeerKey, transport.ErrUnauthenticated, transport.ErrStorage, transport.ErrClosed, transport.ErrStale} {
		if errors.Is(err, e) {
			return false
		}
	}
	return errors.Is(transport.Wrap(err), transport.Err)
}
