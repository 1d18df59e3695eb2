package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// poor is a share by a peer that has the originals of three items and nothing
// else; they are complete elsewhere, where others serve them.
func poor(t testing.TB, others ...transport.Source) Shared {
	all := transport.AllBits(3)
	return Shared{
		By: author, Collection: sealedDraft(t, 3), Sealed: true, Complete: all, Sources: others,
		Share: transport.Share{From: transport.Peer, URL: "attic", Offers: sets(nil, nil, all), Serves: sets(nil, nil, all)},
	}
}

func TestRule12AnotherPeerIsAsked(t *testing.T) {
	all := transport.AllBits(3)
	s, effects := run(t, rules, State{}, poor(t, from("home", 0, 1, 2)))
	if a := effect[Reply](t, effects).Answer; a.Next != transport.Done {
		t.Errorf("the peer that shares is asked to %v", a.Next)
	}
	if len(s.Wants) != 1 || s.Wants[0].URL != "home" || !sameSets(s.Wants[0].Versions, sets(all, all)) {
		t.Fatalf("wants %+v", s.Wants)
	}
	s, effects = run(t, rules, s, Announced{from("attic", 0, 1, 2)}, Stored{Versions: sets(all)})
	none[Notify](t, effects)
	if s.Collection.Labelled() != 3 {
		t.Error("a label has gone before the required versions are there")
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(nil, transport.BitsOf(0, 2))})
	effect[Notify](t, effects)
	if done := s.Complete(); done.Len() != 2 || done.Has(1) {
		t.Errorf("complete: %v", done)
	}
	s, effects = run(t, rules, s, Stored{Versions: sets(nil, transport.BitsOf(1))})
	if n := effect[Notify](t, effects).Notification; n.Labelled != 0 || len(s.Wants) != 0 {
		t.Errorf("told %+v, wants %v", n, s.Wants)
	}
}

func TestRule12NobodyHasThem(t *testing.T) {
	s, _ := run(t, rules, State{}, poor(t, from("home", 0, 1, 2), from("office", 0)))
	s, _ = run(t, rules, s, Announced{from("attic", 0, 1, 2)}, Missed{author, "home", sets(transport.AllBits(3), transport.AllBits(3))})
	if done := s.Complete(); done.Len() != 2 || done.Has(0) {
		t.Errorf("complete: %v", done)
	}
	s, effects := run(t, rules, s, Missed{author, "office", sets(transport.AllBits(3), transport.AllBits(3))})
	if s.Collection.Labelled() != 0 {
		t.Error("labels wait for what nobody has")
	}
	effect[Notify](t, effects)
}

func TestRule12NotOfTheSharer(t *testing.T) {
	s, _ := run(t, rules, State{}, poor(t, from("attic", 0, 1, 2)))
	if len(s.Wants) != 0 {
		t.Errorf("wants %+v", s.Wants)
	}
}

func TestRule12IsStored(t *testing.T) {
	s, _ := run(t, rules, State{}, poor(t, from("home", 0, 1, 2)))
	back := stored(t, s)
	if len(back.Wants) != 1 || !sameSets(back.Wants[0].Versions, s.Wants[0].Versions) {
		t.Errorf("wants %+v", back.Wants)
	}
}
