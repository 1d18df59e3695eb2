package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// Pull says what goes to a reader who has a version of some items: of which others it
// is here, withdrawn ones aside, which of those to send, the first of each that are the
// same bytes (rule 14), and whether it is awaited of more.
func (s State) Pull(version int, has transport.Bits) (here, send transport.Bits, more bool) {
	here = s.HeldOf(version).Without(has)
	if s.Collection.Withdrawn() > 0 {
		here = here.Without(s.itemsThat(label.Rank.Withdrawn))
	}
	sets := make([]transport.Bits, version+1)
	sets[version] = here
	return here, column(s.once(sets), version), !column(s.awaited(), version).Without(has).IsEmpty()
}

// Moved reports whether a step has changed what [State.Pull] says of any partial version.
func Moved(before, after State) bool {
	same := func(a, b []transport.Bits) bool {
		return slices.EqualFunc(partial(after, a), partial(after, b), func(a, b transport.Bits) bool { return string(a.Trim()) == string(b.Trim()) })
	}
	return after.Known() && !(same(before.Held, after.Held) && same(before.awaited(), after.awaited()))
}

// partial are the sets of the partial versions.
func partial(s State, sets []transport.Bits) []transport.Bits {
	return trimColumns(sets[:min(len(sets), s.last())])
}
