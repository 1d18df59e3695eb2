package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Want is what another peer is asked for: versions that the rules require and
// that the peer which shares cannot supply.
type Want struct {
	User     collection.UserID `cbor:"1,keyasint"`
	URL      string            `cbor:"2,keyasint"`
	Versions []transport.Bits  `cbor:"3,keyasint"`           // one set of items per version
	Endpoint []byte            `cbor:"4,keyasint,omitempty"` // see transport.Source
}

// Missed: a station was asked for versions, and nobody waits any more for those of them that
// it did not return.
type Missed struct {
	User     collection.UserID
	URL      string
	Versions []transport.Bits
}

func (Missed) event() {}

// wants returns what a share lacks and others who serve the items may have: rule
// 12.
func (r Rules) wants(s State, share transport.Share) []Want {
	required := min(r.Required(share.From, s.Collection.Ladder()), s.last())
	lacks := make([]transport.Bits, required)
	all := transport.AllBits(s.Collection.Len())
	for v := range lacks {
		lacks[v] = s.withDigest(v, all.Without(column(share.Offers, v)).Without(column(s.Held, v)).Without(column(s.Asked, v)))
	}
	var wants []Want
	for _, source := range s.Sources {
		if source.URL == share.URL {
			continue
		}
		versions := make([]transport.Bits, required)
		for v := range lacks {
			versions[v] = lacks[v].And(source.Items).Trim()
		}
		if versions = trimColumns(versions); len(versions) > 0 {
			wants = append(wants, Want{source.User, source.URL, versions, source.Endpoint})
		}
	}
	return wants
}

// withDigest keeps the items of a version whose digest the author has sealed: only
// they can be checked.
func (s State) withDigest(version int, items transport.Bits) transport.Bits {
	var known transport.Bits
	for i := range items.Places() {
		if _, ok := s.Collection.Digest(i, version); ok {
			known = known.Add(i)
		}
	}
	return known
}

// wanted is all that is wanted of others, whoever may have it.
func (s State) wanted() []transport.Bits {
	var all []transport.Bits
	for _, w := range s.Wants {
		all = mergeColumns(all, w.Versions)
	}
	return all
}

// fulfil takes what has come from what is wanted.
func fulfil(wants []Want, come []transport.Bits) []Want {
	var left []Want
	for _, w := range wants {
		if w.Versions = lessColumns(w.Versions, come); len(w.Versions) > 0 {
			left = append(left, w)
		}
	}
	return left
}

// FirstWant returns the first of what is wanted that is among some versions, and no more of
// it than that.
func FirstWant(wants []Want, among []transport.Bits) (Want, bool) {
	for _, w := range wants {
		w.Versions = trimColumns(eachColumn(w.Versions, among, transport.Bits.And))
		if len(w.Versions) > 0 {
			return w, true
		}
	}
	return Want{}, false
}

// missed waits no longer for a station.
func (s State) missed(e Missed) (State, []Effect, error) {
	var left []Want
	for _, w := range s.Wants {
		if w.User == e.User && w.URL == e.URL {
			w.Versions = lessColumns(w.Versions, e.Versions)
		}
		if len(w.Versions) > 0 {
			left = append(left, w)
		}
	}
	s.Wants = left
	return s, nil, nil
}
