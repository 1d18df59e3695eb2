package main

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// stopped is a world in which one request is held up.
type stopped struct {
	*world
	home, bob *station
	m         *made
	full      transport.Ref
	held      chan struct{} // closed when the request is on its way
	release   chan struct{}
}

// newStopped brings a collection to bob, with all originals at home.
func newStopped(t *testing.T) *stopped {
	w := newWorld(options{seed: 2, lean: true, hub: yes})
	s := &stopped{world: w, home: w.stations[0], held: make(chan struct{}), release: make(chan struct{})}
	s.bob = w.stationOf("bob")
	c := w.cameras[0]
	name, err := c.Make(ctx, collection.Header{Title: "Picnic", Authority: w.Authority()},
		collection.Body{Items: []collection.Item{c.take()}, Recipients: []collection.UserID{s.bob.User}})
	if err != nil {
		t.Fatal(err)
	}
	s.m = &made{name: name, camera: c, items: []collection.ItemID{c.items[0].ID}}
	w.made = append(w.made, s.m)
	s.full = transport.Ref{Collection: name, Item: c.items[0].ID, Version: 2}
	for _, err := range []error{w.shareWithHub(s.m), w.syncHome(s.m, s.home), receive(s.bob), receive(s.bob)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// hold holds up the first request of a kind.
func (s *stopped) hold(from, what string) {
	first := make(chan struct{}, 1)
	first <- struct{}{}
	s.world.hold = func(m lab.Message) {
		if m.From == from && m.What == what {
			select {
			case <-first:
				close(s.held)
				<-s.release
			default:
			}
		}
	}
}

// TestStop stops a station in good order while it is at work: what is under way
// ends, nothing new begins, and the station made again from its disk goes on.
func TestStop(t *testing.T) {
	for what, c := range map[string]struct {
		from, request string
		who           func(*stopped) *station
		work          func(*stopped) error
	}{
		"a home that shares":       {"ann-home", "share", atHome, publish},
		"a home that uploads":      {"ann-home", "upload", atHome, publish},
		"a hub that checks":        {"hub", "original", atHub, publish},
		"a recipient that fetches": {"bob", "version", atBob, func(s *stopped) error { return s.bob.Reader.Fetch(ctx, s.thumbnail()) }},
		"a recipient that hears":   {"bob", "changes", atBob, func(s *stopped) error { return receive(s.bob) }},
		"a recipient that asks":    {"bob", "updates", atBob, func(s *stopped) error { return s.bob.Reader.Refresh(ctx, s.m.name) }},
	} {
		t.Run(what, func(t *testing.T) {
			s := newStopped(t)
			s.hold(c.from, c.request)
			s.stops(t, c.who(s), func() error { return c.work(s) })
		})
	}
}

func atHome(s *stopped) *station { return s.home }
func atBob(s *stopped) *station  { return s.bob }
func atHub(s *stopped) *station  { return s.hub }

func publish(s *stopped) error { return s.home.Author.Publish(ctx, s.m.name) }

func (s *stopped) thumbnail() transport.Ref {
	ref := s.full
	ref.Version = 0
	return ref
}

func (s *stopped) stops(t *testing.T, who *station, work func() error) {
	ended := make(chan error, 1)
	go func() { ended <- work() }()
	select {
	case <-s.held:
	case err := <-ended:
		t.Fatalf("the work has ended before: %v", err)
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if err := who.Close(over); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while at work: %v", err)
	}
	if err := begin(s, who); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("new work: %v", err)
	}
	closed := make(chan error, 1)
	go func() { closed <- who.Close(ctx) }()
	close(s.release)
	if err := <-closed; err != nil {
		t.Errorf("stop: %v", err)
	}
	// Who asks the one that stops does not reach it.
	if err := <-ended; err != nil && !errors.Is(err, transport.ErrClosed) && !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("what was under way: %v", err)
	}
	s.net.Stop(who.Name)
	who.start()
	s.goesOn(t)
}

// begin begins new work at a station.
func begin(s *stopped, who *station) error {
	if who == s.hub {
		_, err := s.hub.Hub.As(s.bob.User).Changes(ctx, transport.ChangesRequest{})
		return err
	}
	return receive(who)
}

// goesOn does all that is left to do.
func (s *stopped) goesOn(t *testing.T) {
	for _, err := range []error{publish(s), receive(s.bob), s.bob.Reader.Fetch(ctx, s.full)} {
		if err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	if rank, ok := s.bob.rank(s.full); !ok || !rank.Complete() {
		t.Errorf("the label is %v in the end", rank)
	}
}
