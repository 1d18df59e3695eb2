package main

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// What is counted of directories.
const (
	searched = "searches in a directory"
	lied     = "originals that were changed on their way"
	foundBy  = "originals that were found where no home was reached"
)

// known are the collections on a station's disk.
func (s *station) known() iter.Seq[engine.State] {
	return func(yield func(engine.State) bool) {
		for r := range s.disk.records("c/") {
			state, err := engine.StateOf(s.disk.parts[strings.TrimPrefix(r.Key, "c/")])
			if err == nil && !yield(state) {
				return
			}
		}
	}
}

// apart checks that originals are found where no station is reached that vouches for them: one
// reader has them, another one finds that. Nobody else is served by anybody who is found.
func (w *world) apart() {
	if w.directory == nil {
		return
	}
	w.Pass(time.Hour) // a search in vain is remembered for a while
	for _, m := range w.made {
		known, ok := w.center(m.name.Author).disk.state(m.name)
		if ok && w.stands(m.name) {
			w.findApart(known.Collection)
			w.outside(known.Collection)
		}
	}
}

// readers are the stations that may have originals of a collection and vouch for none; liar is the
// one of them that lies, if it does.
func (w *world) readers(c collection.Collection) (honest []*station, liar *station) {
	for _, s := range w.stations {
		switch {
		case !c.MayReadComplete(s.User) || completes(c, s.User):
		case s.Name == w.directory.liar:
			liar = s
		default:
			honest = append(honest, s)
		}
	}
	return honest, liar
}

func (w *world) findApart(c collection.Collection) {
	refs := complete(c)
	readers, liar := w.readers(c)
	if len(readers) < 2 || len(refs) == 0 {
		return
	}
	holder, reader := readers[0], readers[1]
	for _, s := range []*station{holder, liar} {
		if s == nil {
			continue
		}
		if err := w.excused(s.fetchEach(refs)); err != nil {
			w.fail("%s gets no originals of %v: %w", s.Name, c.Name(), err)
			return
		}
	}
	for _, s := range w.stations {
		if w.directory.renew(s); s != holder && s != reader && s != liar {
			w.net.Cut(reader.Name, s.Name)
		}
	}
	w.directory.mislead(c, w.stations[w.directory.random.IntN(len(w.stations))])
	state, _ := reader.disk.state(c.Name())
	refs = slices.DeleteFunc(refs, func(ref transport.Ref) bool {
		i, _ := c.Index(ref.Item)
		return state.Holds(i, ref.Version)
	})
	if err := reader.fetchEach(refs); err != nil {
		w.fail("%s finds no originals of %v, which %s has: %w", reader.Name, c.Name(), holder.Name, err)
	}
	w.count.add(foundBy, len(refs))
	w.net.Heal()
}

// fetchEach fetches one after the other: several stations that are asked at once would not play the
// same run again.
func (s *station) fetchEach(refs []transport.Ref) error {
	var failed []error
	for _, ref := range refs {
		failed = append(failed, s.Reader.Fetch(ctx, ref))
	}
	return errors.Join(failed...)
}

// complete are the originals without a label.
func complete(c collection.Collection) (refs []transport.Ref) {
	for id, rank := range c.Items() {
		if rank.Complete() {
			refs = append(refs, transport.Ref{Collection: c.Name(), Item: id, Version: len(c.Ladder()) - 1})
		}
	}
	return refs
}

// outside checks that whoever may not read a collection is shown nothing of it by those who are
// found.
func (w *world) outside(c collection.Collection) {
	for _, s := range w.stations {
		if c.MayRead(s.User) {
			continue
		}
		for _, at := range w.stations {
			home := at.As(transport.Identity{User: s.User, Key: s.Key()})
			if _, err := home.Collection(ctx, c.Name()); !errors.Is(err, transport.ErrNotFound) {
				w.fail("%s shows %v to %s: %v", at.Name, c.Name(), s.Name, err)
			}
			for _, ref := range complete(c) {
				if _, err := home.Original(ctx, ref, 0, -1); !errors.Is(err, transport.ErrNotFound) {
					w.fail("%s serves an original of %v to %s: %v", at.Name, c.Name(), s.Name, err)
				}
			}
		}
	}
}
