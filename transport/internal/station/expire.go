package station

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Expire removes the partial versions that came before a time: first from the
// states, then their bytes; what is left of those that have not come whole; those of
// items that were withdrawn seven days ago, and of what has ended then. It is a
// duty, whose rounds this or another process may have
// begun; if another one is at it, Expire does nothing. What fails of one author does not
// keep it from the others. After an error, or a crash, it can be called again.
func (k *Core) Expire(ctx context.Context, before time.Time) error {
	return errors.Join(k.expireOld(ctx, before), k.expireParts(ctx), k.expireGone(ctx))
}

func (k *Core) expireOld(ctx context.Context, before time.Time) error {
	return k.perform(ctx, &k.expiring, func(r *Round, page []transport.Record) error {
		var failed []error
		for len(page) > 0 {
			author, old, rest, err := oldOfOne(page, before)
			if err == nil && len(old) > 0 {
				if err = r.Keep(ctx); err == nil {
					err = k.expire(ctx, author, old, before)
				}
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("author %v: %w", author, err))
			}
			if ends(ctx, err) {
				break
			}
			page = rest
		}
		return errors.Join(failed...)
	})
}

// oldOfOne returns the first author of some ages, which of the author's versions
// are old, and the ages of the others' versions.
func oldOfOne(ages []transport.Record, before time.Time) (author collection.UserID, old []collection.Digest, rest []transport.Record, err error) {
	for i, age := range ages {
		of, d, err := parseAge(age.Key)
		switch {
		case err != nil:
			return author, old, ages[i+1:], err
		case i > 0 && of != author:
			return author, old, ages[i:], nil
		case age.Version > 0 && isOld(age.Value, before): // it is not damaged
			old = append(old, d)
		}
		author = of
	}
	return author, old, nil, nil
}

// expire removes versions of one author that came before a time.
func (k *Core) expire(ctx context.Context, author collection.UserID, digests []collection.Digest, before time.Time) error {
	return k.expireThose(ctx, func(tx *record.Tx) ([]transport.Record, error) {
		names, err := k.holders(ctx, tx, author, digests)
		if err != nil {
			return nil, err
		}
		old := map[collection.Digest]bool{}
		blobs, err := k.forget(ctx, tx, author, digests, before, old)
		if err != nil || len(old) == 0 {
			return nil, err
		}
		return blobs, k.expireStates(ctx, tx, names, old)
	})
}

// expireThose removes versions: what work does, in a transaction, from the states and from
// what is stored, and then the blobs whose ages it returns.
func (k *Core) expireThose(ctx context.Context, work func(*record.Tx) (blobs []transport.Record, err error)) error {
	k.cache.Lock()
	defer k.cache.Unlock()
	var blobs []transport.Record
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) (err error) {
		blobs, err = work(tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, age := range blobs {
		if err := k.removeBlob(ctx, age); err != nil {
			return err
		}
	}
	return nil
}

// removeBlob removes a blob whose record is removed, and then its age. If it has come again
// meanwhile it stays, with a new age; if that was just before it is removed, it goes with
// its new record, and from the states that another process has noted it in. Of an upload
// that commits before this deletes, and records after it has looked, the record is there
// without the blob until it expires.
func (k *Core) removeBlob(ctx context.Context, age transport.Record) error {
	now, err := record.Get(ctx, k.Store, age.Key)
	if err != nil || now.Version != age.Version {
		return err
	}
	key := versionRecord.Under() + strings.TrimPrefix(age.Key, ageRecord.Under())
	if err := k.Store.Delete(ctx, key); err != nil {
		return err
	}
	if err := record.Replace(ctx, k.Store, age, nil); !errors.Is(err, transport.ErrConflict) {
		return err
	}
	author, d, err := parseAge(age.Key)
	if err != nil {
		return err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		gone, err := k.isGone(ctx, tx, key)
		if err != nil || !gone {
			return err
		}
		if _, err := k.forgetOne(ctx, tx, key); err != nil {
			return err
		}
		names, err := k.holders(ctx, tx, author, []collection.Digest{d})
		if err != nil {
			return err
		}
		return k.expireStates(ctx, tx, names, map[collection.Digest]bool{d: true})
	})
	return err
}

