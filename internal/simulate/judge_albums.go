package main

import (
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// judgeAlbums checks what must hold of albums at rest.
func (w *world) judgeAlbums() {
	for _, center := range w.centers() {
		for _, c := range center.all() {
			if w.center(c.Author()) != center || !w.goesOn(c.Name()) {
				continue
			}
			album := w.albumOf(center, c.Name())
			w.countAlbum(center, c, album)
			for _, s := range w.stations {
				w.sameAlbum(s, c, album)
				w.readsWhatItMay(s, c, album)
			}
		}
	}
}

// countAlbum counts what became of a collection and its album.
func (w *world) countAlbum(center *station, c collection.Collection, album collection.Album) {
	var heads []collection.Collection
	for id := range c.Replaces() {
		if state, ok := center.disk.state(collection.Name{Author: c.Author(), ID: id}); ok {
			heads = append(heads, state.Collection)
		}
	}
	switch {
	case len(heads) > 1:
		w.count.add(ofHeads, 1)
	case c.Title() == "Away":
		w.count.add(byCamera, 1)
	case len(heads) == 1:
		w.count.add(byHome, 1)
	}
	if unlike(heads) {
		w.count.add(ofUnlike, 1)
	}
	if c.Ended() {
		w.count.add(endedThere, 1)
	}
	for _, s := range w.stations {
		if c.MayRead(s.User) && album.Refuses(s.User) {
			w.count.add(readersLeft, 1)
		}
	}
}

// unlike reports whether collections have different digests of a version.
func unlike(cs []collection.Collection) bool {
	made := map[collection.ItemID]map[int]collection.Digest{}
	for _, c := range cs {
		for i := range c.Len() {
			id, _ := c.At(i)
			if made[id] == nil {
				made[id] = map[int]collection.Digest{}
			}
			for v := range len(c.Ladder()) {
				d, known := c.Digest(i, v)
				if was, ok := made[id][v]; known && ok && was != d {
					return true
				} else if known {
					made[id][v] = d
				}
			}
		}
	}
	return false
}

// sameAlbum checks that an author's station has the album that the hub has.
func (w *world) sameAlbum(s *station, c collection.Collection, album collection.Album) {
	if s.User != c.Author() {
		return
	}
	here, there := names(w.albumOf(s, c.Name()).Heads()), names(album.Heads())
	if !slices.Equal(here, there) {
		w.fail("%s has the heads %v of an album, and the hub %v", s.Name, here, there)
	}
}

func names(cs []collection.Collection) (all []string) {
	for _, c := range cs {
		all = append(all, c.Name().String())
	}
	return all
}

// readsWhatItMay checks that whoever is left out, and whoever asks for what has ended, gets
// nothing from anybody, and that whoever is not, does.
func (w *world) readsWhatItMay(s *station, c collection.Collection, album collection.Album) {
	name, u := c.Name(), s.User
	gone := u != c.Author() && (c.Ended() || album.Refuses(u)) || !c.MayRead(u)
	if !w.noHub {
		w.shownByTheHub(s, name, gone)
	}
	e, any := w.center(c.Author()).entry(u, name)
	if left := c.MayRead(u) && album.Refuses(u) && !c.Ended(); any && (e.Notification.Reason == notify.Removed) != left {
		w.fail("%s is told that %v is %v", s.Name, name, e.Notification.Reason)
	}
	if !gone {
		return
	}
	for id := range c.Items() {
		ref := transport.Ref{Collection: name, Item: id, Version: len(c.Ladder()) - 1}
		for _, at := range w.stations {
			if at.User != c.Author() {
				continue
			}
			if stream, err := at.As(transport.Identity{User: u}).Original(ctx, ref, 0, -1); err == nil {
				stream.Close()
				w.fail("%s serves an original of %v to %s", at.Name, name, s.Name)
			}
		}
		if w.noHub {
			continue
		}
		if stream, err := w.anyHub().Hub.As(u).Version(ctx, transport.Ref{Collection: name, Item: id}, 0); err == nil {
			stream.Close()
			w.fail("the hub serves a thumbnail of %v to %s", name, s.Name)
		}
	}
	w.count.add(refusedThere, 1)
}

// shownByTheHub checks that the hub shows a collection to whoever it is for, and to nobody
// else.
func (w *world) shownByTheHub(s *station, name collection.Name, gone bool) {
	state, err := w.anyHub().Hub.As(s.User).Collection(ctx, name)
	if shown := err == nil && len(state.Collection) > 0; shown == gone {
		w.fail("%s is shown %v by the hub: %v, and it is %v that it may not: %v", s.Name, name, shown, gone, err)
	}
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		w.fail("%s asks for %v: %w", s.Name, name, err)
	}
}

// entry is what a feed at a station has of a collection.
func (s *station) entry(u collection.UserID, name collection.Name) (e lab.Entry, any bool) {
	for r := range s.disk.records("o/" + u.String() + "/" + name.String()) {
		e, err := transport.Decode[lab.Entry](r.Value)
		s.w.must("entry", err)
		return e, true
	}
	return e, false
}
