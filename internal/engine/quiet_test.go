package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// fromPeer is a share of all versions by a home peer.
func fromPeer(t *testing.T, serves, offers []transport.Bits) Shared {
	e := Shared{By: author, Collection: sealedDraft(t, 3), Sealed: true}
	e.Share = transport.Share{From: transport.Peer, Offers: offers, Serves: serves}
	if len(serves) > 0 {
		e.Share.URL = "home"
	}
	return e
}

// TestRule3AWordIsNoShare: a peer that edits a collection before it shares it is
// no reason to tell of what nobody can see yet.
func TestRule3AWordIsNoShare(t *testing.T) {
	all := transport.AllBits(3)
	s, effects := run(t, rules, State{}, fromPeer(t, nil, nil))
	none[Notify](t, effects)
	s = stored(t, s) // it is remembered
	for who, share := range map[string]Shared{"its peer": fromPeer(t, nil, sets(all, all)), "a device": fromDevice(sealedDraft(t, 3), true)} {
		_, effects := run(t, rules, s, share)
		if n := effect[Notify](t, effects).Notification; n.Reason != notify.Shared {
			t.Errorf("after the share of %s: %+v", who, n)
		}
	}
}

// TestRule5SourcesMayComplete: who serves an item in another collection serves it
// here only if it may vouch for it here.
func TestRule5SourcesMayComplete(t *testing.T) {
	e := fromDevice(sealedDraft(t, 3), true)
	e.Complete = transport.AllBits(3)
	e.Sources = []transport.Source{{User: stranger, URL: "elsewhere", Items: transport.AllBits(3)}}
	s, _ := run(t, rules, State{}, e, Stored{Versions: sets(transport.AllBits(3))})
	if len(s.Sources) != 0 || s.Collection.Labelled() != 3 {
		t.Errorf("sources %v, %d labelled", s.Sources, s.Collection.Labelled())
	}
}

// TestNoSourceWithoutItems: an announcement of nothing leaves nothing behind.
func TestNoSourceWithoutItems(t *testing.T) {
	s, _ := run(t, rules, told(t), Announced{source()})
	if len(s.Sources) != 0 {
		t.Errorf("sources %v", s.Sources)
	}
}

// TestRule10TheHubNotifiesOfLoss: a peer that told of everything may be what is
// gone.
func TestRule10TheHubNotifiesOfLoss(t *testing.T) {
	all := transport.AllBits(3)
	share := fromPeer(t, sets(nil, nil, all), sets(all, all))
	share.Share.Notifies = true
	r := rules
	r.MaxFailedProbes = 1
	s, effects := run(t, r, State{}, share, Stored{Versions: sets(all, all)}, Announced{source(0, 1, 2)})
	none[Notify](t, effects)
	_, effects = run(t, r, s, Probed{source(0, 1, 2)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Lost || n.Labelled != 3 {
		t.Errorf("told %+v", n)
	}
}
