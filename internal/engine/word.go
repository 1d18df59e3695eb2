package engine

import (
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Word is the author's update that says that the complete versions of items are on the
// network; false where they all have no label or no digest.
func (s State) Word(items transport.Bits) (collection.Update, bool, error) {
	ready, _ := s.ready(items)
	if len(ready) == 0 {
		return collection.Update{}, false, nil
	}
	u, err := s.Collection.Complete(s.Collection.Author(), ready...)
	return u, true, err
}

// TakesWord reports whether the author's word counts before what a source serves is
// checked: all that said, the collection with it, takes labels off must be the source's,
// with digests, and nothing else may be waited for. Only the collection's authority takes
// it, which can take it back.
func (r Rules) TakesWord(s State, source transport.Source, said collection.Collection) bool {
	if !r.validates(s) || !s.Sealed || source.User != s.Collection.Author() {
		return false
	}
	items := State{Collection: said}.Complete().Without(s.Complete())
	rest := items.Without(source.Items).Or(items.Without(s.withDigest(s.last(), items)))
	for _, asked := range s.awaited() {
		rest = rest.Or(items.And(asked))
	}
	return !items.IsEmpty() && rest.IsEmpty()
}

// vouched takes the author's word: rule 4.
func (r Rules) vouched(s State, e Vouched) (State, []Effect, error) {
	if !r.TakesWord(s, e.Source, e.Collection) {
		return s, nil, transport.At(transport.ErrForbidden, "the author's word")
	}
	checked := s.Checked(e.Source)
	s, err := s.merge(e.Collection)
	if err != nil {
		return s, nil, err
	}
	next, _, err := r.announced(s, Announced{e.Source})
	e.Source.Items = e.Source.Items.Without(checked).Trim()
	next.Unchecked = withSource(s.Unchecked, e.Source)
	next.confirmed, next.LettersDue = nil, true
	return next, nil, err
}

// falsified takes all from a source whose author has vouched for what it does not serve.
// Of what no letter has told, none tells that it is lost.
func falsified(s State, e Falsified) (State, []Effect, error) {
	unchecked := itemsOf(s.Unchecked, e.Source)
	if unchecked.IsEmpty() {
		return s, nil, nil
	}
	served := s.servedBy(e.Source)
	s.Sources, s.Failures = lessSource(s.Sources, e.Source, served), s.forgiven(e.Source)
	s.Unchecked = lessSource(s.Unchecked, e.Source, unchecked)
	s.lose(served)
	s.LettersDue = s.LettersDue && s.lost.Without(unchecked).IsEmpty()
	return s, nil, nil
}

// refute has the authority take back what an event has brought, by which items have lost
// their labels that nobody serves as far as it knows, or of which something is waited for:
// words count with a source that can be checked, or its own.
func (r Rules) refute(before State, s *State, e Event) error {
	if !r.validates(*s) || brought(e).ID().IsZero() {
		return nil
	}
	founded := s.served()
	for _, asked := range s.awaited() {
		founded = founded.Without(asked)
	}
	items := s.Complete().Without(founded)
	if before.Known() {
		items = items.Without(before.Complete())
	}
	if items.IsEmpty() {
		return nil
	}
	var own []collection.Update
	for u := range s.Collection.Updates() {
		if u.Issuer().IsZero() {
			own = append(own, u)
		}
	}
	validated, _, err := s.Collection.WithoutUpdates().Apply(own...)
	if err != nil {
		return err
	}
	var lost []int
	for i := range items.Places() { // of an earlier generation the authority may have said so
		_, said := validated.At(i)
		if _, is := s.Collection.At(i); said != is {
			lost = append(lost, i)
		}
	}
	s.lost, s.before = transport.BitsOf(lost...), before.Collection
	return nil
}

// lose has the authority take back the items that nobody serves any more.
func (s *State) lose(items transport.Bits) {
	s.lost = s.Complete().And(items).Without(s.served()).Trim()
	if !s.lost.IsEmpty() {
		s.Notifier = HubNotifies // who told may be what is gone
	}
}

// checkedNow is s once a source was checked: what counted on the author's word alone is
// confirmed.
func (s State) checkedNow(source transport.Source) State {
	s.confirmed = itemsOf(s.Unchecked, source).And(source.Items).And(s.Complete()).Trim()
	s.Unchecked = lessSource(s.Unchecked, source, source.Items)
	return s
}

// checked is the set of the items that some source was checked for.
func (s State) checked() transport.Bits {
	var b transport.Bits
	for _, source := range s.Sources {
		b = b.Or(s.Checked(source))
	}
	return b
}

// Confirmed is the set of the items without a label, but for those that have none on the
// author's word alone.
func (s State) Confirmed() transport.Bits {
	var unchecked transport.Bits
	for _, source := range s.Unchecked {
		unchecked = unchecked.Or(source.Items)
	}
	return s.Complete().Without(unchecked.Without(s.checked()))
}

// Checked is the set of the items that a source serves and was checked for.
func (s State) Checked(source transport.Source) transport.Bits {
	return s.servedBy(source).Without(s.UncheckedOf(source))
}

// UncheckedOf is the set of those that it serves on the author's word alone.
func (s State) UncheckedOf(source transport.Source) transport.Bits {
	return itemsOf(s.Unchecked, source)
}

// itemsOf is the set of the items that one of several sources has.
func itemsOf(sources []transport.Source, of transport.Source) transport.Bits {
	i := slices.IndexFunc(sources, func(s transport.Source) bool { return s.User == of.User && s.URL == of.URL })
	if i < 0 {
		return nil
	}
	return sources[i].Items
}

// ids are those of a set of items.
func (s State) ids(items transport.Bits) []collection.ItemID {
	var ids []collection.ItemID
	for i := range items.Places() {
		id, _ := s.Collection.At(i)
		ids = append(ids, id)
	}
	return ids
}
