package peer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// maxRefused is how often a notification is tried that cannot be verified.
const maxRefused = 12

// refusal is a notification that could not be verified with the keys that were
// known, of one collection at one inbox.
type refusal struct {
	_     struct{} `cbor:",toarray"`
	ID    notify.ID
	Keys  [sha256.Size]byte
	Tries tries
}

func (r refusal) parked() bool { return r.Tries.N >= maxRefused }

// Parked lists the collections of which the latest notification could not be
// verified in twelve tries, over a day and a half with the Config.Retry of a
// minute. It was acknowledged, so that it does not come again. The next
// notification of the collection is tried anew, and ends this when it is good.
func (p *Reader) Parked(ctx context.Context) ([]collection.Name, error) {
	var names []collection.Name
	var failed []error
	for r, err := range record.Walk(ctx, p.cfg.Store, refusalRecord.Under(), "", 0) {
		var refused refusal
		if err == nil {
			refused, err = record.Value[refusal](r)
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

// hear takes a notification from an inbox, home's or the hub's, and reports
// whether it is to be acknowledged. One that could not be verified waits for its
// pause to end, or for other keys. Where what came with it does not stand, the library
// is asked.
func (p *Reader) hear(ctx context.Context, d transport.Delivery, from library, home transport.Source) (read bool, err error) {
	n := d.Notification
	key := refusalRecord.Key(home.User, n.Name())
	known, _, err := record.Load[refusal](ctx, p.cfg.Store, key)
	if err != nil {
		return false, err
	}
	again := known.ID == n.ID && known.Keys == p.keysNow()
	if again && (known.parked() || known.Tries.Next > p.cfg.Now().Unix()) {
		return known.parked(), nil
	}
	err = p.hearFrom(ctx, n, from.withState(d.State), home)
	if d.State != nil && isRefusal(err) {
		err = p.hearFrom(ctx, n, from, home)
	}
	if err == nil && known.Tries.N > 0 {
		err = record.Put(ctx, p.cfg.Store, transport.Change{Key: key})
	}
	if err == nil || ctx.Err() != nil || !isRefusal(err) {
		return err == nil, err
	}
	if !again {
		known = refusal{ID: n.ID, Keys: p.keysNow()}
	}
	known.Tries = known.Tries.again(p.cfg.Retry, p.cfg.Now())
	failed := record.Set(ctx, p.cfg.Store, key, known)
	e := event.Of(event.Refused, n.Name())
	if e.User, e.Err = home.User, err; known.parked() {
		e.Kind = event.Parked
	}
	p.tell(e)
	return known.parked() && failed == nil, errors.Join(err, failed)
}

// keysNow is the digest of the keys that are known.
func (p *Reader) keysNow() [sha256.Size]byte {
	h := sha256.New()
	for s := range p.cfg.Keys.Keys() {
		fmt.Fprintln(h, s.Key.ID(), s.User, s.Role, s.From, s.Until)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// hearFrom takes a notification from an inbox. Only a hub says where people find
// more; another peer is remembered as one that knows the collection.
func (p *Reader) hearFrom(ctx context.Context, n notify.Notification, from library, home transport.Source) error {
	if home.URL == "" {
		return p.take(ctx, n, from)
	}
	n, err := byPeer(n)
	if err == nil {
		err = p.take(ctx, n, from)
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
