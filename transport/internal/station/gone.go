package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Of what is withdrawn, and of what has ended, a cache hands out nothing from then on, and it
// keeps it for a week, since that may be undone: it need not have been the author who said so.
// One record for an hour and a collection says which items that were: the records are in the
// order in which something is to be removed, and a round reads those alone whose week is over.

// goneStay is for how many hours a cache keeps what is gone, at least.
const goneStay = 7 * 24

// hour counts the hours since 1970, by the clock of the cache: an End's own may say anything.
func (k *Core) hour() int64 { return k.Now().Unix() / int64(time.Hour/time.Second) }

// gone is the set of the items of which nothing is handed out to readers any more.
func gone(c collection.Collection) transport.Bits {
	if c.Ended() {
		return transport.AllBits(c.Len())
	}
	return withdrawn(c)
}

// noteGone notes in a cache which items a step makes go, and those that have gone before of
// which it has versions again.
func (s *step) noteGone(ctx context.Context, before, after engine.State, come transport.Bits) error {
	if !s.core.Cache || after.Collection.Withdrawn() == 0 && !after.Collection.Ended() {
		return nil
	}
	now := gone(after.Collection)
	going := now
	if before.Known() {
		going = now.Without(gone(before.Collection)).Or(now.And(come))
	}
	if going.IsEmpty() {
		return nil
	}
	key := goneRecord.Key(hourKey(s.core.hour()), after.Collection.Name())
	noted, err := record.Get(ctx, s.tx, key)
	if err != nil && !record.Damaged(err, key) {
		return err
	}
	s.tx.Set(key, transport.Bits(noted.Value).Or(going))
	return nil
}

// hourKey is an hour in keys, such that they are in the order of the hours.
type hourKey int64

// String returns the hour in hexadecimal.
func (h hourKey) String() string { return fmt.Sprintf("%08x", int64(h)) }

// hourOf returns the hour of a record's key; 0 if there is none.
func hourOf(key string) int64 {
	h, _, _ := strings.Cut(strings.TrimPrefix(key, goneRecord.Under()), "/")
	n, err := strconv.ParseInt(h, 16, 64)
	if err != nil {
		return 0
	}
	return n
}

// isGoneLong reports whether the week is over of what a record notes, which was noted as late
// as at the end of its hour.
func (k *Core) isGoneLong(key string) bool { return hourOf(key) < k.hour()-goneStay }

// expireGone removes what was gone a week ago, and still is. What fails of one collection does
// not keep it from the others.
func (k *Core) expireGone(ctx context.Context) error {
	return k.perform(ctx, &k.removing, func(r *Round, page []transport.Record) error {
		var failed []error
		for _, note := range page {
			err := r.Keep(ctx)
			if err == nil {
				err = k.removeGone(ctx, note)
			}
			if failed = append(failed, err); ends(ctx, err) {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// removeGone removes the partial versions of items that are gone, and then the note.
func (k *Core) removeGone(ctx context.Context, note transport.Record) error {
	name, err := record.Name(note.Key)
	if err != nil {
		return err
	}
	s, err := k.Load(ctx, name)
	switch {
	case errors.Is(err, transport.ErrNotFound), errors.Is(err, transport.ErrSeal): // nobody gets any of it
	case err != nil:
		return err
	default:
		items := transport.Bits(note.Value).And(gone(s.Collection))
		if err := k.removeItems(ctx, s, items); err != nil {
			return err
		}
	}
	return record.Put(ctx, k.Store, transport.Change{Key: note.Key})
}

// removeItems removes the partial versions of items of a collection, some at once.
func (k *Core) removeItems(ctx context.Context, s engine.State, items transport.Bits) error {
	sets := make([]transport.Bits, len(s.Collection.Ladder())-1)
	for v := range sets {
		sets[v] = s.HeldOf(v).And(items)
	}
	places := placesOf(s.Collection, sets)
	for len(places) > 0 {
		some := places[:min(len(places), expirePage)]
		places = places[len(some):]
		if err := k.removeFrom(ctx, s.Collection.Name(), some); err != nil {
			return err
		}
	}
	return nil
}

// removeFrom takes versions of items that are gone out of a collection, and removes those that
// no other item or collection of its author's has: of that each says itself when it goes.
func (k *Core) removeFrom(ctx context.Context, from collection.Name, some []spot) error {
	return k.expireThose(ctx, func(tx *record.Tx) (blobs []transport.Record, err error) {
		left := make(map[collection.Digest]bool, len(some))
		for _, p := range some {
			left[p.digest] = true
		}
		names, err := k.holders(ctx, tx, from.Author, digestsOf(left))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(names, from) {
			names = append(names, from)
		}
		if err = k.leave(ctx, tx, names, from, some, left); err != nil {
			return nil, err
		}
		return k.forget(ctx, tx, from.Author, digestsOf(left), forever, map[collection.Digest]bool{})
	})
}

// leave takes versions out of a collection, and those that it or another one of some holds all
// the same out of a set.
func (k *Core) leave(ctx context.Context, tx *record.Tx, names []collection.Name, from collection.Name, some []spot, left map[collection.Digest]bool) error {
	return k.eachState(ctx, tx, names, func(name collection.Name, s stateIn) (err error) {
		held := among(s.state, left)
		if name == from {
			leaving := goneAmong(s.state, some)
			for v := range held {
				held[v] = held[v].Without(leaving[v])
			}
			err = k.expireState(ctx, tx, s, leaving)
		}
		for _, p := range placesOf(s.state.Collection, held) {
			delete(left, p.digest)
		}
		return err
	})
}

// goneAmong are those of some places of a state's that are gone and are held: the author may
// have taken others back meanwhile.
func goneAmong(s engine.State, some []spot) []transport.Bits {
	sets, now := make([]transport.Bits, len(s.Collection.Ladder())), gone(s.Collection)
	for _, p := range some {
		if d, ok := s.Collection.Digest(p.item, p.version); ok && d == p.digest && now.Has(p.item) && s.Holds(p.item, p.version) {
			sets[p.version] = sets[p.version].Add(p.item)
		}
	}
	return sets
}
