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
	for _, c := range w.hub.all() {
		album := w.albumOf(w.hub, c.Name())
		for _, s := range w.stations {
			w.sameAlbum(s, c, album)
			w.readsWhatItMay(s, c, album)
		}
	}
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
	state, err := w.anyHub().Hub.As(u).Collection(ctx, name)
	gone := u != c.Author() && (c.Ended() || album.Refuses(u)) || !c.MayRead(u)
	if shown := err == nil && len(state.Collection) > 0; shown == gone {
		w.fail("%s is shown %v by the hub: %v, and it is %v that it may not: %v", s.Name, name, shown, gone, err)
	}
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		w.fail("%s asks for %v: %w", s.Name, name, err)
	}
	e, any := w.hub.entry(u, name)
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
		if stream, err := w.anyHub().Hub.As(u).Version(ctx, transport.Ref{Collection: name, Item: id}, 0); err == nil {
			stream.Close()
			w.fail("the hub serves a thumbnail of %v to %s", name, s.Name)
		}
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
