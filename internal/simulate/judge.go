package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// judge checks what must hold when all is at rest.
func (w *world) judge() {
	w.truth.kept()
	if !w.noHub {
		w.counted(w.hub)
	}
	for _, at := range w.centers() {
		for r := range at.disk.records("c/") {
			s, err := engine.StateOf(at.disk.parts[strings.TrimPrefix(r.Key, "c/")])
			if err != nil {
				w.fail("%s: %s: %w", at.Name, r.Key, err)
			} else if w.center(s.Collection.Author()) == at && w.stands(s.Collection.Name()) {
				w.agreed(s)
			}
		}
	}
	w.noneLeft()
	for _, s := range w.all() {
		w.listed(s)
	}
	for r := range w.hub.disk.records("letter/") {
		if w.stands(letterOf(r.Key)) {
			w.fail("a letter is left")
		}
	}
	for _, m := range w.made {
		w.complete(m)
	}
	w.secret()
	w.shutOut()
}

// noneLeft checks that all stations of a user have read what the hub's feed has for the
// user, and that no job is left.
func (w *world) noneLeft() {
	for r := range w.hub.disk.records("o/") {
		e, err := transport.Decode[lab.Entry](r.Value)
		w.must("entry", err)
		for _, s := range w.stations {
			if s.User != e.Notification.To || !w.stands(e.Notification.Name()) {
				continue
			}
			if read, err := lab.HasRead(ctx, s.Store, transport.Source{}); err != nil || read.Number < e.Number {
				w.fail("%s has read up to %d, and not number %d: %v", s.Name, read.Number, e.Number, err)
			}
		}
	}
	for _, s := range w.all() {
		for r := range s.disk.records("job/") {
			w.fail("%s has left %s", s.Name, r.Key)
		}
	}
}

// listed checks that the feeds at a station list each entry once, under its number.
func (w *world) listed(s *station) {
	entries, listed := 0, 0
	for r := range s.disk.records("o/") {
		entries++
		e, err := transport.Decode[lab.Entry](r.Value)
		n := e.Notification
		name := s.disk.values[listKey(n.To, e.Number)]
		if err != nil || name != string(n.Author[:])+string(n.Collection[:]) {
			w.fail("%s: %s is number %d, which is another one: %v", s.Name, r.Key, e.Number, err)
		}
	}
	for r := range s.disk.records("feed/") {
		listed += strings.Count(r.Key, "/") - 1
	}
	if entries != listed {
		w.fail("%s has %d entries in feeds, and lists %d", s.Name, entries, listed)
	}
}

// agreed checks what must hold of one collection, of which s is the best
// knowledge.
func (w *world) agreed(s engine.State) {
	w.alike(s.Collection)
	w.everybodyTold(s)
	w.letters(s)
}

// alike checks that all replicas of a collection are the same bytes.
func (w *world) alike(c collection.Collection) {
	want, err := c.MarshalBinary()
	w.must("hub", err)
	heard := map[collection.UserID]bool{}
	for _, s := range w.stations {
		state, ok := s.disk.state(c.Name())
		if !ok {
			continue
		}
		heard[s.User] = true
		if !c.MayRead(s.User) {
			w.fail("%s has %v, which it may not read", s.Name, c.Name())
		}
		if got, err := state.Collection.MarshalBinary(); err != nil || !bytes.Equal(got, want) && !resealed(c, state.Collection) {
			w.fail("%s has another %v than the hub: %s", s.Name, c.Name(), difference(c, state.Collection))
		}
	}
	for _, u := range notify.Due(c) {
		if w.hasStation(u) && !heard[u] {
			w.fail("%v has not heard of %v", u, c.Name())
		}
	}
}

// resealed reports whether two replicas differ in nothing but the author's
// seal: two stations of the author have sealed the same edition, and either seal
// will do.
func resealed(a, b collection.Collection) bool {
	x, y := a.Header(), b.Header()
	u, err := notify.Availability(a)
	v, err2 := notify.Availability(b)
	return a.Identity() == b.Identity() && a.EditionDigest() == b.EditionDigest() && err == nil && err2 == nil && u == v &&
		len(x.AuthorSeal) > 0 && len(y.AuthorSeal) > 0 && bytes.Equal(x.AuthoritySeal, y.AuthoritySeal)
}

