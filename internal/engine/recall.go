package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// Recalled: a reader asks for versions that have expired here. Who serves the items is
// asked for them: rule 18.
type Recalled struct{ Versions []transport.Bits }

func (Recalled) event() {}

// recalled wants of each source what it may have of what is not here, and not awaited. Of
// what the author has sealed no digest nothing can be checked, and what is withdrawn
// nobody gets.
func (s State) recalled(e Recalled) State {
	gone := s.itemsThat(label.Rank.Withdrawn)
	lacks := lessColumns(lessColumns(partial(s, e.Versions), s.Held), s.awaited())
	for v := range lacks {
		lacks[v] = s.withDigest(v, lacks[v].Without(gone))
	}
	s.Wants = slices.Clone(s.Wants)
	for _, source := range s.Sources {
		of := make([]transport.Bits, len(lacks))
		for v := range lacks {
			of[v] = lacks[v].And(source.Items).Trim()
		}
		if of = trimColumns(of); len(of) > 0 {
			s.Wants = append(s.Wants, Want{source.User, source.URL, of, source.Endpoint})
		}
	}
	return s
}