// isGone reports whether the blob is not there of which a record, in a transaction, says
// that it is.
func (k *Core) isGone(ctx context.Context, tx *record.Tx, key string) (bool, error) {
	r, err := record.Get(ctx, tx, key)
	if err != nil || r.Version == 0 {
		return false, err
	}
	if v, err := readVersion(r); err != nil || v.small {
		return false, err
	}
	b, err := k.Store.Open(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, b.Close()
}

// forget removes the records of versions that are old, which it adds to a set, and
// returns the ages of those that are blobs, which stay as long as these do.
func (k *Core) forget(ctx context.Context, tx *record.Tx, author collection.UserID, digests []collection.Digest, before time.Time, old map[collection.Digest]bool) (blobs []transport.Record, err error) {
	keys := UsageKeys(author)
	for _, d := range digests {
		keys = append(keys, ageRecord.Key(author, d), versionRecord.Key(author, d), unfinishedRecord.Key(author, d))
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return nil, err
	}
	for _, d := range digests {
		key := versionRecord.Key(author, d)
		age, err := record.Get(ctx, tx, ageRecord.Key(author, d))
		if err != nil {
			return nil, err
		}
		if age.Version == 0 || !isOld(age.Value, before) {
			continue // it has come again meanwhile
		}
		small, err := k.forgetOne(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if old[d] = true; small {
			tx.Set(age.Key, nil)
		} else {
			blobs = append(blobs, age)
		}
	}
	return blobs, nil
}

// forgetOne removes the record of a version, and reports whether its bytes are in it. One
// that is damaged goes, too.
func (k *Core) forgetOne(ctx context.Context, tx *record.Tx, key string) (small bool, err error) {
	r, err := record.Get(ctx, tx, key)
	switch {
	case err == nil:
		err = k.chargeVersion(ctx, tx, r, 0)
	case record.Damaged(err, key):
		r, err = transport.Record{}, nil
	}
	tx.Set(key, nil)
	v, damaged := readVersion(r)
	return damaged == nil && v.small, err
}

// expireStates takes versions out of some collections.
func (k *Core) expireStates(ctx context.Context, tx *record.Tx, names []collection.Name, digests map[collection.Digest]bool) error {
	return k.eachState(ctx, tx, names, func(_ collection.Name, s stateIn) error {
		return k.expireState(ctx, tx, s, among(s.state, digests))
	})
}

// stateIn is a state as it is in a transaction, whether or not its seals stand any more.
type stateIn struct {
	head  transport.Record
	parts engine.Parts
	state engine.State
}

// eachState does something with the states of some collections as they are in a transaction,
// as far as they are there.
func (k *Core) eachState(ctx context.Context, tx *record.Tx, names []collection.Name, do func(collection.Name, stateIn) error) error {
	for _, name := range names {
		head, err := record.Get(ctx, tx, stateRecord.Key(name))
		if err != nil {
			return err
		}
		if head.Version == 0 {
			continue
		}
		s := stateIn{head: head}
		if s.parts, _, err = k.readParts(ctx, name, head); err == nil {
			s.state, err = engine.StateOf(s.parts)
		}
		if err == nil {
			err = do(name, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOf is eachState of all of an author's collections.
func (k *Core) eachOf(ctx context.Context, tx *record.Tx, author collection.UserID, do func(collection.Name, stateIn) error) error {
	names, err := k.allOf(ctx, tx, author)
	if err != nil {
		return err
	}
	return k.eachState(ctx, tx, names, do)
}

// expireState takes versions out of a collection: nothing is said that its seals would have
// to stand for.
func (k *Core) expireState(ctx context.Context, tx *record.Tx, s stateIn, versions []transport.Bits) error {
	if !slices.ContainsFunc(versions, func(b transport.Bits) bool { return !b.IsEmpty() }) {
		return nil
	}
	next, err := k.without(s.state, versions)
	if err == nil {
		name := s.state.Collection.Name()
		tx.Put(partChanges(name, s.parts, next)...)
		tx.Set(s.head.Key, next[""])
		err = k.charge(ctx, tx, name.Author, name.ID[0], grown(s.parts, next))
	}
	return err
}

// without returns the parts of a state without versions that it holds.
func (k *Core) without(s engine.State, versions []transport.Bits) (engine.Parts, error) {
	sealed := s.Sealed
	s.Sealed = false // as far as anybody has looked: nothing else follows
	s, _, err := k.Rules.Step(s, engine.Expired{Versions: versions})
	if err != nil {
		return nil, err
	}
	s.Sealed = sealed
	return s.Parts()
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
