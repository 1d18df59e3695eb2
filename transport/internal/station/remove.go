package station

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// RemoveUser removes all that a cache keeps for a user: the user's collections, with who may
// read them, what waits in the feeds of these, and the versions; the user's own feed and
// contacts; that the user may read what others have shared, which they keep; and what all of
// it counts for. A mark stays, so that nothing comes into the feed again. It
// costs what is removed. After an error, or a crash, it is called again.
func (s *Server) RemoveUser(ctx context.Context, user collection.UserID) error {
	k := s.core
	if err := k.closeFeed(ctx, user); err != nil {
		return err
	}
	names, err := record.Names(ctx, k.Store, stateRecord.Under(user))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := k.removeCollection(ctx, name); err != nil {
			return err
		}
	}
	if err := errors.Join(k.removeVersions(ctx, user), k.removeParts(ctx, user)); err != nil {
		return err
	}
	for _, kind := range []record.Kind{listRecord, itemRecord, provedRecord, entryRecord, feedRecord, heldRecord, contactRecord, successorRecord} {
		if err := record.Drop(ctx, k.Store, kind.Under(user)); err != nil {
			return err
		}
	}
	defer k.lists.drop(user)
	keys := append(UsageKeys(user), itemRecord.Key(user), contactRecord.Key(user), lineageRecord.Key(user))
	return record.Remove(ctx, k.Store, keys...)
}

// closeFeed has nothing more come into a user's feed, and then ends that the user may read
// what came into it, or was held back.
func (k *Core) closeFeed(ctx context.Context, user collection.UserID) error {
	head := feedRecord.Key(user)
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		if _, err := record.Get(ctx, tx, head); err != nil { // who enters something meanwhile fails
			return err
		}
		return tx.Encode(head, feedHead{Gone: true})
	})
	for _, kind := range []record.Kind{entryRecord, heldRecord} {
		if err != nil {
			return err
		}
		var names []collection.Name
		names, err = record.Names(ctx, k.Store, kind.Under(user))
		for some := range slices.Chunk(names, maxTold) {
			keys := make([]string, len(some))
			for i, name := range some {
				keys[i] = readerRecord.Key(name, user)
			}
			err = errors.Join(err, record.Remove(ctx, k.Store, keys...))
		}
	}
	return err
}

// withFeed leaves out the users who were removed.
func (k *Core) withFeed(ctx context.Context, tx *record.Tx, users []collection.UserID) ([]collection.UserID, error) {
	keys := make([]string, len(users))
	for i, u := range users {
		keys[i] = feedRecord.Key(u)
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return nil, err
	}
	var there []collection.UserID
	for _, u := range users {
		head, err := k.headOf(ctx, tx, u)
		if err != nil {
			return nil, err
		}
		if !head.Gone {
			there = append(there, u)
		}
	}
	return there, nil
}

// removeCollection removes a collection: first its readers, so that what a crash leaves is
// found again by its state.
func (k *Core) removeCollection(ctx context.Context, name collection.Name) error {
	if err := record.Remove(ctx, k.Store, tellJob.Key(name), spreadJob.Key(name), foldJob.Key(name), albumJob.Key(name)); err != nil {
		return err
	}
	for {
		readers, err := k.someReaders(ctx, name)
		if err != nil {
			return err
		}
		if len(readers) == 0 {
			break
		}
		if err := k.removeReaders(ctx, name, readers); err != nil {
			return err
		}
	}
	lock := k.lockOf(name)
	lock.Lock()
	defer lock.Unlock()
	if err := record.Drop(ctx, k.Store, partRecord.Under(name)); err != nil {
		return err
	}
	return record.Remove(ctx, k.Store, stateRecord.Key(name))
}

// someReaders returns some of those who may read a collection.
func (k *Core) someReaders(ctx context.Context, name collection.Name) (some []collection.UserID, err error) {
	prefix := readerRecord.Under(name)
	for r, err := range record.Walk(ctx, k.Store, prefix, "", maxTold) {
		if r.Key == "" {
			return some, err
		}
		var u collection.UserID
		if u.UnmarshalText([]byte(r.Key[len(prefix):])) != nil {
			return some, transport.At(transport.ErrStorage, r.Key)
		}
		some = append(some, u)
	}
	return some, nil
}

// removeReaders ends that users may read a collection, which leaves its name alone in their
// feeds, and takes its author out of their contacts.
func (k *Core) removeReaders(ctx context.Context, name collection.Name, users []collection.UserID) error {
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		keys := make([]string, len(users))
		for i, u := range users {
			keys[i] = entryRecord.Key(u, name)
		}
		if err := tx.Fetch(ctx, keys...); err != nil {
			return err
		}
		for _, u := range users {
			if err := k.entomb(ctx, tx, u, name); err != nil {
				return err
			}
			tx.Set(contactRecord.Key(u, name.Author), nil)
			tx.Set(readerRecord.Key(name, u), nil)
		}
		return nil
	})
	return err
}

// forever is before no version.
var forever = time.Unix(1<<40, 0)

// removeVersions removes all versions of an author.
func (k *Core) removeVersions(ctx context.Context, author collection.UserID) error {
	for {
		keys, err := record.Keys(ctx, k.Store, ageRecord.Under(author), expirePage)
		if err != nil || len(keys) == 0 {
			return err
		}
		digests := make([]collection.Digest, len(keys))
		for i, key := range keys {
			if _, digests[i], err = parseAge(key); err != nil {
				return err
			}
		}
		if err := k.expire(ctx, author, digests, forever); err != nil {
			return err
		}
		// One that is damaged is forgotten with its bytes, as far as they are there.
		left, err := record.Keys(ctx, k.Store, ageRecord.Under(author), len(keys))
		if err != nil {
			return err
		}
		if slices.Equal(left, keys) {
			return transport.At(transport.ErrStorage, keys[0])
		}
	}
}

// removeParts removes what has come of versions of an author that have not come whole.
func (k *Core) removeParts(ctx context.Context, author collection.UserID) error {
	for r, err := range record.Walk(ctx, k.Store, unfinishedRecord.Under(author), "", 0) {
		if r.Key == "" {
			return err
		}
		if err := k.expirePart(ctx, r.Key); err != nil {
			return err
		}
	}
	return nil
}
