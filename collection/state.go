package collection

import (
	"sync"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/idindex"
	"github.com/glimpse-go/glimpse/label"
)

// A state is the labels, worked out of the claims when they are needed first: after the
// seals have been verified, where they are.
type state struct {
	fixed  *fixed
	claims []claim
	once   sync.Once
	known  atomic.Bool
	labels column.Column // packed
	bits   atomic.Pointer[labelBits]
}

// labelBits is what it takes to look a label up by an id, where the labels take one bit each:
// side by side, since a look-up that takes half as many instructions has the processor look
// twice as many up at once.
type labelBits struct {
	ids    *idindex.Index
	labels column.Bits
}

// get returns the labels.
func (s *state) get() *column.Column {
	if s.known.Load() {
		return &s.labels
	}
	return s.workOut()
}

func (s *state) workOut() *column.Column {
	s.once.Do(func() {
		s.labels = stateOf(s.fixed, s.claims).Pack()
		s.known.Store(true)
	})
	return &s.labels
}

// labelOf is [Collection.Label] of the id of these halves.
func (p *parts) labelOf(a, b uint64) (label.Rank, bool) {
	ids, labels := p.fixed.indexed(), p.state.get()
	if bits, ok := labels.Bits(); ok {
		p.state.bits.Store(&labelBits{ids, bits})
	}
	i := ids.Find(a, b)
	if i < 0 {
		return label.Pending, false
	}
	return label.Rank(labels.At(i)), true
}

// carry makes claims those that p carries.
func (p *parts) carry(claims []claim) {
	p.claims, p.state = claims, &state{fixed: p.fixed, claims: claims}
}

// stateOf works the labels out: what author and authority say opens the generations in
// which completers are heard.
func stateOf(f *fixed, claims []claim) column.Column {
	var openers, completers []claim
	for _, c := range claims {
		if f.role(c.issuer()).privileged() {
			openers = append(openers, c)
		} else {
			completers = append(completers, c)
		}
	}
	opened := highest(f.len(), openers, (*claim).labels)
	if len(completers) == 0 {
		return opened
	}
	heard := highest(f.len(), completers, func(c *claim) column.Column { return within(c.labels(), opened) })
	state, _ := column.Combine(opened, heard, higher)
	return state
}

// highest joins what claims say of n items. It halves the list, so that most joins are
// of columns with few values, which take the least time.
func highest(n int, claims []claim, say func(*claim) column.Column) column.Column {
	switch len(claims) {
	case 0:
		return column.Uniform(n, 0)
	case 1:
		return say(&claims[0])
	}
	half := len(claims) / 2
	joined, _ := column.Combine(highest(n, claims[:half], say), highest(n, claims[half:], say), higher)
	return joined
}

func higher(x, y uint32) uint32 { return max(x, y) }

// within leaves out a completer's ranks in generations that are not open yet.
func within(said, opened column.Column) column.Column {
	if latest(said) == 0 {
		return said
	}
	heard, _ := column.Combine(said, opened, func(x, y uint32) uint32 {
		if label.Rank(x).Generation() > label.Rank(y).Generation() {
			return 0
		}
		return x
	})
	return heard
}

// latest returns the highest generation of a column's ranks.
func latest(labels column.Column) uint32 {
	highest := uint32(0)
	for v := range labels.Values() {
		highest = max(highest, label.Rank(v).Generation())
	}
	return highest
}
