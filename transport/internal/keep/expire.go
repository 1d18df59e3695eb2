package keep

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// A cache has one more record per partial version: when it came, in seconds
// since 1970. It is written before the bytes are and removed after them, so that
// a crash leaves no bytes that never expire.

func ageKey(author collection.UserID, d collection.Digest) string {
	return "age/" + author.String() + "/" + d.String()
}

// stamp notes that partial versions of c come now, if this is a cache.
func (k *Keeper) stamp(ctx context.Context, c collection.Collection, versions []transport.Bits) error {
	if !k.Cache {
		return nil
	}
	now := binary.BigEndian.AppendUint64(nil, uint64(k.Now().Unix()))
	seen := map[collection.Digest]bool{}
	var changes []transport.Change
	for v, items := range versions[:min(len(versions), len(c.Ladder())-1)] {
		for i := range items.Places() {
			d, err := Digest(c, i, v)
			if err == nil && !seen[d] {
				seen[d] = true
				changes = append(changes, transport.Change{Key: ageKey(c.Author(), d), Value: now})
			}
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return k.Store.Apply(ctx, changes...)
}

// stored gives the event that versions have come: those that are still here. It
// is made while nothing expires.
func (k *Keeper) stored(ctx context.Context, versions []transport.Bits) func(engine.State) (engine.Event, error) {
	return func(s engine.State) (engine.Event, error) {
		if !k.Cache {
			return engine.Stored{Versions: versions}, nil
		}
		here := make([]transport.Bits, len(versions))
		for v, items := range versions {
			for i := range items.Places() {
				has, err := k.has(ctx, s.Collection, i, v)
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
// states, then their bytes. After an error, or a crash, it can be called again.
func (k *Keeper) Expire(ctx context.Context, before time.Time) error {
	old := map[collection.UserID]map[collection.Digest]bool{}
	for r, err := range k.Store.Scan(ctx, "age/") {
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
	for author, digests := range old {
		if err := k.expire(ctx, author, digests, before); err != nil {
			return err
		}
	}
	return nil
}

func parseAge(key string) (author collection.UserID, d collection.Digest, err error) {
	user, sum, _ := strings.Cut(strings.TrimPrefix(key, "age/"), "/")
	if errors.Join(author.UnmarshalText([]byte(user)), d.UnmarshalText([]byte(sum))) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return author, d, err
}

func isOld(value []byte, before time.Time) bool {
	return len(value) != 8 || int64(binary.BigEndian.Uint64(value)) < before.Unix()
}

// expire removes versions of one author, while no step is under way.
func (k *Keeper) expire(ctx context.Context, author collection.UserID, digests map[collection.Digest]bool, before time.Time) error {
	k.cache.Lock()
	defer k.cache.Unlock()
	var gone []transport.Change
	for d := range digests {
		key := ageKey(author, d)
		value, err := k.Store.Get(ctx, key)
		if errors.Is(err, transport.ErrNotFound) || err == nil && !isOld(value, before) {
			delete(digests, d) // it has come again meanwhile
			continue
		}
		if err != nil {
			return err
		}
		gone = append(gone, transport.Change{Key: key})
	}
	if err := k.expireStates(ctx, author, digests); err != nil {
		return err
	}
	for d := range digests {
		if err := k.Store.Delete(ctx, versionKey(author, d)); err != nil {
			return err
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return k.Store.Apply(ctx, gone...)
}

// expireStates takes versions out of all of an author's collections.
func (k *Keeper) expireStates(ctx context.Context, author collection.UserID, digests map[collection.Digest]bool) error {
	names, err := k.namesOf(ctx, author.String()+"/")
	if err != nil {
		return err
	}
	for _, name := range names {
		_, err := k.do(ctx, name, func(s engine.State) (engine.Event, error) {
			versions := among(s, digests)
			if len(versions) == 0 {
				return nil, nil
			}
			return engine.Expired{Versions: versions}, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// among gives the held versions that have one of the digests.
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
