package station

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A record that is damaged is made anew where others say what it held, and removed where the
// station does without it. What nothing else says is left.

// ErrLost says that nothing tells what was damaged.
var ErrLost = errors.New("nothing else says what it was")

// Mend is how the records of a kind are mended.
type Mend struct {
	What string // the records are, in words
	// Do mends one, and returns how, in words. The error wraps ErrLost if nothing does.
	Do func(ctx context.Context, key string) (how string, err error)
}

// How what is damaged was mended, in words.
const (
	MadeAnew = "made anew"
	Removed  = "removed; it is not needed"
)

// Mends returns how the records that a cache's core keeps are mended, by their kinds.
func Mends(k *Core) map[record.Kind]Mend {
	return map[record.Kind]Mend{
		stateRecord:      {"collection", Lost},
		partRecord:       {"a part of collection", Lost},
		readerRecord:     {"that a user may read a collection,", k.mendReader},
		listRecord:       {"the index of the items of author", k.mendIndex},
		itemRecord:       {"the index of the items of author", k.mendIndex},
		successorRecord:  {"what replaces collection", k.mendSuccessor},
		lineageRecord:    {"that there are albums of author", k.mendLineage},
		entryRecord:      {"what a user was told of a collection,", k.mendEntry},
		feedRecord:       {"the feed of user", k.mendFeed},
		jobRecord:        {"work that was begun,", k.mendJob},
		versionRecord:    {"a thumbnail or screen version of an author,", k.mendVersion},
		leavesRecord:     {"the hashes of version", k.remove},
		provedRecord:     {"the hashes of version", k.remove},
		dutyRecord:       {"when was done last", k.remove},
		contactRecord:    {"that a user knows another,", k.remove},
		heldRecord:       {"what is held back from a user,", k.mendEntry},
		usageRecord:      {"how much is kept for user", k.mendUsage},
		unfinishedRecord: {"how much has come of a version,", k.mendPart},
		goneRecord:       {"what was withdrawn, or has ended,", k.mendGone},
		ageRecord:        {"when a version came,", k.mendAge},
	}
}

// Lost mends nothing.
func Lost(context.Context, string) (string, error) { return "", ErrLost }

// remove removes a record without which the station begins anew.
func (k *Core) remove(ctx context.Context, key string) (string, error) {
	return Removed, record.Remove(ctx, k.Store, key)
}

// asStored returns the state of a collection as it is stored, whether or not its seals
// stand, in a transaction of which its head becomes a condition, and whether it is there.
func (k *Core) asStored(ctx context.Context, tx *record.Tx, name collection.Name) (s engine.State, there bool, err error) {
	head, err := record.Get(ctx, tx, stateRecord.Key(name))
	if err != nil || head.Version == 0 {
		return s, false, err
	}
	parts, _, err := k.readParts(ctx, name, head)
	if err == nil {
		s, err = engine.StateOf(parts)
	}
	return s, true, err
}

// userIn reads the user that is a part of a key.
func userIn(key string, part int) (u collection.UserID, err error) {
	if parts := strings.Split(key, "/"); len(parts) <= part || u.UnmarshalText([]byte(parts[part])) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return u, err
}

// mendReader asks the collection.
func (k *Core) mendReader(ctx context.Context, key string) (how string, err error) {
	name, err := record.Name(path.Dir(key))
	u, errUser := userIn(key, 3)
	if err := errors.Join(err, errUser); err != nil {
		return "", err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		how = Removed
		s, there, err := k.asStored(ctx, tx, name)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		tx.Set(key, nil)
		if there && engine.May(s, u) {
			how = MadeAnew
			tx.Set(key, []byte{})
		}
		return nil
	})
	return how, err
}

