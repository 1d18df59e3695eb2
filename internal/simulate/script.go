package main

import (
	"context"
	"errors"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
)

// made is a collection that a camera has made, and what was acknowledged of it.
type made struct {
	name   collection.Name
	camera *camera
	items  []collection.ItemID

	draft   bool                       // until it is shared: some recipients are known by address only
	tells   bool                       // its camera tells the recipients
	shared  bool                       // with the hub
	synced  []*station                 // homes that have all of it
	edition uint64                     // that an edit which was acknowledged has made
	gone    map[collection.ItemID]bool // withdrawn, acknowledged
	maybe   map[collection.ItemID]bool // withdrawn, perhaps
	again   map[collection.ItemID]bool // taken back, perhaps
}

// moment is some time between two things that happen.
func (w *world) moment() time.Duration {
	return time.Duration(w.random.ExpFloat64() * float64(time.Second))
}

// do starts something that a station does, unless it is down.
func (w *world) do(s *station, what string, work func() error) {
	if s.process == nil {
		return
	}
	s.busy++
	w.Go(0, func() {
		defer func() { s.busy-- }()
		s.enter()
		w.say("%s: %s", s.Name, what)
		w.ended(s.Name+": "+what, work())
	})
}

// ended looks at how something ended.
func (w *world) ended(what string, err error) {
	if err == nil {
		w.say("%s: done", what)
		return
	}
	w.say("%s: %v", what, err)
	if !w.mayFail && !expected(err) && !w.directory.misled(err) && w.excused(err) != nil {
		w.fail("%s: unexpected: %w", what, err)
	}
}

// endedAt is ended for what a camera does, which may be lost meanwhile.
func (w *world) endedAt(c *camera, what string, err error) {
	if c.lost {
		w.say("%s, which is lost: %s: %v", c.Name, what, err)
		return
	}
	w.ended(c.Name+": "+what, err)
}

// play lets stations do things while the network fails and stations crash.
func (w *world) play() {
	if w.random.IntN(2) == 0 {
		w.begin()
	}
	w.net.SetFaults(w.faults())
	w.mail.fails = w.random.Float64()
	for range w.steps {
		switch n := w.random.IntN(20); {
		case n < 2:
			w.trouble()
		case n < 3:
			w.upkeep()
		case n < 8:
			w.photograph()
		default:
			w.act(w.stations[w.random.IntN(len(w.stations))])
		}
		w.pair.meanwhile()
		w.directory.meanwhile()
		w.Run(w.Now().Add(w.moment() / 4))
	}
}

// begin brings a first collection to its end before the faults begin.
func (w *world) begin() {
	c := w.cameras[0]
	w.makeCollection(c)
	m, home := w.made[0], c.homes[0]
	if !w.noHub {
		w.settled("share", w.shareWithHub(m))
	}
	w.settled("sync", w.syncHome(m, home))
	w.settled("publish", home.Author.Publish(ctx, m.name))
	for _, s := range w.stations {
		w.settled("receive", receive(s))
	}
}

// faults are this run's: some networks are better than others.
func (w *world) faults() lab.Faults {
	bad := func() float64 { return w.random.Float64() * w.random.Float64() * 0.4 }
	return lab.Faults{
		LoseRequest: bad(), LoseAnswer: bad(), Repeat: bad(), Late: bad(), Break: bad(),
		Delay: time.Duration(w.random.IntN(500)) * time.Millisecond,
	}
}

// trouble crashes a station, stops it in good order, or cuts the network.
func (w *world) trouble() {
	s := w.anyHub()
	if n := w.random.IntN(len(w.stations) + 2); n < len(w.stations) {
		s = w.stations[n]
	}
	switch w.random.IntN(4) {
	case 0:
		other := w.stations[w.random.IntN(len(w.stations))]
		w.say("%s and %s are cut", s.Name, other.Name)
		w.net.Cut(s.Name, other.Name)
	case 1:
		w.say("the network is whole")
		w.net.Heal()
	case 2:
		w.stop(s)
	default:
		w.crash(s)
	}
}

// stop stops a station in good order: nothing new is begun, and when what is
// under way has ended, it is made again from its disk.
func (w *world) stop(s *station) {
	p := s.process
	if p == nil {
		return
	}
	w.say("%s stops", s.Name)
	over, cancel := context.WithCancel(ctx)
	cancel()
	s.Close(over) // lets nobody in any more
	var again func()
	again = func() {
		switch {
		case s.process != p: // it has crashed meanwhile
		case s.busy > 0 || w.inbound[s.Name] > 0 || errors.Is(s.Close(over), context.Canceled):
			w.Go(w.moment(), again)
		default:
			s.process = nil
			w.net.Stop(s.Name)
			w.Go(w.moment(), s.start)
		}
	}
	w.Go(0, again)
}

// crash lets a station crash at one of its next changes.
func (w *world) crash(s *station) {
	switch p := s.process; {
	case p == nil || p.Before >= 0:
	case s.disk.files != nil:
		s.disk.files.CrashAfter(w.random.IntN(40), w.random)
	default:
		p.Before, p.After, p.Kept = w.random.IntN(12), w.random.IntN(2) == 0, w.random.Float64()
	}
}
