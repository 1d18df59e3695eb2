package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// outsiders are people who are known by mail address only. Some of them join.
var outsiders = []string{"max@example.org", "uma@example.org", "zoe@example.org"}

// postOffice delivers letters. It fails as often as the network.
type postOffice struct {
	w     *world
	fails float64
	last  map[string]map[collection.Name]notify.Letter // by address
}

var errMail = errors.New("no post today")

// Deliver implements notify.Channel.
func (m *postOffice) Deliver(_ context.Context, l notify.Letter) error {
	if m.w.random.Float64() < m.fails {
		return errMail
	}
	if m.last[l.Address] == nil {
		m.last[l.Address] = map[collection.Name]notify.Letter{}
	}
	m.w.say("  letter to %s: %v %q, %d of %d labelled", l.Address, l.Reason, l.Title, l.Labelled, l.Items)
	m.last[l.Address][collection.Name{Author: l.Author, ID: l.Collection}] = l
	return nil
}

// deliver has a hub deliver its letters.
func (s *station) deliver() error {
	s.finish()
	_, err := s.Hub.Mail().Deliver(ctx)
	return err
}

// join lets one of the outsiders become a user of the hub, with a station.
func (w *world) join() {
	address := outsiders[w.random.IntN(2)] // zoe never does
	name, _, _ := strings.Cut(address, "@")
	if w.hub.process == nil || w.stationOf(name) != nil {
		return
	}
	w.hub.enter()
	user, err := w.hub.Hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{address}})
	if errors.Is(err, hub.ErrTaken) { // it was registered when the hub crashed
		user, err = w.hub.Hub.Accounts().ByAddress(ctx, address)
	}
	if errors.Is(err, lab.ErrCrashed) {
		return
	}
	w.must("join", err)
	s, err := w.addPeer(name, user)
	if errors.Is(err, lab.ErrCrashed) || errors.Is(err, hub.ErrTaken) {
		return // who has lost a token to a crash stays away
	}
	w.must("join", err)
	w.say("%s joins as %s", address, s.Name)
}

// letters checks that whoever is known by address only was written to about the
// latest state of a collection, and that no address stands where it must not.
func (w *world) letters(s engine.State) {
	for _, blinded := range notify.DueAddresses(s.Collection) {
		address := w.addressOf(s.Collection, blinded)
		l, ok := w.mail.last[address][s.Collection.Name()]
		switch {
		case !ok && s.Collection.Withdrawn() == s.Collection.Len(): // before the letter left
			continue
		case !ok:
			w.fail("nobody has written to %s of %v", address, s.Collection.Name())
			continue
		}
		if l.Labelled != s.Collection.Labelled() || l.Title != s.Collection.Title() {
			w.fail("%s was written to of an earlier state of %v", address, s.Collection.Name())
		}
	}
}

// letterOf returns the collection that a letter in the outbox is about, by its key.
func letterOf(key string) (name collection.Name) {
	parts := strings.Split(key, "/")
	if len(parts) == 4 {
		name.Author.UnmarshalText([]byte(parts[1]))
		name.ID.UnmarshalText([]byte(parts[2]))
	}
	return name
}

// addressOf finds whose address was blinded, by the random part in the letters.
func (w *world) addressOf(c collection.Collection, blinded collection.Address) string {
	for address, letters := range w.mail.last {
		l, ok := letters[c.Name()]
		if !ok {
			continue
		}
		if b, err := collection.Blind(c.ID(), l.R, address); err == nil && b == blinded {
			return address
		}
	}
	return "somebody"
}

// secret checks that no address stands in clear on any disk, but for where the
// hub and the camera need it.
func (w *world) secret() {
	disks := []*disk{w.hub.disk}
	for _, s := range w.stations {
		disks = append(disks, s.disk)
	}
	for _, c := range w.cameras {
		disks = append(disks, c.disk)
	}
	for _, d := range disks {
		for r := range d.records("") {
			if kind, _, _ := strings.Cut(r.Key, "/"); slices.Contains([]string{"hub mailing", "hub person"}, d.name+" "+kind) || kind == "t" && strings.HasSuffix(d.name, "-camera") {
				continue
			}
			if bytes.Contains(r.Value, []byte("@example.org")) {
				w.fail("an address stands in clear in %s of %s", r.Key, d.name)
			}
		}
	}
}

// reach returns a station of a user that a camera tells itself.
func (c *camera) reach(user collection.UserID) transport.Recipient {
	for _, s := range c.w.stations {
		if s.User == user {
			return c.To(s.Station)
		}
	}
	return byMail{}
}

// byMail stands for somebody without a station, whom the hub writes to.
type byMail struct{}

func (byMail) Deliver(context.Context, notify.Notification) error { return nil }
