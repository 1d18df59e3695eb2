package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// When all is at rest an album goes on, with faults again: its camera, offline, and its home
// both make a successor, a third joins them, recipients are left out, and something ends
// while it is fetched. Then albums must be the same at all stations, nobody who was left out
// reads, and nothing of what has ended is served.

// lifecycle lets one album go on, with a hub or without. Where its camera is lost, the home
// alone makes a successor, of what stands without that.
func (w *world) lifecycle() {
	if w.liar != "" || w.lean || len(w.failed) > 0 || len(w.made) == 0 {
		return
	}
	m := w.made[w.random.IntN(len(w.made))]
	home := m.camera.homes[0]
	was, ok := home.disk.state(m.name)
	if !ok || !was.Sealed || home.process == nil || !w.stands(m.name) {
		return
	}
	w.say("%.4s goes on", m.name.ID)
	w.net.SetFaults(w.faults())
	var away *made
	if w.count.add(wentOn, 1); m.camera.lost {
		w.count.add(wentOnLost, 1)
	} else {
		away = w.awaySuccessor(m, was.Collection)
	}
	w.homeSuccessor(home, was.Collection, was.Collection.ID())
	w.goOn(m, away)
	if w.random.IntN(2) == 0 {
		w.joins(m.camera.anyHome(), m.name)
	}
	if w.random.IntN(2) == 0 {
		w.end(home, m.name)
	}
	w.goOn(m, away)
	w.restAgain()
	if len(m.camera.homes) > 1 { // each of which may have made a version of its own of an item
		w.joins(m.camera.anyHome(), m.name)
		w.restAgain()
	}
	w.judgeAlbums()
}

// leftOut is a body for some of those for whom a collection is.
func (w *world) leftOut(c collection.Collection) collection.Body {
	b := c.Body()
	b.Addresses = nil
	some := func(collection.UserID) bool { return w.random.IntN(3) == 0 }
	b.Recipients = slices.DeleteFunc(slices.Clone(b.Recipients), some)
	b.Completers = slices.DeleteFunc(slices.Clone(b.Completers), some)
	return b
}

// awaySuccessor has the camera make one, with one more photo, which nobody has yet.
func (w *world) awaySuccessor(m *made, was collection.Collection) *made {
	b := w.leftOut(was)
	b.Replaces = []collection.ID{was.ID()}
	for i := range b.Items {
		b.Items[i].Digests = nil
	}
	b.Items = append(b.Items, m.camera.take())
	name, err := m.camera.Make(ctx, collection.Header{Title: "Away", Authority: w.authority()}, b)
	w.must("successor of a camera", err)
	away := &made{name: name, camera: m.camera,
		gone: map[collection.ItemID]bool{}, maybe: map[collection.ItemID]bool{}, again: map[collection.ItemID]bool{}}
	for _, item := range b.Items {
		away.items = append(away.items, item.ID)
	}
	w.made = append(w.made, away)
	return away
}

// homeSuccessor has the home make one, of what it knows.
func (w *world) homeSuccessor(home *station, was collection.Collection, replaces ...collection.ID) {
	b := w.leftOut(was)
	b.Replaces = replaces
	w.makeAtHome(home, collection.Header{Title: "At home", Authority: w.authority()}, b)
}

func (w *world) makeAtHome(home *station, h collection.Header, b collection.Body) {
	none := func(context.Context, collection.ItemID, int) (transport.Blob, error) {
		return nil, transport.ErrNotFound
	}
	name, err := home.Author.Make(ctx, h, b, none)
	w.ended(home.Name+": make a successor", err)
	if err == nil {
		w.publish(home, name)
	}
}

// anyHome is one of the homes of a camera's user: each makes versions in its own way.
func (c *camera) anyHome() *station { return c.homes[c.w.random.IntN(len(c.homes))] }

// goOn lets those whom it concerns do some things.
func (w *world) goOn(m, away *made) {
	for range 12 {
		home := m.camera.anyHome()
		switch s := w.stations[w.random.IntN(len(w.stations))]; w.random.IntN(5) {
		case 0:
			if away != nil && !w.noHub {
				w.Go(0, func() { w.shareWithHub(away) })
			}
		case 1:
			if away != nil {
				w.Go(0, func() { w.syncHome(away, home) })
			}
		case 2:
			w.do(s, "receive", func() error { return receive(s) })
		case 3:
			if state, ok := s.disk.state(m.name); ok && s.User != m.name.Author {
				w.actAsReader(s, state.Collection)
			}
		default:
			if names, err := home.Names(ctx); err == nil && len(names) > 0 {
				w.publishGoing(home, names[w.random.IntN(len(names))])
			}
		}
		w.Run(w.Now().Add(w.moment() / 4))
	}
}

