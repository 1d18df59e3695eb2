package engine

import (
	"testing"

	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// TestDeviceNotifies: a device that would rather tell the recipients tells once. All else
// the hub tells.
func TestDeviceNotifies(t *testing.T) {
	e := fromDevice(sealedDraft(t, 3), true)
	e.Share.Notifies = true
	s, effects := run(t, rules, State{}, e, Stored{Versions: sets(transport.AllBits(3))})
	none[Notify](t, effects)
	if !s.Answer().Notify {
		t.Error("the answer does not say who tells")
	}
	s, effects = run(t, rules, s, Announced{source(0)})
	if n := effect[Notify](t, effects).Notification; n.Reason != notify.Available || n.Labelled != 2 {
		t.Errorf("then the hub tells %+v", n)
	}
	if s, _ = run(t, rules, s, e); !s.Answer().Notify {
		t.Error("a device whose answer was lost does not hear again that it tells")
	}
}

// TestPeerNotifies: a peer that would rather tell the recipients tells everything.
func TestPeerNotifies(t *testing.T) {
	all := transport.AllBits(3)
	e := Shared{By: author, Collection: sealedDraft(t, 3), Sealed: true, Share: transport.Share{
		From: transport.Peer, Offers: sets(all, all), Notifies: true}}
	s, effects := run(t, rules, State{}, e, Stored{Versions: sets(all, all)}, Announced{source(0)})
	none[Notify](t, effects)
	if !s.Answer().Notify {
		t.Error("the answer does not say who tells")
	}
}