// difference says what is not the same in two replicas.
func difference(a, b collection.Collection) string {
	x, y := a.Header(), b.Header()
	s := fmt.Sprintf("editions %d %d, same: %v, seals same: %v %v", x.Edition, y.Edition, a.EditionDigest() == b.EditionDigest(),
		bytes.Equal(x.AuthorSeal, y.AuthorSeal), bytes.Equal(x.AuthoritySeal, y.AuthoritySeal))
	for u := range a.Updates() {
		s += fmt.Sprintf("\n\thub  %.8s %v %.8x", u.Issuer(), u.Issued().Unix(), u.Seal())
	}
	for u := range b.Updates() {
		s += fmt.Sprintf("\n\there %.8s %v %.8x", u.Issuer(), u.Issued().Unix(), u.Seal())
	}
	return s
}

// everybodyTold checks that every recipient was told of the latest availability, and that
// all the recipient's stations have taken it in.
func (w *world) everybodyTold(s engine.State) {
	c := s.Collection
	now, err := notify.Availability(c)
	w.must("availability", err)
	if s.Notified != now {
		w.fail("hub: the latest news of %v was not told", c.Name())
	}
	for _, to := range notify.Due(c) {
		told := w.truth.told["o/"+to.String()+"/"+c.Name().String()]
		latest := func(n notify.Notification) bool {
			apart := len(n.Updates) == 0 && slices.Contains(slices.Collect(maps.Values(maps.Collect(c.Resolved()))), to) // once accepted
			return (n.ID == notify.MakeID(n.Edition, now, to) || apart || w.sameLabels(n, c)) && n.Labelled == c.Labelled() && n.Title == c.Title()
		}
		if !slices.ContainsFunc(told, latest) {
			w.fail("nobody told %v of the latest state of %v", to, c.Name())
		}
		for _, s := range w.stations {
			if s.User == to && !slices.ContainsFunc(w.truth.taken[s.Name+" "+c.Name().String()], latest) {
				w.fail("%s has not taken in the news of %v", s.Name, c.Name())
			}
		}
	}
}

// sameLabels reports whether a notification tells of the labels that a collection has: what
// was said since, and takes none off, is no news.
func (w *world) sameLabels(n notify.Notification, c collection.Collection) bool {
	us, err := collection.DecodeUpdates(n.Updates)
	w.must("updates", err)
	told, _, err := c.WithoutUpdates().Apply(us...)
	w.must("updates", err)
	return told.SameLabels(c)
}

// hasStation reports whether a user has a station: a temporary account has none.
func (w *world) hasStation(u collection.UserID) bool {
	return slices.ContainsFunc(w.stations, func(s *station) bool { return s.User == u })
}

// complete checks that in the end every item has its original on the network,
// unless it was withdrawn, and that an edit that was acknowledged is there.
func (w *world) complete(m *made) {
	s, ok := w.center(m.name.Author).disk.state(m.name)
	if !w.stands(m.name) {
		w.labelled(s.Collection)
		return
	}
	if !ok {
		w.fail("the hub does not have %v", m.name)
		return
	}
	if s.Collection.Header().Edition < m.edition {
		w.fail("an edition of %v is lost", m.name)
	}
	i := -1
	for id, rank := range s.Collection.Items() {
		i++
		if d, _ := s.Collection.Digest(i, len(s.Collection.Ladder())-1); rank.Complete() && !w.truth.original(s.Collection, d) {
			w.fail("%v of %v has no label in the end, but nobody has its original", id, m.name)
		}
		switch {
		case m.gone[id] && !m.again[id] && !rank.Withdrawn():
			w.fail("%v of %v was withdrawn, but is %v", id, m.name, rank)
		case rank.Withdrawn() && m.maybe[id], rank.Complete() && (!m.gone[id] || m.again[id]):
		default:
			w.fail("%v of %v is %v in the end", id, m.name, rank)
		}
	}
}

// labelled checks that what a lost camera alone has sealed has labels where nobody
// serves it: no home of its author's takes it over.
func (w *world) labelled(c collection.Collection) {
	for i := range c.Len() {
		if id, rank := c.At(i); rank.Complete() && !w.served(c, i) {
			w.fail("%v of %v has no label, but nobody serves it", id, c.Name())
		}
	}
}
