package main

import (
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// lose lets somebody lose a camera: its credential is revoked, and it does nothing
// any more. What only it has sealed is lost with it.
func (w *world) lose() {
	c := w.cameras[w.random.IntN(len(w.cameras))]
	if w.lost != nil || len(w.made) == 0 {
		return
	}
	w.lost, c.lost = c, true
	w.say("%s is lost", c.Name)
	w.revoke()
}

// revoke revokes the credential of the camera that was lost. Where the hub crashes
// meanwhile, it is done again when all is at rest.
func (w *world) revoke() {
	s := w.anyHub()
	if w.lost == nil || s.process == nil {
		return
	}
	s.enter()
	err := s.Hub.Accounts().Revoke(ctx, w.lost.User, w.lost.Name)
	if err != nil && !errors.Is(err, lab.ErrCrashed) && !errors.Is(err, transport.ErrNotFound) {
		w.fail("revoke: %w", err)
	}
}

// shutOut checks that a lost camera reads nothing at any station that asks the hub of whom
// keys were stopped, whatever that has heard or done before.
func (w *world) shutOut() {
	if w.lost == nil {
		return
	}
	for _, s := range w.stations {
		w.settled(s.Name+": refresh keys", s.RefreshKeys(ctx))
		if _, err := w.lost.To(s.Station).Settings(ctx); !errors.Is(err, transport.ErrUnauthenticated) {
			w.fail("%s, which is lost, asks %s: %v", w.lost.Name, s.Name, err)
		}
	}
}

// stands reports whether a collection is more than the word of a lost camera: the
// hub has sealed it, and a home of its author's has it, which can seal it again.
func (w *world) stands(name collection.Name) bool {
	if w.lost == nil || w.lost.User != name.Author {
		return true
	}
	hub, ok := w.hub.disk.state(name)
	if !ok || len(hub.Collection.Header().AuthoritySeal) == 0 {
		return false
	}
	for _, home := range w.lost.homes {
		if _, known := home.disk.state(name); known {
			return true
		}
	}
	return false
}

// mourn has the homes of a lost camera publish all that stands: that is when they
// seal it again. What none of them has sealed none of them serves, nor what a thief has
// boasted of: the hub finds that out. What does not come then from any of them is lost.
func (w *world) mourn() {
	if w.lost == nil {
		return
	}
	w.revoke()
	w.atHomes("publish what was the lost camera's", func(home *station, name collection.Name) error { return home.Author.Publish(ctx, name) })
	w.Pass(time.Hour) // a round of probes is nobody's any more whose process was killed
	w.probe()
	w.atHomes("withdraw what is lost", w.giveUp)
}

// probe lets the hub probe until it finds nothing more.
func (w *world) probe() {
	for range rounds {
		last := w.sum()
		w.settled("probe", w.anyHub().Hub.Probe(ctx))
		if w.sum() == last {
			return
		}
	}
	w.fail("probes come to no end")
}

// atHomes does something at each home of the lost camera's with each collection that
// stands.
func (w *world) atHomes(what string, do func(*station, collection.Name) error) {
	for _, home := range w.lost.homes {
		names, err := home.Names(ctx)
		w.settled("names", err)
		for _, name := range names {
			if name.Author == home.User && w.stands(name) {
				w.settled(home.Name+": "+what, do(home, name))
			}
		}
	}
}

// excused leaves out what a lost camera is the cause of: that what it alone had
// sealed is refused.
func (w *world) excused(err error) error {
	if w.lost != nil && errors.Is(err, transport.ErrSeal) {
		return nil
	}
	return err
}

// giveUp withdraws the items whose originals, or the thumbnails that the hub waits
// for, were on the camera alone.
func (w *world) giveUp(home *station, name collection.Name) error {
	hub, _ := w.center(name.Author).disk.state(name)
	c := hub.Collection
	var gone []collection.ItemID
	for i := range c.Len() {
		id, rank := c.At(i)
		if !rank.Settled() && (!w.served(c, i) || hub.HasAsked(i, 0)) {
			gone = append(gone, id)
		}
	}
	if m := w.find(name); m != nil {
		for _, id := range gone {
			m.maybe[id] = true
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return home.Author.Withdraw(ctx, name, gone...)
}

// served reports whether a station that may vouch for an item's original has it, and
// knows of the collection: its bytes may be there for another item, too.
func (w *world) served(c collection.Collection, item int) bool {
	for _, s := range w.stations {
		state, _ := s.disk.state(c.Name())
		if completes(c, s.User) && state.Holds(item, len(c.Ladder())-1) {
			return true
		}
	}
	return false
}
