package engine

import (
	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// shared is the one share rule: rules 1 and 2.
func (r Rules) shared(s State, e Shared) (State, []Effect, error) {
	next, err := r.agree(s, e)
	if err != nil {
		return s, nil, err
	}
	next.Held = e.Held
	if next.Collection.Ended() {
		return next, []Effect{Reply{answer(next, nil)}}, nil
	}
	next.Quiet = isMetadataOnly(e.Share) && (s.Quiet || !s.Known())
	next.Notifier = notifier(e.Share)
	for _, source := range e.Sources {
		source.Items = source.Items.And(e.Complete).Trim()
		if MayComplete(next.Collection, source.User) {
			next.Sources = withSource(next.Sources, source)
		}
	}
	e.Share.Offers = offered(next, e)
	missing := r.missing(next, e.Share)
	next.Asked = lessColumns(next.Asked, r.leftOut(next, e.Share))
	next.Asked = lessColumns(mergeColumns(next.Asked, missing), next.Held)
	if e.Share.From == transport.Peer && r.Notifies {
		next.Wants = r.wants(next, e.Share)
	}
	return next, []Effect{Reply{answer(next, missing)}}, nil
}

// isMetadataOnly reports whether a peer's share brings nothing: its sender has edited or
// withdrawn something, say, and shares later.
func isMetadataOnly(share transport.Share) bool {
	return share.From == transport.Peer && share.URL == "" && len(mergeColumns(share.Offers, share.Serves)) == 0
}

// Admit refuses those who may not share, sets that name items that the collection
// does not have, and what differs from what is known of it: rule 1. [Rules.Step]
// asks it too; who asks first spares the work of finding out the rest of the
// event. The errors are those of Step.
func Admit(s State, e Shared) error {
	switch {
	case !e.Sealed && e.By != e.Collection.Author():
		return transport.At(transport.ErrSeal, "only the author may share an unsealed collection")
	case !MayComplete(e.Collection, e.By):
		return transport.ErrForbidden
	}
	for _, sets := range [][]transport.Bits{e.Share.Serves, e.Share.Offers} {
		for _, b := range sets {
			if !b.Within(e.Collection.Len()) {
				return transport.At(transport.ErrMalformed, "a set with items that are not there")
			}
		}
	}
	if s.Known() {
		return s.Collection.Same(e.Collection)
	}
	return nil
}

// Agreed returns the collection as it is known after a share: its digests are those of
// which the share's Held says what is stored. The sender may have an older edition, or one
// that the authority does not take. The errors are those of Step.
func (r Rules) Agreed(s State, e Shared) (collection.Collection, error) {
	next, err := r.agree(s, e)
	return next.Collection, err
}

// agree joins what was known with what was shared, if it is admitted.
func (r Rules) agree(s State, e Shared) (State, error) {
	if err := Admit(s, e); err != nil {
		return s, err
	}
	if !s.Known() {
		s.Collection, s.Sealed = e.Collection, e.Sealed
		return s, nil
	}
	if !e.Sealed {
		return s, nil // a draft adds nothing to what is known
	}
	if s.isDraft() {
		s.Collection, s.Sealed = e.Collection, true // the draft is replaced
		return s, nil
	}
	return r.joined(s, e.Collection)
}

// offered is what the sender can upload. A peer that does not know of a digest
// offers to make the version; where the author has sealed one since, what it
// makes would hardly be the same bytes, and it is not asked.
func offered(s State, e Shared) []transport.Bits {
	if e.Share.From != transport.Peer || e.Collection.EditionDigest() == s.Collection.EditionDigest() {
		return e.Share.Offers
	}
	out := make([]transport.Bits, min(len(e.Share.Offers), s.last()+1))
	for v := range out {
		var made transport.Bits
		for i := range e.Share.Offers[v].Places() {
			_, here := s.Collection.Digest(i, v)
			if _, there := e.Collection.Digest(i, v); here && !there {
				made = made.Add(i)
			}
		}
		out[v] = e.Share.Offers[v].Without(made).Trim()
	}
	return out
}

// leftOut is what a peer that has the complete version does not offer: it has
// tried to make it, or has nothing to make it with. Whoever was asked for it may
// be gone, and it is not waited for any more; if it comes all the same it is
// taken. What a device has made, and brings with its share, is waited for.
func (r Rules) leftOut(s State, share transport.Share) []transport.Bits {
	if share.From != transport.Peer {
		return nil
	}
	out := make([]transport.Bits, s.last())
	for v := range out {
		lacks := column(share.Offers, s.last()).Without(column(share.Offers, v))
		if v < r.RequiredFromDevice {
			lacks = lacks.Without(s.withDigest(v, lacks))
		}
		out[v] = lacks.Trim()
	}
	return out
}

// HasAsked reports whether a version was asked for and has not come.
func (s State) HasAsked(item, version int) bool { return column(s.Asked, version).Has(item) }

// Takes reports whether a version is taken that was not asked for, or is not any
// more: one that peers are asked for, and that is not here.
func (r Rules) Takes(s State, item, version int) bool {
	if item >= s.Collection.Len() || version >= r.Required(transport.Peer, s.Collection.Ladder()) || s.Holds(item, version) {
		return false
	}
	_, known := s.Collection.Digest(item, version)
	return known
}

// missing is what the sender is asked for: rule 2.
func (r Rules) missing(s State, share transport.Share) []transport.Bits {
	required := r.Required(share.From, s.Collection.Ladder())
	out := make([]transport.Bits, required)
	for v := range out {
		out[v] = column(share.Offers, v).Without(column(s.Held, v)).Trim()
	}
	return trimColumns(out)
}

// Pushed is what a push of c uploads, whose sender can upload offers: the smallest
// versions, of those with one digest the first.
func Pushed(c collection.Collection, offers []transport.Bits) []transport.Bits {
	return State{Collection: c}.once(trimColumns(offers[:min(1, len(offers))]))
}

// answer says what comes next.
func answer(s State, missing []transport.Bits) transport.Answer {
	a := transport.Answer{Next: transport.Done, Missing: s.once(missing), Notify: s.Notifier != HubNotifies}
	switch {
	case len(missing) > 0:
		a.Next = transport.Upload
	case !s.Sealed:
		a.Next = transport.Seal
	}
	return a
}

// Answer is what is still missing in state s, whoever can upload it, and what
// comes next.
func (s State) Answer() transport.Answer { return answer(s, trimColumns(s.Asked)) }

// May reports whether a user may read a collection, and with it its versions
// and the notifications about it: the one function that decides every read.
func May(s State, u collection.UserID) bool {
	return s.Known() && !u.IsZero() && s.Collection.MayRead(u)
}
