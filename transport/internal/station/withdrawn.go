package station

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Of what is withdrawn a cache hands out nothing from then on, and it keeps it for a week,
// since the author may take that back: it need not have been the author who said so. One
// record for an hour and a collection says what was withdrawn, so that only those are looked
// at of which something is to be removed.

// withdrawnStay is for how many hours a cache keeps what is withdrawn, at least.
const withdrawnStay = 7 * 24

// hour counts the hours since 1970.
func (k *Core) hour() int64 { return k.Now().Unix() / int64(time.Hour/time.Second) }

// noteWithdrawn notes what a step withdraws, in a cache.
func (s *step) noteWithdrawn(ctx context.Context, before, after engine.State) error {
	if !s.core.Cache || after.Collection.Withdrawn() == 0 {
		return nil
	}
	gone := withdrawn(after.Collection)
	if before.Known() {
		gone = gone.Without(withdrawn(before.Collection))
	}
	if gone.IsEmpty() {
		return nil
	}
	key := goneRecord.Key(hourKey(s.core.hour()), after.Collection.Name())
	noted, err := record.Get(ctx, s.tx, key)
	if err != nil && !record.Damaged(err, key) {
		return err
	}
	s.tx.Set(key, transport.Bits(noted.Value).Or(gone))
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

// expireWithdrawn removes what was withdrawn a week ago, and still is.
func (k *Core) expireWithdrawn(ctx context.Context) error {
	return k.perform(ctx, &k.removing, func(r *Round, page []transport.Record) error {
		var failed []error
		for _, gone := range page {
			if hourOf(gone.Key) >= k.hour()-withdrawnStay { // it was as late as at its end
				break // so are those behind it
			}
			err := r.Keep(ctx)
			if err == nil {
				err = k.removeWithdrawn(ctx, gone)
			}
			if failed = append(failed, err); ends(ctx, err) {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// removeWithdrawn removes the partial versions of items that were withdrawn, unless the
// author shares the same bytes with an item that is not, and then the note.
func (k *Core) removeWithdrawn(ctx context.Context, note transport.Record) error {
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
		if err := k.removeItems(ctx, s.Collection, transport.Bits(note.Value).And(withdrawn(s.Collection))); err != nil {
			return err
		}
	}
	return record.Put(ctx, k.Store, transport.Change{Key: note.Key})
}

// removeItems removes the partial versions of items of a collection, some at once.
func (k *Core) removeItems(ctx context.Context, c collection.Collection, items transport.Bits) error {
	sets := make([]transport.Bits, len(c.Ladder())-1)
	for v := range sets {
		sets[v] = items
	}
	places := placesOf(c, sets)
	for len(places) > 0 {
		some := places[:min(len(places), expirePage)]
		places = places[len(some):]
		err := k.expireThose(ctx, c.Author(), forever, func(tx *record.Tx) ([]collection.Digest, error) {
			return k.unused(ctx, tx, c.Author(), some)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unused returns the digests of some versions that no item of the author's has which is not
// withdrawn.
func (k *Core) unused(ctx context.Context, tx *record.Tx, author collection.UserID, some []spot) (unused []collection.Digest, err error) {
	left := make(map[collection.Digest]bool, len(some))
	for _, p := range some {
		left[p.digest] = true
	}
	err = k.eachState(ctx, tx, author, func(_ collection.Name, _ transport.Record, _ engine.Parts, s engine.State) error {
		gone := withdrawn(s.Collection)
		for v, items := range among(s, left) {
			for i := range items.Without(gone).Places() {
				d, _ := s.Collection.Digest(i, v)
				delete(left, d)
			}
		}
		return nil
	})
	for d := range left {
		unused = append(unused, d)
	}
	return unused, err
}