// publishGoing publishes what is the home's own and has not ended.
func (w *world) publishGoing(home *station, name collection.Name) {
	if s, ok := home.disk.state(name); ok && name.Author == home.User && !s.Collection.Ended() {
		w.publish(home, name)
	}
}

// albumOf is the album of a collection as a station knows it.
func (w *world) albumOf(at *station, name collection.Name) (album collection.Album) {
	for _, a := range collection.Albums(slices.Values(at.all())) {
		for _, c := range slices.Concat(a.Heads(), a.Replaced()) {
			if c.Name() == name {
				return a
			}
		}
	}
	return album
}

// all are the collections on a station's disk that their authors have sealed.
func (s *station) all() (all []collection.Collection) {
	for r := range s.disk.records("c/") {
		name, err := collection.ParseName(r.Key[len("c/"):])
		s.w.must("name", err)
		if state, ok := s.disk.state(name); ok && state.Sealed {
			all = append(all, state.Collection)
		}
	}
	return all
}

// joins has the home make one successor of all heads that it knows.
func (w *world) joins(home *station, name collection.Name) {
	if home.process == nil {
		return
	}
	heads := w.albumOf(home, name).Heads()
	h, b := w.albumOf(home, name).Join()
	for _, c := range heads {
		b.Replaces = append(b.Replaces, c.ID())
	}
	if len(heads) > 0 {
		h.Title = "Joined"
		w.makeAtHome(home, h, b)
	}
}

// end has the home end something.
func (w *world) end(home *station, name collection.Name) {
	w.declare(home, "end", name, func() error { return home.Author.End(ctx, name) })
}

// restAgain ends the faults and lets everybody do what is left.
func (w *world) restAgain() {
	w.net.SetFaults(lab.Faults{})
	w.net.Heal()
	w.Finish()
	last := w.sum()
	for range rounds {
		w.Pass(24 * time.Hour)
		w.albumRound()
		now := w.sum()
		if now == last {
			return
		}
		last = now
	}
	w.fail("no album comes to rest")
}

// albumRound lets everybody do once what is left to do.
func (w *world) albumRound() {
	for _, m := range w.made {
		if m.camera.lost {
			continue
		}
		if !m.shared && !w.noHub {
			w.settled("share", w.shareWithHub(m))
		}
		for _, at := range m.camera.homes {
			if !slices.Contains(m.synced, at) {
				w.settled("sync", w.syncHome(m, at))
			}
		}
	}
	w.settled("deliver", w.anyHub().deliver())
	if jobs := slices.Collect(w.hub.disk.records("job/")); len(jobs) > 0 { // of a process that is no more
		w.settled("probe", w.anyHub().Hub.Probe(ctx))
	}
	for _, s := range w.stations {
		w.settled(s.Name+": receive", w.excused(receive(s)))
		for _, c := range s.all() {
			if c.Author() == s.User && w.goesOn(c.Name()) {
				w.settled(fmt.Sprintf("%s: %v", s.Name, c.Name()), w.albumRoundOf(s, c))
			}
		}
	}
}

// goesOn reports whether a collection is more than the word of a lost camera, as what a home
// has made is.
func (w *world) goesOn(name collection.Name) bool {
	return w.stands(name) || !slices.ContainsFunc(w.made, func(m *made) bool { return m.name == name })
}

// albumRoundOf lets an author's station do what is left of a collection.
func (w *world) albumRoundOf(s *station, c collection.Collection) (err error) {
	switch state, _ := s.disk.state(c.Name()); {
	case c.Ended() && !w.noHub:
		err = s.Author.NotifyHub(ctx, c.Name())
	case !c.Ended() && w.unfinished(s, state):
		err = s.Author.Publish(ctx, c.Name())
	}
	if err != nil {
		return err
	}
	delete(s.failed, c.Name())
	if w.noHub {
		return nil
	}
	return s.Reader.Refresh(ctx, c.Name())
}
