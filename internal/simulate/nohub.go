package main

import (
	"errors"

	"github.com/glimpse-go/glimpse/collection"
)

// Some worlds have no hub: the author's home tells the recipients itself, and so
// does a completer. Each user then has one station; the hub's part in setting up
// the world, keys and users, stands for people who meet.

// center is the station that knows best about a collection: the hub or, without
// one, the author's.
func (w *world) center(author collection.UserID) *station {
	if !w.noHub {
		return w.hub
	}
	for _, s := range w.stations {
		if s.User == author {
			return s
		}
	}
	return w.hub
}

// centers are the stations whose word on collections counts.
func (w *world) centers() []*station {
	if w.noHub {
		return w.stations
	}
	return []*station{w.hub}
}

// authority is the hub's key, or none.
func (w *world) authority() collection.KeyID {
	if w.noHub {
		return collection.KeyID{}
	}
	return w.Authority()
}

// meet lets a new station and all others know one another's keys, and those of
// the cameras.
func (w *world) meet(s *station) {
	for _, other := range w.stations {
		if other != s {
			s.shown = append(s.shown, other.Statement)
			other.shown = append(other.shown, s.Statement)
			other.startPeer()
		}
	}
	for _, c := range w.cameras {
		s.shown = append(s.shown, c.Statement)
	}
	s.startPeer()
}

// visit asks all others for news.
func (s *station) visit() error {
	var failed []error
	for _, other := range s.w.stations {
		if other == s {
			continue
		}
		news, err := s.Reader.ReceiveFrom(ctx, other.Source())
		s.w.truth.showAll(s, news)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// refresh asks whoever knows best for what is new of a collection.
func (w *world) refresh(s *station, name collection.Name) error {
	if w.noHub {
		return s.Reader.Refresh(ctx, name, w.center(name.Author).Source())
	}
	return s.Reader.Refresh(ctx, name)
}

// askCompleters asks those who may complete a collection what they have said of
// it: nobody tells the author.
func (s *station) askCompleters(c collection.Collection) error {
	var failed []error
	for _, other := range s.w.stations {
		if state, _ := other.disk.state(c.Name()); state.Sealed && other != s && completes(c, other.User) {
			failed = append(failed, s.Reader.Refresh(ctx, c.Name(), other.Source()))
		}
	}
	return errors.Join(failed...)
}
