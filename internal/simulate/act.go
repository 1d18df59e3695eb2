package main

import (
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// act lets a peer do something with one of the collections that it knows.
func (w *world) act(s *station) {
	if s.process == nil {
		return
	}
	names, err := s.Names(ctx)
	w.ended(s.Name+": names", err)
	if len(names) == 0 || w.random.IntN(3) == 0 {
		w.do(s, "receive", func() error { return receive(s) })
		return
	}
	name := names[w.random.IntN(len(names))]
	state, ok := s.disk.state(name)
	if !ok {
		w.fail("%s: %v is not there", s.Name, name)
		return
	}
	if c := state.Collection; c.Author() == s.User {
		w.actAsAuthor(s, c)
	} else {
		w.actAsReader(s, c)
	}
}

func receive(s *station) error {
	if s.w.noHub {
		return s.visit()
	}
	news, err := s.Reader.Receive(ctx)
	s.w.truth.showAll(s, news)
	return err
}

// actAsAuthor is what a home peer does.
func (w *world) actAsAuthor(s *station, c collection.Collection) {
	name := c.Name()
	i := w.random.IntN(c.Len())
	id, rank := c.At(i)
	if w.acceptReader(s, c) {
		return
	}
	switch n := w.random.IntN(13); {
	case n == 12 && !w.noHub:
		w.declare(s, "boast of", name, func() error { return w.boast(s, name) })
	case n < 5:
		w.publish(s, name)
	case n < 6:
		w.declare(s, "tell", name, func() error { return w.tell(s, name) })
	case n < 7:
		w.do(s, "refresh", func() error { return s.Reader.Refresh(ctx, name) })
	case n < 8:
		w.edit(s, c)
	case n < 9 && c.Len() > 1:
		w.withdraw(s, name, id)
	case n < 10 && rank.Complete():
		w.takeBack(s, name, id)
	default:
		w.do(s, "receive", func() error { return receive(s) })
	}
}

// tell has a station tell the hub or, without one, the stations that hold something new.
func (w *world) tell(s *station, name collection.Name) error {
	if w.noHub {
		_, err := s.Author.PublishDue(ctx)
		return err
	}
	return s.Author.NotifyHub(ctx, name)
}

// declare lets a station do something that the hub is to hear of.
func (w *world) declare(s *station, what string, name collection.Name, work func() error) {
	w.do(s, fmt.Sprintf("%s %.4s", what, name.ID), func() error {
		err := work()
		if err != nil {
			s.failed[name] = true
		}
		return err
	})
}

func (w *world) publish(s *station, name collection.Name) {
	w.declare(s, "publish", name, func() error { return s.Author.Publish(ctx, name) })
}

// boast has a home, as whoever has stolen it may, announce originals with the author's word,
// all of them, whether they are there or not.
func (w *world) boast(s *station, name collection.Name) error {
	state, _ := s.disk.state(name)
	all := transport.AllBits(state.Collection.Len())
	u, some, err := state.Word(all)
	if err != nil || !some {
		return err
	}
	if u, err = u.Sign(ctx, s.Signer, w.Now()); err != nil {
		return err
	}
	word, err := u.MarshalBinary()
	if err != nil {
		return err
	}
	w.truth.boasts[name] = true
	if w.random.IntN(2) == 0 {
		return w.claim(s, state.Collection, u)
	}
	_, err = s.ToHub().Announce(ctx, transport.Announcement{
		Author: name.Author, ID: name.ID, Items: all.Without(withdrawn(state.Collection)), URL: s.URL(), Word: word, Endpoint: s.Source().Endpoint,
	})
	return err
}

// claim has it say so in a share, and name nobody who serves them.
func (w *world) claim(s *station, c collection.Collection, u collection.Update) error {
	c, _, err := c.Apply(u)
	if err != nil {
		return err
	}
	data, err := c.MarshalBinary()
	if err == nil {
		_, err = s.ToHub().Share(ctx, transport.Share{From: transport.Peer, Collection: data})
	}
	return err
}

// withdrawn is the set of the items whose originals will never come.
func withdrawn(c collection.Collection) (items transport.Bits) {
	i := 0
	for _, rank := range c.Items() {
		if rank.Withdrawn() {
			items = items.Add(i)
		}
		i++
	}
	return items
}

func (w *world) edit(s *station, c collection.Collection) {
	name := c.Name()
	w.declare(s, "edit", name, func() error {
		err := s.Author.Edit(ctx, name, func(h *collection.Header, items []collection.Item) {
			n := w.random.IntN(1000)
			h.Title, items[0].Caption = fmt.Sprintf("Title %d", n), s.Name
			if item := &items[n%len(items)]; n%5 == 0 {
				item.Preview = nil
			} else if n%5 == 1 && len(item.Preview) == 0 {
				item.Preview = []byte(s.Name)
			}
		})
		if m := w.find(name); m != nil && err == nil {
			m.edition = max(m.edition, c.Header().Edition+1)
		}
		return err
	})
}

func (w *world) withdraw(s *station, name collection.Name, id collection.ItemID) {
	m := w.find(name)
	w.declare(s, fmt.Sprintf("withdraw %.4s of", id), name, func() error {
		if m != nil {
			m.maybe[id] = true
		}
		err := s.Author.Withdraw(ctx, name, id)
		if m != nil && err == nil {
			m.gone[id] = true
		}
		return err
	})
}

func (w *world) takeBack(s *station, name collection.Name, id collection.ItemID) {
	m := w.find(name)
	w.declare(s, fmt.Sprintf("take back %.4s of", id), name, func() error {
		if m != nil {
			m.again[id] = true
		}
		return s.Author.TakeBack(ctx, name, id)
	})
}

// find returns a collection that a camera has made.
func (w *world) find(name collection.Name) *made {
	for _, m := range w.made {
		if m.name == name {
			return m
		}
	}
	return nil
}