// mendIndex makes the index of an author's items anew.
func (k *Core) mendIndex(ctx context.Context, key string) (string, error) {
	author, err := userIn(key, 1)
	if err != nil {
		return "", err
	}
	defer k.lists.drop(author)
	k.cache.Lock() // no collection comes meanwhile
	defer k.cache.Unlock()
	all, err := k.allStored(ctx, author)
	if err != nil {
		return "", errors.Join(ErrLost, err)
	}
	for _, kind := range []record.Kind{listRecord, itemRecord} {
		if err := record.Drop(ctx, k.Store, kind.Under(author)); err != nil {
			return "", err
		}
	}
	err = record.Remove(ctx, k.Store, itemRecord.Key(author))
	for _, s := range all {
		_, failed := record.Update(ctx, k.Store, func(tx *record.Tx) error {
			return (&step{core: k, tx: tx}).indexItems(ctx, s.Collection)
		})
		err = errors.Join(err, failed)
	}
	return MadeAnew, err
}

// allStored returns the states of an author's collections as they are stored.
func (k *Core) allStored(ctx context.Context, author collection.UserID) (all []engine.State, err error) {
	names, err := record.Names(ctx, k.Store, stateRecord.Under(author))
	for _, name := range names {
		s, there, failed := k.asStored(ctx, record.Reading(k.Store), name)
		if err = errors.Join(err, failed); there {
			all = append(all, s)
		}
	}
	return all, err
}

// mendUsage counts what is kept for a user: one count is what the others are not.
func (k *Core) mendUsage(ctx context.Context, key string) (string, error) {
	user, err := UsageOf(key)
	if err != nil {
		return "", err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		rest := Usage{}
		for _, other := range UsageKeys(user) { // first: what changes meanwhile is a conflict
			one, _, err := record.Load[Usage](ctx, tx, other)
			if err != nil && !record.Damaged(err, other) {
				return err
			}
			rest = rest.Plus(one)
		}
		all, err := k.countAll(ctx, user)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		return tx.Encode(key, Usage{all.Collections - rest.Collections, all.States - rest.States, all.Versions - rest.Versions, all.Parts - rest.Parts})
	})
	return MadeAnew, err
}

// countAll counts what is kept for a user.
func (k *Core) countAll(ctx context.Context, user collection.UserID) (all Usage, err error) {
	names, err := record.Names(ctx, k.Store, stateRecord.Under(user))
	for _, name := range names {
		head, failed := record.Need(ctx, k.Store, stateRecord.Key(name))
		parts, _, failedToo := k.readParts(ctx, name, head)
		if err = errors.Join(err, failed, failedToo); err != nil {
			return all, err
		}
		all = all.Plus(Usage{Collections: 1, States: sizeOfParts(parts)})
	}
	for _, kind := range []record.Kind{versionRecord, unfinishedRecord} {
		for r, failed := range record.Walk(ctx, k.Store, kind.Under(user), "", 0) {
			switch {
			case failed != nil && !record.Damaged(failed, r.Key):
				return all, failed
			case kind == unfinishedRecord:
				all.Parts += readPart(r.Value).size
			default:
				v, _ := readVersion(r) // one that is damaged counts as nothing
				all.Versions += v.size
			}
		}
	}
	return all, err
}

// mendPart has what has come of a version begin anew.
func (k *Core) mendPart(ctx context.Context, key string) (string, error) {
	err := k.expirePart(ctx, key)
	if err == nil {
		err = record.Remove(ctx, k.Store, key)
	}
	return Removed, err
}

// mendAge takes a version to have come now.
func (k *Core) mendAge(ctx context.Context, key string) (string, error) {
	author, d, err := parseAge(key)
	if err != nil {
		return "", err
	}
	age := k.age(author, d)
	return MadeAnew, record.Put(ctx, k.Store, transport.Change{Key: key, Value: ofOthers(age.Value)})
}

// mendGone takes what is gone of a collection to be gone since now.
func (k *Core) mendGone(ctx context.Context, key string) (string, error) {
	name, err := record.Name(key)
	if err != nil {
		return "", err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		s, there, err := k.asStored(ctx, tx, name)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		if tx.Set(key, nil); there {
			tx.Set(goneRecord.Key(hourKey(k.hour()), name), gone(s.Collection))
		}
		return nil
	})
	return MadeAnew, err
}
