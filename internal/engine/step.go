package engine

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// Step returns the state after an event and what is to be done, in order. After
// an error, which wraps one of the sentinels of package transport or
// collection, the state has not changed and there is nothing to do.
func (r Rules) Step(s State, e Event) (State, []Effect, error) {
	next, effects, err := r.step(s, e)
	if err != nil {
		return s, nil, err
	}
	if next.Collection.Ended() {
		effects, err = r.ended(&next, effects)
		if err != nil {
			return s, nil, err
		}
		return next, effects, nil
	}
	stored, _ := e.(Stored)
	next.more = stored.More
	if err := r.refute(s, &next, e); err != nil {
		return s, nil, err
	}
	more, err := r.restate(s, next, e)
	if err == nil && len(more) == 0 {
		more, err = r.rewithdraw(s, next)
	}
	if err == nil && len(more) == 0 {
		more, err = r.follow(&next)
	}
	if err == nil && len(more) == 0 {
		more, err = r.notifyResolved(s, &next)
	}
	if err != nil {
		return s, nil, err
	}
	return next, append(effects, more...), nil
}

func (r Rules) step(s State, e Event) (State, []Effect, error) {
	if shared, ok := e.(Shared); ok {
		return r.shared(s, shared)
	}
	if e, ok := e.(Updated); ok {
		return r.updated(s, e)
	}
	if !s.Known() {
		return s, nil, transport.ErrNotFound
	}
	if over, err := s.isOver(e); over {
		return s, nil, err
	}
	switch e := e.(type) {
	case Stored:
		here := s.alike(e.Versions)
		s.Held = mergeColumns(s.Held, here)
		s.Asked = lessColumns(s.Asked, here)
		s.Wants = fulfil(s.Wants, here)
		return s, nil, nil
	case Sealed:
		return sealed(s, e)
	case Announced:
		return r.announced(s, e)
	case Vouched:
		return r.vouched(s, e)
	case Said:
		s.OnItsWay = e.Word
		return s, nil, nil
	case Heard:
		if bytes.Equal(s.OnItsWay, e.Word) {
			s.OnItsWay = nil
		}
		return s, nil, nil
	case Falsified:
		return falsified(s, e)
	case Missed:
		return s.missed(e)
	case Expired:
		s.Held = lessColumns(s.Held, e.Versions)
		return s, nil, nil
	case Recalled:
		return s.recalled(e), nil, nil
	case Probed:
		return r.probed(s, e)
	case Published:
		return r.published(s, e)
	}
	return s, nil, fmt.Errorf("%w: event %T", transport.ErrMalformed, e)
}

// follow returns the effects that the state itself asks for, whatever the event
// was.
func (r Rules) follow(s *State) ([]Effect, error) {
	if r.validates(*s) {
		if effects, err := r.validate(s); err != nil || len(effects) > 0 {
			return effects, err
		}
	}
	if !s.Sealed {
		return nil, nil
	}
	s.Notifies = s.Notifies || r.passesOn(*s)
	if s.more {
		return r.notify(s)
	}
	if update, ok, err := r.vouch(*s); err != nil || ok {
		return []Effect{Validate{update}}, err
	}
	return r.notify(s)
}

// validate returns what the authority seals next. What is lost it takes back whether
// or not the author's seal stands; all else would add to what the author has said.
func (r Rules) validate(s *State) ([]Effect, error) {
	if update, ok, err := s.takeBack(); err != nil || ok {
		return []Effect{Validate{update}}, err
	}
	switch {
	case !s.Sealed:
		return nil, nil
	case len(s.Collection.Header().AuthoritySeal) == 0:
		return []Effect{CoSign{}}, nil
	case s.more:
		return nil, nil
	}
	if update, ok, err := r.due(s); err != nil || ok {
		return []Effect{Validate{update}}, err
	}
	if update, ok, err := s.steps(); err != nil || ok {
		return []Effect{Validate{update}}, err
	}
	return nil, nil
}

// validates reports whether the station is the collection's authority.
func (r Rules) validates(s State) bool {
	return !r.Authority.IsZero() && s.Collection.Authority() == r.Authority
}

// due returns the authority's update for the items that are served, and whose
// required versions are here, but that still have a label: rule 4.
func (r Rules) due(s *State) (collection.Update, bool, error) {
	served := s.checked()
	for _, asked := range s.awaited() {
		served = served.Without(asked)
	}
	if s.confirmed.IsEmpty() && (s.Collection.Labelled() == 0 || served.IsEmpty()) {
		return collection.Update{}, false, nil
	}
	ready, open := s.ready(served)
	confirmed := s.ids(s.confirmed)
	s.confirmed = nil
	switch {
	case len(ready)+len(confirmed) == 0:
		return collection.Update{}, false, nil
	case len(ready) == open && len(s.Unchecked) == 0:
		u, err := s.Collection.CompleteAll(collection.UserID{})
		return u, true, err
	}
	u, err := s.Collection.Complete(collection.UserID{}, append(ready, confirmed...)...)
	return u, true, err
}

