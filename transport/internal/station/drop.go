package station

import (
	"context"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A peer drops versions when its user says so. In one transaction they leave the states and
// the records, and of those that are blobs it is noted, where a cache notes ages, that the
// bytes are to go: so a crash leaves none that nobody knows of.

// Drop removes versions of a collection that are here, and what earlier calls have left. Bytes
// stay that another of its author's collections has, or it has itself as another version or
// of another item.
func Drop(ctx context.Context, core *Core, c collection.Collection, versions []transport.Bits) error {
	core.cache.Lock()
	defer core.cache.Unlock()
	k := core.Versions
	places := placesOf(c, versions)
	for len(places) > 0 {
		some := places[:min(len(places), expirePage)]
		places = places[len(some):]
		if err := k.drop(ctx, c.Name(), versions, some); err != nil {
			return err
		}
	}
	return k.dropBlobs(ctx)
}

// drop drops some of the versions that go.
func (k *Versions) drop(ctx context.Context, name collection.Name, going []transport.Bits, some []spot) error {
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		gone, err := k.onlyAmong(ctx, tx, name, going, some)
		if err != nil || len(gone) == 0 {
			return err
		}
		for d := range gone {
			small, err := k.core.forgetOne(ctx, tx, versionRecord.Key(name.Author, d))
			if err != nil {
				return err
			}
			if !small {
				tx.Put(k.core.age(name.Author, d))
			}
		}
		return k.core.eachOf(ctx, tx, name.Author, func(_ collection.Name, s stateIn) error {
			return k.core.expireState(ctx, tx, s, among(s.state, gone))
		})
	})
	return err
}

// onlyAmong returns the digests of some versions that nothing of the author's holds but what
// goes of a collection.
func (k *Versions) onlyAmong(ctx context.Context, tx *record.Tx, name collection.Name, going []transport.Bits, some []spot) (map[collection.Digest]bool, error) {
	left := make(map[collection.Digest]bool, len(some))
	for _, p := range some {
		left[p.digest] = true
	}
	err := k.core.eachOf(ctx, tx, name.Author, func(other collection.Name, s stateIn) error {
		for v, items := range among(s.state, left) {
			if other == name && v < len(going) {
				items = items.Without(going[v])
			}
			for i := range items.Places() {
				d, _ := s.state.Collection.Digest(i, v)
				delete(left, d)
			}
		}
		return nil
	})
	return left, err
}

// dropBlobs removes the bytes of what was dropped, unless it has come again.
func (k *Versions) dropBlobs(ctx context.Context) error {
	keys, err := record.Keys(ctx, k.Store, ageRecord.Under(), 0)
	if err != nil {
		return err
	}
	for _, noted := range keys {
		key := versionRecord.Under() + strings.TrimPrefix(noted, ageRecord.Under())
		now, err := record.Get(ctx, k.Store, key)
		if err == nil && now.Version == 0 {
			err = k.Store.Delete(ctx, key)
		}
		if err != nil {
			return err
		}
		if err := record.Remove(ctx, k.Store, noted); err != nil {
			return err
		}
	}
	return nil
}

// Room returns how many bytes the versions of a collection take here, by their place in the
// ladder: each of those with the same bytes once.
func Room(ctx context.Context, core *Core, s engine.State) ([]int64, error) {
	room := make([]int64, len(s.Collection.Ladder()))
	seen := map[collection.Digest]bool{}
	for _, p := range placesOf(s.Collection, s.Held) {
		if seen[p.digest] {
			continue
		}
		seen[p.digest] = true
		size, _, err := core.Versions.whole(ctx, versionRecord.Key(s.Collection.Author(), p.digest))
		if err != nil {
			return nil, err
		}
		room[p.version] += size
	}
	return room, nil
}
