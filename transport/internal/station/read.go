package station

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// There is one record for each user who may read a collection, its author aside,
// so that what is somebody else's is found no later than what is not there: to
// load a collection and verify it may take a thousand times as long.

// Read loads a collection for a user who may read it. To everybody else it is
// not there: the two answers are the same, and take the same time. So it is to one who was
// left out of what has taken its place: rule 20. That its seals are refused is told to those
// who may read it only.
func (k *Core) Read(ctx context.Context, by collection.UserID, name collection.Name) (engine.State, error) {
	in := record.Reading(k.Store)
	err := mayRead(ctx, in, by, name)
	var s engine.State
	if err == nil {
		s, err = k.Load(ctx, name)
	}
	if errors.Is(err, transport.ErrNotFound) || err == nil && !engine.May(s, by) {
		return engine.State{}, transport.ErrNotFound
	}
	if err != nil {
		return s, err
	}
	refused, err := k.refuses(ctx, in, by, s)
	if refused || err != nil {
		return engine.State{}, cmp.Or(err, error(transport.ErrNotFound))
	}
	return s, nil
}

func mayRead(ctx context.Context, in *record.Tx, by collection.UserID, name collection.Name) error {
	if by == name.Author {
		return nil
	}
	key := readerRecord.Key(name, by)
	if err := in.Fetch(ctx, key, lineageRecord.Key(name.Author)); err != nil {
		return err
	}
	_, err := record.Need(ctx, in, key)
	return err
}

// storeReaders keeps those records in step with a state. Of many that are new a job
// stores those of all but completers.
func (s *step) storeReaders(ctx context.Context, before, after engine.State) error {
	c := after.Collection
	switch {
	case sameReaders(before, after):
		return nil
	case !before.Known() && isForMany(c):
		return s.storeManyReaders(ctx, c)
	}
	old, now := readers(before), readers(after)
	for _, u := range without(old, now) { // of what another has taken the place of
		s.tx.Set(readerRecord.Key(c.Name(), u), nil)
		if err := s.core.entomb(ctx, s.tx, u, c.Name()); err != nil {
			return err
		}
	}
	news := without(now, old)
	if len(news) > maxNamed {
		return s.storeManyReaders(ctx, c)
	}
	for _, u := range news {
		s.tx.Set(readerRecord.Key(c.Name(), u), []byte{})
	}
	return nil
}

// storeManyReaders stores the records of completers, and has a job store all.
func (s *step) storeManyReaders(ctx context.Context, c collection.Collection) error {
	for u := range c.Completers() {
		s.tx.Set(readerRecord.Key(c.Name(), u), []byte{})
	}
	return s.tells(ctx, engine.Notify{}, telling{OnlyIndex: true, All: true})
}

// sameReaders reports whether a step leaves it as it is who may read, which most do: it
// is seen without a list of all.
func sameReaders(before, after engine.State) bool {
	return sameFixed(before, after) &&
		maps.Equal(maps.Collect(before.Collection.Resolved()), maps.Collect(after.Collection.Resolved()))
}

// isForMany reports whether a collection has more recipients than a job names.
func isForMany(c collection.Collection) bool {
	n := 0
	for range c.Recipients() {
		if n++; n > maxNamed {
			return true
		}
	}
	return false
}

// readers returns those whom engine.May lets read a collection, besides its author,
// ascending.
func readers(s engine.State) []collection.UserID {
	if !s.Known() {
		return nil
	}
	users := slices.AppendSeq(slices.Collect(s.Collection.Recipients()), s.Collection.Completers())
	for _, u := range s.Collection.Resolved() {
		users = append(users, u)
	}
	slices.SortFunc(users, compareUsers)
	return slices.Compact(users)
}

func compareUsers(a, b collection.UserID) int { return bytes.Compare(a[:], b[:]) }

// without returns the users of a, both ascending, that are not in b.
func without(a, b []collection.UserID) []collection.UserID {
	return slices.DeleteFunc(slices.Clone(a), func(u collection.UserID) bool {
		_, found := slices.BinarySearchFunc(b, u, compareUsers)
		return found
	})
}
