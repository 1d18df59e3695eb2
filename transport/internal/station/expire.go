package station

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// stored returns the event that versions have come: those that are still here. It
// is made while nothing expires.
func (k *Core) stored(ctx context.Context, versions []transport.Bits) func(engine.State) (engine.Event, error) {
	return func(s engine.State) (engine.Event, error) {
		if !k.Cache {
			return engine.Stored{Versions: versions}, nil
		}
		here := make([]transport.Bits, len(versions))
		for v, items := range versions {
			for i := range items.Places() {
				has, err := k.Versions.has(ctx, s.Collection, i, v)
				if err != nil {
					return nil, err
				}
				if has {
					here[v] = here[v].Add(i)
				}
			}
		}
		return engine.Stored{Versions: here}, nil
	}
}

// Expire removes the partial versions that came before a time: first from the
// states, then their bytes. What fails of one author does not keep it from the
// others. After an error, or a crash, it can be called again.
func (k *Core) Expire(ctx context.Context, before time.Time) error {
	old := map[collection.UserID]map[collection.Digest]bool{}
	for r, err := range k.Store.Scan(ctx, ageRecord.Under()) {
		if err != nil {
			return err
		}
		author, d, err := parseAge(r.Key)
		if err != nil {
			return err
		}
		if !isOld(r.Value, before) {
			continue
		}
		if old[author] == nil {
			old[author] = map[collection.Digest]bool{}
		}
		old[author][d] = true
	}
	var failed []error
	for _, author := range inOrder(old) {
		if err := k.expire(ctx, author, old[author], before); err != nil {
			failed = append(failed, fmt.Errorf("author %v: %w", author, err))
		}
	}
	return errors.Join(failed...)
}

// inOrder lists the keys of a map, so that a crash on the way leaves the same each
// time.
func inOrder[K interface {
	comparable
	String() string
}, V any](m map[K]V) []K {
	return slices.SortedFunc(maps.Keys(m), func(a, b K) int { return strings.Compare(a.String(), b.String()) })
}

// expire removes versions of one author, while no step is under way.
func (k *Core) expire(ctx context.Context, author collection.UserID, digests map[collection.Digest]bool, before time.Time) error {
	k.cache.Lock()
	defer k.cache.Unlock()
	var gone []transport.Change
	for _, d := range inOrder(digests) {
		key := ageRecord.Key(author, d)
		value, err := k.Store.Get(ctx, key)
		if errors.Is(err, transport.ErrNotFound) || err == nil && !isOld(value, before) {
			delete(digests, d) // it has come again meanwhile
			continue
		}
		if err != nil {
			return err
		}
		gone = append(gone, transport.Change{Key: key, Old: value})
	}
	if err := k.expireStates(ctx, author, digests); err != nil {
		return err
	}
	for _, d := range inOrder(digests) {
		if err := k.Store.Delete(ctx, versionBlob.Key(author, d)); err != nil {
			return err
		}
	}
	return k.forgetAges(ctx, gone)
}

// expireStates takes versions out of all of an author's collections.
func (k *Core) expireStates(ctx context.Context, author collection.UserID, digests map[collection.Digest]bool) error {
	names, err := record.Names(ctx, k.Store, stateRecord.Under(author))
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range names {
		failed = append(failed, k.expireState(ctx, name, digests))
	}
	return errors.Join(failed...)
}

// expireState takes versions out of a collection, whether or not its seals stand
// any more: nothing is said that they would have to stand for.
func (k *Core) expireState(ctx context.Context, name collection.Name, digests map[collection.Digest]bool) error {
	data, err := k.Store.Get(ctx, stateRecord.Key(name))
	var s engine.State
	if err == nil {
		err = s.UnmarshalBinary(data)
	}
	versions := among(s, digests)
	if err != nil || len(versions) == 0 {
		return err
	}
	sealed := s.Sealed
	s.Sealed = false // as far as anybody has looked: nothing else follows
	if s, _, err = k.Rules.Step(s, engine.Expired{Versions: versions}); err != nil {
		return err
	}
	s.Sealed = sealed
	next, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	return k.Store.Apply(ctx, transport.Change{Key: stateRecord.Key(name), Value: next, Old: data})
}

// among returns the held versions that have one of the digests.
func among(s engine.State, digests map[collection.Digest]bool) []transport.Bits {
	var versions []transport.Bits
	for v, items := range s.Held {
		for i := range items.Places() {
			if d, ok := s.Collection.Digest(i, v); ok && digests[d] {
				for len(versions) <= v {
					versions = append(versions, nil)
				}
				versions[v] = versions[v].Add(i)
			}
		}
	}
	return versions
}
