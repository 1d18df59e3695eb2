package scenario

import (
	"bytes"
	"io"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
)

// What goes from one local station to another.
var handVerbs = map[string]func(*station, command) error{
	"hands": doHands, "accepts": doAccepts, "reads": doReads, "requests": doRequests, "learns": doLearns, "notes": doNotes,
}

// doHands hands a collection over to the peer of a recipient.
func doHands(s *station, c command) error {
	return onCollection(func(s *station, n collection.Name) error {
		to, err := s.other(c.after["to"])
		if err != nil {
			return err
		}
		if len(c.after["with"]) == 0 {
			return usage("with how many bytes?")
		}
		capacity, err := strconv.ParseInt(c.after["with"][0], 10, 64)
		if err != nil {
			return usage("%v", err)
		}
		_, err = s.Device.HandOver(s.w.ctx, s.To(to.Station), n, capacity)
		return err
	})(s, c)
}

// other finds the one station that is named.
func (s *station) other(names []string) (*station, error) {
	name, err := one(names, "station")
	if err != nil {
		return nil, err
	}
	return s.w.station(name)
}

func doAccepts(s *station, c command) error {
	s.accepts = c.times()
	return nil
}

// rekey makes a collection's id, and the ids of items from it and their names.
func (s *station) rekey(names []string) (id collection.ID, err error) {
	if _, err := io.ReadFull(s.w.Random("collections of "+s.Name), id[:]); err != nil {
		return id, err
	}
	for i, item := range device.NewNamed(nil).Items(id, names...) {
		s.rename(names[i], item.ID)
	}
	return id, nil
}

// rename sets another id of an item.
func (s *station) rename(name string, id collection.ItemID) {
	old := s.w.items[name]
	s.Card[id] = s.Card[old]
	delete(s.Card, old)
	s.w.items[name] = id
}

// doReads takes originals from a camera's card, on which they have names.
func doReads(s *station, c command) error {
	from, err := s.other(c.after["from"])
	if err != nil {
		return err
	}
	known, _, err := s.w.itemsIn(c, nil)
	if err != nil {
		return err
	}
	for i, item := range device.NewNamed(nil).Items(known.ID(), c.words...) {
		card := from.Card[s.w.items[c.words[i]]]
		last := len(known.Ladder()) - 1
		ref := transport.Ref{Collection: known.Name(), Item: item.ID, Version: last}
		if err := s.Import(s.w.ctx, ref, bytes.NewReader(card[last])); err != nil {
			return err
		}
	}
	return nil
}

// doRequests asks the hub for ids for the next collection and for items that
// were taken.
func doRequests(s *station, c command) error {
	ids, err := s.Device.Identifiers(s.w.ctx, s.ToHub(), len(c.words))
	if err != nil {
		return err
	}
	for i, name := range c.words {
		s.rename(name, ids.Items[i])
	}
	s.ids = ids
	return nil
}

// doLearns takes address book and settings over.
func doLearns(s *station, c command) error {
	from, err := s.other(c.after["from"])
	if err != nil {
		return err
	}
	settings, err := s.Device.TakeSettings(s.w.ctx, s.To(from.Station))
	for _, contact := range settings.Contacts {
		s.w.log.add(s.Name + " knows " + contact.Name)
	}
	return err
}

// doNotes writes users into the address book.
func doNotes(s *station, c command) error {
	var book transport.Settings
	for _, name := range c.words {
		book.Contacts = append(book.Contacts, transport.Contact{Name: name, User: s.w.people[name]})
	}
	return s.Author.SetSettings(s.w.ctx, book)
}
