package station

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// endedStay is how long a cache keeps the partial versions of what has ended: as long as the
// End of a stolen key can be undone without uploading all anew.
const endedStay = 7 * 24 * time.Hour

// noteEnd notes when a collection has ended, by the clock of the cache: the End's own may say
// anything.
func (s *step) noteEnd(before, after engine.State) {
	if s.core.Cache && after.Collection.Ended() && !before.Collection.Ended() {
		now := binary.BigEndian.AppendUint64(nil, uint64(s.core.Now().Unix()))
		s.tx.Set(endedRecord.Key(after.Collection.Name()), now)
	}
}

// expireEnded removes the partial versions of what has ended long ago. What fails of one
// does not keep it from the others.
func (k *Core) expireEnded(ctx context.Context) error {
	return k.perform(ctx, &k.ending, func(r *Round, page []transport.Record) error {
		before := k.Now().Add(-endedStay)
		var failed []error
		for _, end := range page {
			if !isOld(end.Value, before) {
				continue
			}
			err := r.Keep(ctx)
			if err == nil {
				err = k.dropEnded(ctx, end)
			}
			if failed = append(failed, err); ends(ctx, err) {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// dropEnded removes what is cached for one, unless it goes on.
func (k *Core) dropEnded(ctx context.Context, r transport.Record) error {
	name, err := record.Name(r.Key)
	if err != nil {
		return err
	}
	s, err := k.Load(ctx, name)
	if err == nil && s.Collection.Ended() {
		var gone []collection.Digest
		if gone, err = k.heldHereOnly(ctx, s); err == nil && len(gone) > 0 {
			err = k.expire(ctx, name.Author, gone, k.Now().Add(endedStay))
		}
	}
	if err != nil && !errors.Is(err, transport.ErrNotFound) && !errors.Is(err, transport.ErrSeal) {
		return err
	}
	if err = record.Replace(ctx, k.Store, r, nil); errors.Is(err, transport.ErrConflict) {
		return nil // it has ended anew
	}
	return err
}

// heldHereOnly returns the partial versions of a collection that no other of its author's
// holds which goes on, or may.
func (k *Core) heldHereOnly(ctx context.Context, s engine.State) ([]collection.Digest, error) {
	all := map[collection.Digest]bool{}
	for d := range partialDigests(s) {
		all[d] = true
	}
	own := s.Collection.Name()
	names, err := record.Names(ctx, k.Store, stateRecord.Under(own.Author))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == own || len(all) == 0 {
			continue
		}
		other, over, err := k.isDropped(ctx, name)
		if err != nil {
			return nil, err
		}
		if over {
			continue
		}
		for d := range partialDigests(other) {
			delete(all, d)
		}
	}
	gone := make([]collection.Digest, 0, len(all))
	for d := range all {
		gone = append(gone, d)
	}
	return gone, nil
}

// isDropped reports whether a collection has ended so long ago that nothing is cached for it.
func (k *Core) isDropped(ctx context.Context, name collection.Name) (s engine.State, over bool, err error) {
	s, err = k.Load(ctx, name)
	if errors.Is(err, transport.ErrSeal) || errors.Is(err, transport.ErrNotFound) {
		return s, true, nil
	}
	if err != nil || !s.Collection.Ended() {
		return s, false, err
	}
	_, err = record.Need(ctx, k.Store, endedRecord.Key(name))
	if errors.Is(err, transport.ErrNotFound) {
		return s, true, nil
	}
	return s, false, err
}

// partialDigests yields the digests of the partial versions that a state holds.
func partialDigests(s engine.State) func(func(collection.Digest) bool) {
	return func(yield func(collection.Digest) bool) {
		for v := range len(s.Collection.Ladder()) - 1 {
			for i := range s.HeldOf(v).Places() {
				if d, ok := s.Collection.Digest(i, v); ok && !yield(d) {
					return
				}
			}
		}
	}
}
