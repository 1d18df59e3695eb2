package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
)

// actAsReader is what a recipient or a completer does.
func (w *world) actAsReader(s *station, c collection.Collection) {
	name, i := c.Name(), w.random.IntN(c.Len())
	id, _ := c.At(i)
	last := len(c.Ladder()) - 1
	full := transport.Ref{Collection: name, Item: id, Version: last}
	any := full
	any.Version = w.random.IntN(last + 1)
	switch w.random.IntN(12) {
	case 0:
		w.do(s, fmt.Sprintf("versions %.4s/%d", name.ID, any.Version%last), func() error { return w.pull(s, c, any.Version%last) })
	case 1, 2:
		w.try(s, "fetch", any, func() error { return w.fetched(s, c, any, s.Reader.Fetch(ctx, any)) })
	case 3:
		w.try(s, "search", full, func() error { _, err := s.Reader.Search(ctx, full); return err })
	case 4:
		w.try(s, "print", full, func() error { return s.Reader.Print(ctx, full, io.Discard) })
	case 5:
		w.try(s, "export", full, func() error { return s.Reader.Export(ctx, full, io.Discard) })
	case 6:
		w.try(s, "reshare", full, func() error { return w.reshare(s, name, id) })
	case 7:
		w.do(s, "wish", func() error { return w.wish(s, any) })
	case 8:
		w.do(s, "retry wishes", func() error { return s.Reader.RetryWishes(ctx) })
	case 9:
		w.do(s, "refresh", func() error { return s.Reader.Refresh(ctx, name) })
	case 10:
		if state, _ := s.disk.state(name); state.Sealed && completes(c, s.User) {
			w.publish(s, name)
		}
	default:
		w.do(s, "receive", func() error { return receive(s) })
	}
}

func completes(c collection.Collection, user collection.UserID) bool {
	for u := range c.Completers() {
		if u == user {
			return true
		}
	}
	return user == c.Author()
}

func (w *world) reshare(s *station, from collection.Name, id collection.ItemID) error {
	to := w.stations[w.random.IntN(len(w.stations))].User // perhaps s's own
	h := collection.Header{Title: "Again", Authority: w.authority()}
	name, err := s.Author.Reshare(ctx, from, []collection.ItemID{id}, h, to)
	if err == nil {
		w.truth.acknowledgedRecord(s, "c/"+name.String())
	}
	return err
}

// fetched notes what a fetch that was acknowledged promises.
func (w *world) fetched(s *station, c collection.Collection, ref transport.Ref, err error) error {
	if i, ok := c.Index(ref.Item); ok && err == nil {
		if d, known := c.Digest(i, ref.Version); known {
			w.truth.acknowledgedBlob(s, versionKey(c.Author(), d))
		}
	}
	return err
}

// pull shows one partial version of all items, and notes what that promises of each.
func (w *world) pull(s *station, c collection.Collection, version int) error {
	var failed []error
	for ref, err := range s.Reader.Versions(ctx, c.Name(), version) {
		failed = append(failed, w.fetched(s, c, ref, err))
		if err == nil {
			b, err := s.Reader.Open(ctx, ref)
			if errors.Is(err, transport.ErrNotFound) {
				w.fail("%s is shown version %d of %v, which is not here", s.Name, version, ref.Item)
			} else if err == nil {
				err = b.Close()
			}
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (w *world) wish(s *station, ref transport.Ref) error {
	noted := &wish{at: s, ref: ref}
	w.truth.wishes = append(w.truth.wishes, noted)
	err := s.Reader.Wish(ctx, ref)
	noted.acknowledged = err == nil
	return err
}

// happened hears what a station tells its user.
func (s *station) happened(e event.Event) {
	if e.Kind == event.WishFulfilled || e.Kind == event.WishEnded {
		s.wished(e.Ref, e.Err)
	}
}

// wished judges what a station tells of the end of a wish.
func (s *station) wished(ref transport.Ref, err error) {
	for _, wish := range s.w.truth.wishes {
		wish.over = wish.over || wish.at == s && wish.ref == ref
	}
	state, _ := s.disk.state(ref.Collection)
	i, _ := state.Collection.Index(ref.Item)
	_, rank := state.Collection.At(i)
	came := err == nil && state.Holds(i, ref.Version)
	over := errors.Is(err, transport.ErrEnded) && state.Collection.Ended()
	if !came && !over && !(errors.Is(err, label.ErrWithdrawn) && rank.Withdrawn()) {
		s.w.fail("%s tells that the wish for %v ended, %v: it is %v", s.Name, ref.Item, err, rank)
	}
}

// try lets a station do something with a complete version that a label may
// forbid: then nothing may leave it.
func (w *world) try(s *station, what string, ref transport.Ref, work func() error) {
	w.do(s, fmt.Sprintf("%s %.4s/%.4s/%d", what, ref.Collection.ID, ref.Item, ref.Version), func() error {
		state, known := s.disk.state(ref.Collection)
		i, _ := state.Collection.Index(ref.Item)
		_, rank := state.Collection.At(i)
		held := state.Holds(i, ref.Version)
		sent := w.requests[w.Current()]
		err := work()
		refused := errors.Is(err, label.ErrRefused)
		sent = w.requests[w.Current()] - sent
		// A label that comes with the answer of a search is no reason to fail, nor is that
		// the hub waits for a partial version.
		if rank.Labelled() && refused && sent > 0 && errors.Is(err, label.ErrPending) && !errors.Is(err, transport.ErrPending) {
			w.fail("%s was refused %s, but sent %d requests", s.Name, what, sent)
		}
		full := ref.Version == len(state.Collection.Ladder())-1
		if known && full && rank.Labelled() && !held && !refused && !errors.Is(err, lab.ErrCrashed) && !errors.Is(err, transport.ErrClosed) && !errors.Is(err, transport.ErrEnded) {
			w.fail("%s may %s what is labelled: %v", s.Name, what, err)
		}
		return err
	})
}

// rank is an item's label as it is durable at a station.
func (s *station) rank(ref transport.Ref) (label.Rank, bool) {
	state, ok := s.disk.state(ref.Collection)
	if !ok {
		return 0, false
	}
	return state.Collection.Label(ref.Item)
}
