package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
)

// directory is, in some of the runs, where stations are found that serve a collection, as on a
// peer-to-peer network: under a topic that only those know who hold the collection, records of
// those who say that they do. Nobody sees to it that this is true. Some records are bogus, or name
// stations that are gone; one recipient sends other bytes than those of the originals; and at times
// nothing is found.
type directory struct {
	w       *world
	random  *rand.Rand
	records map[collection.Digest][]record
	away    float64 // how often a search fails, from 0 to 1
	liar    string
	lies    int // that were told
}

// record says that a station serves a collection, for some time.
type record struct {
	source transport.Source
	by     *station // whose items it serves; nil = all that there are, or so it says
	until  time.Time
}

// lifetime is how long a record stays, unless it is renewed.
const lifetime = 5 * time.Second

// newDirectory returns nil in runs without one.
func newDirectory(w *world) *directory {
	random := rand.New(rand.NewPCG(w.seed, 6))
	d := &directory{w: w, random: random, records: map[collection.Digest][]record{}, away: random.Float64() / 2}
	some := random.IntN(2) == 0 && !w.lean
	d.liar = []string{"", "bob", "eve"}[random.IntN(3)]
	if w.finds == no || w.finds == perhaps && !some {
		return nil
	}
	return d
}

// finder is how a station finds others; nil where there is no directory.
func (d *directory) finder(s *station) transport.Finder {
	if d == nil {
		return nil
	}
	return func(_ context.Context, c collection.Collection) ([]transport.Source, error) { return d.find(s, c) }
}

// find is one search. It is a request as others are: none is made for what is labelled.
func (d *directory) find(s *station, c collection.Collection) (found []transport.Source, err error) {
	w := d.w
	w.requests[w.Current()]++
	w.count.add(searched, 1)
	w.say("  %s searches for %.4s", s.Name, c.Name().ID)
	if c.Labelled() == c.Len() {
		w.fail("%s searches for %v, of which every item is labelled", s.Name, c.Name())
	}
	if d.random.Float64() < d.away {
		return nil, fmt.Errorf("the directory: %w", transport.ErrUnreachable)
	}
	for _, r := range d.records[c.Identity()] {
		if source := r.source; r.by != s && w.Now().Before(r.until) {
			source.Items = r.items(c)
			found = append(found, source)
		}
	}
	return found, nil
}

// items are those that whoever is found says it serves.
func (r record) items(c collection.Collection) (items transport.Bits) {
	if r.by == nil {
		return transport.AllBits(c.Len())
	}
	state, _ := r.by.disk.state(c.Name())
	for i := range c.Len() {
		if state.Holds(i, len(c.Ladder())-1) {
			items = items.Add(i)
		}
	}
	return items
}

// provide puts a record into the directory, in the place of one of the same station.
func (d *directory) provide(c collection.Collection, source transport.Source, by *station) {
	topic := c.Identity()
	others := slices.DeleteFunc(d.records[topic], func(r record) bool {
		return r.source.URL == source.URL && r.by == by || !d.w.Now().Before(r.until)
	})
	d.records[topic] = append(others, record{source, by, d.w.Now().Add(lifetime)})
}

// renew has a station announce what it serves.
func (d *directory) renew(s *station) {
	if d == nil || s.process == nil {
		return
	}
	for state := range s.known() {
		if own := (record{by: s}); !own.items(state.Collection).IsEmpty() {
			d.provide(state.Collection, s.Source(), s)
		}
	}
}

// meanwhile has a station announce what it serves, and somebody what is not true.
func (d *directory) meanwhile() {
	if d == nil {
		return
	}
	stations := d.w.stations
	d.renew(stations[d.random.IntN(len(stations))])
	if s := stations[d.random.IntN(len(stations))]; d.random.IntN(2) == 0 && s.process != nil {
		for state := range s.known() {
			d.mislead(state.Collection, s)
		}
	}
}

// mislead puts records into the directory that are of no use.
func (d *directory) mislead(c collection.Collection, s *station) {
	forged := s.Source()
	forged.User[0] ^= 1
	garbage := s.Source()
	garbage.Endpoint = []byte("none")
	gone := lab.SourceAt(s.Station, d.w.Net.URL("nobody"))
	for _, source := range []transport.Source{forged, garbage, gone, s.Source()} {
		if d.random.IntN(2) == 0 {
			d.provide(c, source, nil)
		}
	}
}

// end ends what keeps searches from finding anything.
func (d *directory) end() {
	if d != nil {
		d.away = 0
	}
}

// pass changes what a liar sends of an original that others have sealed.
func (d *directory) pass(m lab.Message, answer *http.Response) {
	if d == nil || answer == nil || answer.StatusCode != http.StatusOK || m.To != d.liar || m.What != "original" && m.What != "originals" {
		return
	}
	liar := d.w.stationOf(m.To)
	if state, ok := liar.disk.state(m.Ref.Collection); !ok || completes(state.Collection, liar.User) {
		return
	}
	data, err := io.ReadAll(answer.Body)
	if len(data) > 0 {
		data[d.random.IntN(len(data))] ^= 1
		d.lies++
		d.w.count.add(lied, 1)
		d.w.say("  %s lies to %s", m.To, m.From)
	}
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(data), errReader{err}))
}

// errReader ends as what was read did.
type errReader struct{ err error }

// Read implements io.Reader.
func (r errReader) Read([]byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return 0, io.EOF
}

// misled reports whether an error is one that whoever searches comes to where nobody but liars is
// found.
func (d *directory) misled(err error) bool {
	return d != nil && (errors.Is(err, transport.ErrPeerKey) || d.lies > 0 && isOne(err, transport.ErrDigest, transport.ErrMalformed)) &&
		!isOne(err, transport.ErrSeal, transport.ErrStorage)
}
