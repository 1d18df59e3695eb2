package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Failure counts the probes of a source that failed in a row.
type Failure struct {
	User  collection.UserID `cbor:"1,keyasint"`
	URL   string            `cbor:"2,keyasint"`
	Items transport.Bits    `cbor:"3,keyasint"` // what could not be had there
	Times int               `cbor:"4,keyasint"`
}

// Probed: a source that had announced items was asked for some of them again.
// Source.Items are those that could not be had: all of them if nobody answered,
// none if all is well.
type Probed struct{ Source transport.Source }

func (Probed) event() {}

// Failed returns the failures of a source so far.
func (s State) Failed(source transport.Source) (Failure, bool) {
	for _, f := range s.Failures {
		if f.User == source.User && f.URL == source.URL {
			return f, true
		}
	}
	return Failure{User: source.User, URL: source.URL}, false
}

// probed counts a failure, and at the last one takes the items from the source:
// rule 10.
func (r Rules) probed(s State, e Probed) (State, []Effect, error) {
	f, _ := s.Failed(e.Source)
	s.Failures = s.forgiven(e.Source)
	f.Items = e.Source.Items.And(s.servedBy(e.Source)).Trim()
	if f.Items.IsEmpty() {
		return s, nil, nil
	}
	if f.Times++; f.Times < r.MaxFailedProbes {
		s.Failures = append(s.Failures, f)
		return s, nil, nil
	}
	s.Sources, s.Unchecked = lessSource(s.Sources, e.Source, f.Items), lessSource(s.Unchecked, e.Source, f.Items)
	s.lose(f.Items)
	return s, nil, nil
}

// forgiven are the failures without those of a source.
func (s State) forgiven(source transport.Source) []Failure {
	return slices.DeleteFunc(slices.Clone(s.Failures), func(f Failure) bool {
		return f.User == source.User && f.URL == source.URL
	})
}

// lessSource takes items from one source.
func lessSource(sources []transport.Source, from transport.Source, items transport.Bits) []transport.Source {
	var left []transport.Source
	for _, s := range sources {
		if s.User == from.User && s.URL == from.URL {
			s.Items = s.Items.Without(items).Trim()
		}
		if !s.Items.IsEmpty() {
			left = append(left, s)
		}
	}
	return left
}

// takeBack returns the authority's update for the items that are lost.
func (s State) takeBack() (collection.Update, bool, error) {
	ids := s.ids(s.lost)
	if len(ids) == 0 {
		return collection.Update{}, false, nil
	}
	u, err := s.Collection.TakeBack(collection.UserID{}, ids...)
	return u, true, err
}
