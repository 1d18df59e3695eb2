package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// TestRule2NobodyCanMakeIt: what a peer was asked to make and then does not offer
// holds up neither its item nor the others, and is asked for when it is offered
// again.
func TestRule2NobodyCanMakeIt(t *testing.T) {
	const n = 3
	older, _ := editions(t, n, 1)
	all, can := transport.AllBits(n), transport.BitsOf(0, 2)
	share := func(screens transport.Bits) Shared {
		return Shared{By: author, Collection: older, Sealed: true, Share: transport.Share{
			From: transport.Peer, Offers: sets(all, screens, all), Serves: sets(nil, nil, all), URL: "a",
		}}
	}
	s, _ := run(t, rules, State{}, share(all))
	s, effects := run(t, rules, s, share(can))
	if a := effect[Reply](t, effects).Answer; !sameSets(a.Missing, sets(all, can)) || !sameSets(s.Asked, sets(all, can)) {
		t.Errorf("asked for %v, waiting for %v", a.Missing, s.Asked)
	}
	s, _ = run(t, rules, s, Stored{Versions: sets(all)}, Announced{Source: from("a", 0, 1, 2)})
	if done := s.Complete(); done.Len() != 1 || !done.Has(1) {
		t.Errorf("complete: %v", done)
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(nil, can)})
	if told := effect[Notify](t, effects).Notification; told.Labelled != 0 || len(s.Asked) != 0 {
		t.Errorf("told of %d labels, waiting for %v", told.Labelled, s.Asked)
	}
	e := share(all)
	e.Held = s.Held
	_, effects = run(t, rules, s, e)
	if a := effect[Reply](t, effects).Answer; !sameSets(a.Missing, sets(nil, transport.BitsOf(1))) {
		t.Errorf("asked for %v when it can be made", a.Missing)
	}
}

// TestRule2TheMakerIsGone: one peer made the screen versions, sealed their digests
// and is gone before it has uploaded them. Another that has the originals goes on
// without; if the first comes back, they are taken.
func TestRule2TheMakerIsGone(t *testing.T) {
	const n = 2
	_, newer := editions(t, n, 1)
	all := transport.AllBits(n)
	share := func(offers []transport.Bits) Shared {
		return Shared{By: author, Collection: newer, Sealed: true, Share: transport.Share{From: transport.Peer, Offers: offers, Serves: sets(nil, nil, all), URL: "a"}}
	}
	s, _ := run(t, rules, State{}, share(sets(all, all, all)), Stored{Versions: sets(all)})
	other := share(sets(all, nil, all))
	other.Held = s.Held
	s, effects := run(t, rules, s, other, Announced{from("b", 0, 1)})
	if told := effect[Notify](t, effects).Notification; told.Labelled != 0 {
		t.Errorf("told of %d labels, waiting for %v", told.Labelled, s.Asked)
	}
	if !rules.Takes(s, 0, 1) || rules.Takes(s, 0, 2) || rules.Takes(s, 0, 0) {
		t.Error("takes what is here, what is too much, or not what comes late")
	}
}

// TestRule2StillAskedFor: a peer that does not have the complete version, or a
// device, says nothing of what another was asked for; nor does anybody of what a
// device has made.
func TestRule2StillAskedFor(t *testing.T) {
	const n = 2
	older, _ := editions(t, n, 1)
	all := transport.AllBits(n)
	for _, other := range []Shared{
		{By: author, Collection: older, Sealed: true, Share: transport.Share{From: transport.Peer}},
		{By: author, Collection: older, Sealed: true, Share: transport.Share{From: transport.Device, Offers: sets(all, nil, all)}},
		{By: author, Collection: older, Sealed: true, Share: transport.Share{From: transport.Peer, Offers: sets(nil, all, all)}},
	} {
		s, _ := run(t, rules, State{}, Shared{By: author, Collection: older, Sealed: true, Share: transport.Share{From: transport.Peer, Offers: sets(all, all, all)}})
		s, _ = run(t, rules, s, other)
		if !sameSets(s.Asked, sets(all, all)) {
			t.Errorf("after %v: waiting for %v", other.Share, s.Asked)
		}
	}
}