// ready returns the served items that are not settled and whose complete version
// has a digest, and the number of all items that are not settled.
func (s State) ready(served transport.Bits) (ready []collection.ItemID, open int) {
	last := s.last()
	ready = make([]collection.ItemID, 0, served.Len())
	i := -1
	for id, rank := range s.Collection.Items() {
		i++
		if rank.Settled() {
			continue
		}
		open++
		if !served.Has(i) {
			continue
		}
		if _, known := s.Collection.Digest(i, last); known {
			ready = append(ready, id)
		}
	}
	return ready, open
}

// sealed takes the author's seal.
func sealed(s State, e Sealed) (State, []Effect, error) {
	switch {
	case e.Collection.EditionDigest() != s.Collection.EditionDigest() || e.Collection.Identity() != s.Collection.Identity():
		return s, nil, transport.At(transport.ErrSeal, "of another edition")
	case len(e.Collection.Header().AuthorSeal) == 0: // its key was revoked: rule 15
		return s, nil, transport.At(transport.ErrSeal, "the author's seal does not stand")
	}
	s, err := s.merge(e.Collection)
	s.Sealed = true
	return s, nil, err
}

// updated takes what another station knows better, or knows first.
func (r Rules) updated(s State, e Updated) (State, []Effect, error) {
	if s.isDraft() {
		s.Held, s.Asked, s.Wants = nil, nil, nil // the places of a draft's items may be others
		s.Collection, s.Sealed, s.Sources = e.Collection, len(e.Collection.Header().AuthorSeal) > 0, e.Sources
		return s, nil, nil
	}
	var effects []Effect
	next, err := s, error(nil)
	if r.rebases(s, e.Collection) {
		next, effects, err = s.rebase(e.Collection)
	} else {
		next, err = r.joined(s, e.Collection)
	}
	if e.Sources != nil {
		next.Sources = e.Sources
	}
	return next, effects, err
}

// merge joins another copy of the collection.
func (s State) merge(c collection.Collection) (State, error) {
	merged, changed, err := s.Collection.Merge(c)
	if err != nil || !changed {
		return s, err
	}
	return s.with(merged), nil
}

// with is the state with what the collection has become. What was taken back is
// not served any more until somebody announces it again.
func (s State) with(merged collection.Collection) State {
	if merged.EditionDigest() != s.Collection.EditionDigest() {
		s.Held = s.heldIn(merged)
	}
	lost := regenerated(s.Collection, merged)
	s.Notified, s.before = s.stillNotified(merged), collection.Collection{}
	s.Edited = s.Edited || edited(s.Collection, merged)
	s.Collection, s.lost = merged, s.lost.Without(lost).Trim()
	s.Sealed = len(merged.Header().AuthorSeal) > 0
	if !lost.IsEmpty() {
		for _, source := range s.Sources {
			s.Sources = lessSource(s.Sources, source, lost)
			s.Unchecked = lessSource(s.Unchecked, source, lost)
		}
	}
	if len(s.Unchecked) > 0 { // of what is withdrawn nothing is checked
		gone := s.itemsThat(label.Rank.Withdrawn)
		for _, source := range s.Unchecked {
			s.Unchecked = lessSource(s.Unchecked, source, gone)
		}
	}
	return s
}

// regenerated is the set of the items whose next generation was opened.
func regenerated(before, after collection.Collection) transport.Bits {
	var b transport.Bits
	i := -1
	for _, rank := range after.Items() {
		if i++; rank.Generation() == 0 {
			continue
		}
		if _, old := before.At(i); old.Generation() < rank.Generation() {
			b = b.Add(i)
		}
	}
	return b
}

// announced takes a source into account. Items that are withdrawn, or whose
// complete version has no digest, are not served as far as anyone can tell.
func (r Rules) announced(s State, e Announced) (State, []Effect, error) {
	if !s.Sealed {
		return s, nil, transport.At(transport.ErrSeal, "the author has not sealed the digests")
	}
	if !MayComplete(s.Collection, e.Source.User) {
		return s, nil, transport.ErrForbidden
	}
	items := e.Source.Items.Trim()
	if !items.Within(s.Collection.Len()) {
		return s, nil, transport.At(transport.ErrMalformed, "items")
	}
	if gone := slices.Collect(items.And(s.itemsThat(label.Rank.Withdrawn)).Places()); len(gone) > 0 {
		id, _ := s.Collection.At(gone[0])
		return s, nil, transport.At(transport.ErrWithdrawn, "item "+id.String())
	}
	source := current(s.Sources, e.Source)
	source.Items = items
	s.Sources, s.Unchecked = withSource(s.Sources, source), moved(s.Unchecked, source)
	s.Failures = slices.DeleteFunc(s.forgiven(source), func(f Failure) bool {
		return !slices.ContainsFunc(s.Sources, func(of transport.Source) bool { return of.User == f.User && of.URL == f.URL })
	})
	return s.checkedNow(source), []Effect{Spread{source}}, nil
}

// MayComplete reports whether a user may vouch for complete versions: the
// author, and those whom the author named.
func MayComplete(c collection.Collection, u collection.UserID) bool {
	return u == c.Author() || c.HasCompleter(u)
}

// Required is the number of versions that a share by the sender must bring: to an authority,
// which may check and not read, never the complete one.
func (r Rules) Required(from transport.Role, l label.Ladder) int {
	most := len(l)
	if !r.Authority.IsZero() {
		most--
	}
	if from == transport.Peer {
		return min(r.RequiredFromPeer, most)
	}
	return min(r.RequiredFromDevice, most)
}
