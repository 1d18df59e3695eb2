package station

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A cache has one more record per partial version: when it came, in seconds since 1970, and
// behind it the ids of the collections that hold it, or have held it. It is written with the
// bytes or before them, and removed after them, so that a crash leaves no bytes that never
// expire; and the ids are written with the states that hold the version, so that nothing else
// has to be read to remove it.

// maxHolders is how many ids an age has. Behind them stands the zero ID, which says that there
// are others: then all that the author has is looked at.
const maxHolders = 16

// age returns the change which notes that a version comes now. In a cache it is put by putAge.
func (k *Core) age(author collection.UserID, d collection.Digest) transport.Change {
	return transport.Change{Key: ageRecord.Key(author, d), Value: binary.BigEndian.AppendUint64(nil, uint64(k.Now().Unix()))}
}

// putAge puts an age, with the ids of those who hold the version already.
func putAge(ctx context.Context, tx *record.Tx, age transport.Change) error {
	was, err := ageIn(ctx, tx, age.Key)
	if err == nil {
		tx.Set(age.Key, append(slices.Clip(age.Value), holdersIn(was.Value)...))
	}
	return err
}

// ageIn returns an age in a transaction. Of a damaged one, others may hold its version.
func ageIn(ctx context.Context, tx *record.Tx, key string) (transport.Record, error) {
	r, err := record.Get(ctx, tx, key)
	if record.Damaged(err, key) {
		return transport.Record{Key: key, Value: ofOthers(nil), Version: r.Version}, nil
	}
	return r, err
}

// ofOthers is an age, or one that is very old, of a version that others may hold.
func ofOthers(age []byte) []byte {
	if len(age) < 8 {
		age = make([]byte, 8)
	}
	return append(slices.Clip(age[:8]), make([]byte, len(collection.ID{}))...)
}

// holdersIn returns the ids of an age, one after the other.
func holdersIn(age []byte) []byte {
	if len(age) < 8 {
		return nil
	}
	return age[8:]
}

// hasHolder reports whether an age has an id.
func hasHolder(age []byte, id collection.ID) bool {
	for held := range slices.Chunk(holdersIn(age), len(id)) {
		if bytes.Equal(held, id[:]) {
			return true
		}
	}
	return false
}

// noteHeld notes in a cache which versions a step's collection begins to hold, and returns of
// which items that are.
func (s *step) noteHeld(ctx context.Context, before, after engine.State) (come transport.Bits, err error) {
	if !s.core.Cache {
		return nil, nil
	}
	places := comeIn(before, after)
	keys := make([]string, len(places))
	for i, p := range places {
		keys[i] = ageRecord.Key(after.Collection.Author(), p.digest)
		come = come.Add(p.item)
	}
	if err := s.tx.Fetch(ctx, keys...); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if err := s.addHolder(ctx, key, after.Collection.ID()); err != nil {
			return nil, err
		}
	}
	return come, nil
}

// addHolder adds a collection to an age, which it makes if there is none.
func (s *step) addHolder(ctx context.Context, key string, id collection.ID) error {
	age, err := ageIn(ctx, s.tx, key)
	if err != nil {
		return err
	}
	switch value := slices.Clip(age.Value); {
	case age.Version == 0:
		s.tx.Set(key, append(binary.BigEndian.AppendUint64(nil, uint64(s.core.Now().Unix())), id[:]...))
	case hasHolder(value, id), hasHolder(value, collection.ID{}):
	case len(holdersIn(value)) < maxHolders*len(id):
		s.tx.Set(key, append(value, id[:]...))
	default:
		s.tx.Set(key, ofOthers(value))
	}
	return nil
}

// comeIn lists the partial versions that a state holds and the one before did not.
func comeIn(before, after engine.State) []spot {
	sets := make([]transport.Bits, len(after.Collection.Ladder())-1)
	same := before.Known() && before.Collection.Same(after.Collection) == nil && before.Collection.EditionDigest() == after.Collection.EditionDigest()
	for v := range sets {
		if sets[v] = after.HeldOf(v); same {
			sets[v] = sets[v].Without(before.HeldOf(v))
		}
	}
	places := placesOf(after.Collection, sets)
	if same || !before.Known() {
		return places
	}
	return slices.DeleteFunc(places, func(p spot) bool {
		d, err := Digest(before.Collection, p.item, p.version)
		return err == nil && d == p.digest && before.Holds(p.item, p.version)
	})
}

// holders returns the author's collections that may hold some versions in a cache, as long as
// the transaction stands: all of them where it is not known.
func (k *Core) holders(ctx context.Context, tx *record.Tx, author collection.UserID, digests []collection.Digest) ([]collection.Name, error) {
	ids := map[collection.ID]bool{}
	if all, err := idsIn(ctx, tx, author, digests, ids); err != nil {
		return nil, err
	} else if !all {
		return k.allOf(ctx, tx, author)
	}
	names := make([]collection.Name, 0, len(ids))
	for id := range ids {
		names = append(names, collection.Name{Author: author, ID: id})
	}
	slices.SortFunc(names, compareNames)
	return names, nil
}

// idsIn adds the ids of some ages to a set, and reports whether these are all that may hold
// the versions.
func idsIn(ctx context.Context, tx *record.Tx, author collection.UserID, digests []collection.Digest, ids map[collection.ID]bool) (all bool, err error) {
	keys := make([]string, len(digests))
	for i, d := range digests {
		keys[i] = ageRecord.Key(author, d)
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return false, err
	}
	for _, key := range keys {
		age, err := ageIn(ctx, tx, key)
		if err != nil || age.Version == 0 {
			return false, err
		}
		for id := range slices.Chunk(holdersIn(age.Value), len(collection.ID{})) {
			if len(id) < len(collection.ID{}) || collection.ID(id).IsZero() {
				return false, nil
			}
			ids[collection.ID(id)] = true
		}
	}
	return true, nil
}

// allOf returns all of an author's collections, as long as the transaction stands.
func (k *Core) allOf(ctx context.Context, tx *record.Tx, author collection.UserID) ([]collection.Name, error) {
	if _, err := tx.Get(ctx, itemRecord.Key(author)); err != nil { // no collection comes meanwhile
		return nil, err
	}
	return record.Names(ctx, k.Store, stateRecord.Under(author))
}

func digestsOf(set map[collection.Digest]bool) []collection.Digest {
	return slices.SortedFunc(maps.Keys(set), func(a, b collection.Digest) int { return bytes.Compare(a[:], b[:]) })
}

func parseAge(key string) (author collection.UserID, d collection.Digest, err error) {
	return parseOf(ageRecord, key)
}

// parseOf reads the key of a record that is of an author and a digest.
func parseOf(kind record.Kind, key string) (author collection.UserID, d collection.Digest, err error) {
	user, sum, _ := strings.Cut(strings.TrimPrefix(key, kind.Under()), "/")
	if errors.Join(author.UnmarshalText([]byte(user)), d.UnmarshalText([]byte(sum))) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return author, d, err
}

// isOld reports whether an age is before a time, or no age.
func isOld(age []byte, before time.Time) bool {
	return len(age) < 8 || int64(binary.BigEndian.Uint64(age)) < before.Unix()
}
