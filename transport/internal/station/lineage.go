package station

import (
	"bytes"
	"context"
	"errors"
	"path"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Which collections form an album is found in both directions: a collection says what it
// replaces, and one record for each of these says by what it is replaced. What the walk has
// found is remembered while one record of the author's has the same version, which changes
// with all that could make it another album. An author who has never replaced anything has
// no such record, and costs nobody a walk.

// noteLineage keeps those records in step with a state, and has a job put the feeds of its
// album in order.
func (s *step) noteLineage(ctx context.Context, before, after engine.State) error {
	c, fixed := after.Collection, sameFixed(before, after)
	if fixed && before.Sealed == after.Sealed && before.Collection.Ended() == c.Ended() {
		return nil
	}
	key, replaces := lineageRecord.Key(c.Author()), false
	if before.Known() && !fixed {
		for id := range before.Collection.Replaces() {
			s.tx.Set(successorRecord.Key(c.Author(), id, c.ID()), nil)
		}
	}
	for id := range c.Replaces() {
		replaces = true
		s.tx.Set(successorRecord.Key(c.Author(), id, c.ID()), []byte{})
	}
	now, err := record.Get(ctx, s.tx, key)
	if err != nil || now.Version == 0 && !replaces {
		return err
	}
	s.tx.Set(key, []byte{})
	if !replaces {
		successors, err := record.Keys(ctx, s.core.Store, successorRecord.Under(c.Name()), 1)
		if err != nil || len(successors) == 0 {
			return err
		}
	}
	job := albumJob.Key(c.Name())
	s.jobs = append(s.jobs, job)
	return s.core.storeJob(s.tx, job, ordering{})
}

// album is a collection.Album of what stands here, by names, ascending in each list.
type album struct {
	version         uint64 // of the author's record
	on              rests  // must not be changed
	heads, replaced []collection.Name
}

// albumOf returns the album of a collection: an empty one where its author has replaced
// nothing, and where no other is in it.
func (k *Core) albumOf(ctx context.Context, in *record.Tx, of collection.Name) (album, error) {
	known := k.albums.get(of)
	stands, records, err := k.stands(ctx, in, known.on, lineageRecord.Key(of.Author))
	if err != nil || records[0].Version == 0 {
		return album{}, err
	}
	if stands && known.version == records[0].Version {
		return known, nil
	}
	w := walk{core: k, members: map[collection.Name]*member{}, lasts: true}
	a, err := w.album(ctx, of)
	if a.version = records[0].Version; err == nil && w.lasts {
		k.albums.put(a, of)
	}
	return a, err
}

// compareNames orders names of one author's.
func compareNames(a, b collection.Name) int { return bytes.Compare(a.ID[:], b.ID[:]) }

// member is what a walk knows of a collection.
type member struct {
	name         collection.Name
	stands, end  bool
	replaces     []collection.ID
	in, replaced bool
}

// walk finds an album, of what its author's seal stands for.
type walk struct {
	core    *Core
	members map[collection.Name]*member
	found   []*member
	on      rests
	lasts   bool // what was found is the same as long as the keys and the author's record are
}

// album walks from a collection to all of its album.
func (w *walk) album(ctx context.Context, of collection.Name) (a album, err error) {
	w.on = rests{}
	if err = w.add(ctx, of); err != nil {
		return a, err
	}
	for i := 0; i < len(w.found); i++ {
		if err := w.from(ctx, w.found[i]); err != nil {
			return a, err
		}
	}
	if a.on = w.on; len(w.found) < 2 {
		return a, nil
	}
	for _, m := range w.found {
		if m.replaced || m.end {
			a.replaced = append(a.replaced, m.name)
		} else {
			a.heads = append(a.heads, m.name)
		}
	}
	slices.SortFunc(a.heads, compareNames)
	slices.SortFunc(a.replaced, compareNames)
	return a, nil
}

// from goes on to what replaces a member, and to what it replaces.
func (w *walk) from(ctx context.Context, m *member) error {
	for r, err := range record.Walk(ctx, w.core.Store, successorRecord.Under(m.name), "", 0) {
		if r.Key == "" {
			return err
		}
		next := collection.Name{Author: m.name.Author}
		if next.ID.UnmarshalText([]byte(path.Base(r.Key))) != nil {
			return transport.At(transport.ErrStorage, r.Key)
		}
		by, err := w.load(ctx, next)
		if err != nil {
			return err
		}
		if by.stands && slices.Contains(by.replaces, m.name.ID) {
			m.replaced = true
			if err := w.add(ctx, next); err != nil {
				return err
			}
		}
	}
	for _, id := range m.replaces {
		if err := w.add(ctx, collection.Name{Author: m.name.Author, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

// add adds a member, if it stands.
func (w *walk) add(ctx context.Context, name collection.Name) error {
	m, err := w.load(ctx, name)
	if err == nil && m.stands && !m.in {
		m.in = true
		w.found = append(w.found, m)
	}
	return err
}

// load loads what a walk must know of a collection, once.
func (w *walk) load(ctx context.Context, name collection.Name) (*member, error) {
	if m, ok := w.members[name]; ok {
		return m, nil
	}
	l, err := w.core.load(ctx, record.Reading(w.core.Store), name)
	for key, revision := range l.on {
		w.on[key] = revision
	}
	m := &member{name: name}
	switch c := l.state.Collection; {
	case err == nil:
		m.stands, m.end, m.replaces = l.state.Sealed, c.Ended(), slices.Collect(c.Replaces())
		w.lasts = w.lasts && (m.stands || c.IsDraft())
	case errors.Is(err, transport.ErrSeal):
		w.lasts = false // its key may become known
	case !errors.Is(err, transport.ErrNotFound):
		return nil, err
	}
	w.members[name] = m
	return m, nil
}
