package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// acceptsAll is the policy of a home: whom the hub names in some collections is accepted at
// once. In the others the author decides, or does not.
func acceptsAll(_ context.Context, name collection.Name, _ collection.UserID) bool {
	return name.ID[0]%3 == 0
}

// acceptReader lets a home accept somebody whom the hub has named, and reports whether there
// is anybody.
func (w *world) acceptReader(s *station, c collection.Collection) bool {
	for _, u := range c.Unaccepted() {
		if w.random.IntN(2) == 0 {
			w.declare(s, fmt.Sprintf("accept %.4s in", u), c.Name(), func() error { return s.Author.AcceptReader(ctx, c.Name(), u) })
			return true
		}
	}
	return false
}

// originals checks that of those whom the hub has named for an address exactly those have
// originals whom the author has accepted, whether or not their own station asks its gate.
func (w *world) originals() {
	for _, m := range w.made {
		known, ok := w.hub.disk.state(m.name)
		if !ok || !w.stands(m.name) {
			continue
		}
		for _, u := range known.Collection.Resolved() {
			for _, s := range w.stations {
				if s.User == u {
					w.originalsOf(s, known.Collection)
				}
			}
		}
	}
}

func (w *world) originalsOf(s *station, c collection.Collection) {
	accepted := c.MayReadComplete(s.User)
	for id, rank := range c.Items() {
		ref := transport.Ref{Collection: c.Name(), Item: id, Version: len(c.Ladder()) - 1}
		state, _ := s.disk.state(c.Name())
		i, _ := state.Collection.Index(id)
		if !rank.Complete() || state.Holds(i, ref.Version) {
			continue
		}
		err := w.excused(s.Reader.Fetch(ctx, ref))
		switch {
		case accepted && err != nil && !errors.Is(err, transport.ErrUnreachable):
			w.fail("%s, whom the author has accepted, gets no original of %v: %w", s.Name, id, err)
		case !accepted && !errors.Is(err, label.ErrUnaccepted) && !errors.Is(err, transport.ErrPending):
			w.fail("%s, whom the author has not accepted, fetches the original of %v: %v", s.Name, id, err)
		}
		for _, at := range w.stations {
			if _, err := at.As(transport.Identity{User: s.User}).Original(ctx, ref, 0, -1); err == nil && !accepted {
				w.fail("%s serves the original of %v to %s, whom the author has not accepted", at.Name, id, s.Name)
			}
		}
	}
}
