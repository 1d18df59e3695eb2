package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
)

// rounds is how often everybody does everything again until nothing changes.
const rounds = 10

// settle ends all faults and lets everybody do what is left to do until nothing
// changes any more.
func (w *world) settle() {
	w.say("the faults end")
	w.net.SetFaults(lab.Faults{})
	w.net.Heal()
	w.mail.fails = 0
	w.rival.end()
	w.pair.end()
	w.directory.end()
	for _, s := range w.running() {
		s.endFaults()
	}
	w.Finish()
	w.mourn()
	last := w.sum()
	for range rounds {
		w.round()
		now := w.sum()
		if now == last {
			w.acknowledge()
			return
		}
		last = now
	}
	w.fail("nothing comes to rest")
}

// endFaults ends those of a station's disk. A process whose disk has crashed where nobody
// minds, as when it writes a hint, finds that out now.
func (s *station) endFaults() {
	if s.disk.files != nil {
		s.disk.files.Before = nil
	}
	if s.process == nil {
		return
	}
	s.process.Before = -1
	if _, err := s.process.Part(ctx, "none"); err != nil && !errors.Is(err, lab.ErrCrashed) {
		s.w.fail("%s: %w", s.Name, err)
	}
}

// acknowledge lets everybody ask for news once more, which says what was read.
func (w *world) acknowledge() {
	for _, s := range w.stations {
		w.settled(s.Name+": acknowledge", receive(s))
	}
}

// round lets everybody do once, one after the other, what has not been
// acknowledged yet: now it works.
func (w *world) round() {
	w.Pass(24 * time.Hour) // whoever waits before trying again has waited
	for _, m := range w.made {
		if m.camera.lost {
			continue
		}
		if !m.shared && !w.noHub {
			w.settled("share", w.shareWithHub(m))
		}
		for _, home := range m.camera.homes {
			if (m.shared || w.noHub) && !slices.Contains(m.synced, home) {
				w.settled("sync", w.syncHome(m, home))
			}
		}
	}
	for _, c := range w.cameras {
		if !c.lost {
			w.settled(c.Name+": tell", c.Notify(ctx, c.hub, c.reach))
		}
	}
	w.settled("deliver", w.anyHub().deliver())
	if jobs := slices.Collect(w.hub.disk.records("job/")); len(jobs) > 0 { // of a process that is no more
		w.settled("probe", w.anyHub().Hub.Probe(ctx))
	}
	for _, s := range w.stations {
		w.directory.renew(s)
		w.settled(s.Name+": receive", w.excused(receive(s)))
		names, err := s.Names(ctx)
		w.settled(s.Name+": names", err)
		for _, name := range names {
			w.settled(fmt.Sprintf("%s: %v", s.Name, name), w.roundOf(s, name))
		}
		if w.noHub {
			_, err = s.Author.PublishDue(ctx)
			w.settled(s.Name+": gossip", err)
		}
		w.settled(s.Name+": retry wishes", w.excused(s.Reader.RetryWishes(ctx)))
	}
}

func (w *world) roundOf(s *station, name collection.Name) error {
	state, ok := s.disk.state(name)
	if !ok {
		return fmt.Errorf("%v is not there", name)
	}
	if !w.stands(name) {
		return nil
	}
	if state.Sealed && completes(state.Collection, s.User) && w.unfinished(s, state) {
		if err := s.Author.Publish(ctx, name); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		delete(s.failed, name)
	}
	if w.noHub && s == w.center(name.Author) {
		return s.askCompleters(state.Collection)
	}
	if w.asTheHub(s, name) {
		return nil
	}
	if err := w.refresh(s, name); err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	return nil
}

// asTheHub reports whether a station has the same bytes of a collection.
func (w *world) asTheHub(s *station, name collection.Name) bool {
	here, _ := s.disk.state(name)
	there, _ := w.center(name.Author).disk.state(name)
	x, err := here.Collection.MarshalBinary()
	y, err2 := there.Collection.MarshalBinary()
	return err == nil && err2 == nil && bytes.Equal(x, y)
}

// unfinished reports whether a station that may vouch for originals has
// something to tell the hub: what failed before, or what it holds and others do
// not know of.
func (w *world) unfinished(s *station, state engine.State) bool {
	hub, ok := w.center(state.Collection.Author()).disk.state(state.Collection.Name())
	if !ok || hub.Notified.IsZero() || s.failed[state.Collection.Name()] {
		return true
	}
	last, i := len(state.Collection.Ladder())-1, -1
	for _, rank := range hub.Collection.Items() {
		if i++; !rank.Settled() && state.Holds(i, last) {
			return true
		}
	}
	return false
}

func (w *world) settled(what string, err error) {
	if err != nil {
		w.fail("without faults: %s: %w", what, err)
	}
}

// sum stands for all that is on all disks, but for what counts how often
// something was tried.
func (w *world) sum() [32]byte {
	h := sha256.New()
	for _, s := range w.all() {
		for r := range s.disk.records("") {
			if kind, _, _ := strings.Cut(r.Key, "/"); slices.Contains([]string{"w", "l", "f"}, kind) {
				continue
			}
			fmt.Fprintf(h, "%s %s %x\n", s.Name, r.Key, r.Value)
		}
		for _, key := range s.disk.sortedBlobs() {
			fmt.Fprintln(h, s.Name, key)
		}
	}
	return [32]byte(h.Sum(nil))
}
