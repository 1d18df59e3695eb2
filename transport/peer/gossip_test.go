package peer_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// village are peers without a hub: Ann's, who shares with Bob and Carol, Dave's, who may
// complete, and that of Mallory, to whom nothing is shown.
type village struct {
	*labtest.World
	t                              *testing.T
	ann, bob, carol, dave, mallory *labtest.Peer
	cam                            *labtest.Camera
	name                           collection.Name
	homes                          []transport.Source
}

// friends has a station hear from all others.
func (v *village) friends(cfg *peer.Config) { cfg.Homes = v.homes }

// newVillage makes one, in which everybody hears from everybody, and an album of which Ann
// has told nobody yet.
func newVillage(t *testing.T, photos int) *village {
	return newVillageOn(t, lab.NewNetwork(1, lab.Faults{}), photos)
}

func newVillageOn(t *testing.T, net lab.Net, photos int) *village {
	w, all := labtest.NoHubOn(t, net, "ann", "bob", "carol", "dave", "mallory")
	v := &village{World: w, t: t, ann: all[0], bob: all[1], carol: all[2], dave: all[3], mallory: all[4]}
	for _, p := range all {
		v.homes = append(v.homes, p.Source())
	}
	for _, p := range all {
		p.Restart(v.friends)
	}
	v.cam = w.Camera(v.ann.User, photos)
	v.name = album(t, v.ann, v.cam, 0, collection.Body{
		Recipients: []collection.UserID{v.bob.User, v.carol.User}, Completers: []collection.UserID{v.dave.User},
	})
	return v
}

// leaves has a station go: nobody reaches it.
func (v *village) leaves(p *labtest.Peer) { labtest.Must(v.t, p.Close(v.t.Context())) }

// tellsHolders has a station tell what is due, once.
func (v *village) tellsHolders(p *labtest.Peer) {
	v.t.Helper()
	_, err := p.Author.PublishDue(v.t.Context())
	labtest.Must(v.t, err)
}

// gossips has stations tell what is new, until nothing is, and returns how often one was told.
func (v *village) gossips(all ...*labtest.Peer) (told int) {
	v.t.Helper()
	for range 16 {
		before := told
		for _, p := range all {
			n := p.Requests.Load()
			v.tellsHolders(p)
			told += int(p.Requests.Load() - n)
		}
		if told == before {
			return told
		}
	}
	v.t.Fatal("the gossip does not end")
	return told
}

// labels checks how many items are labelled at some stations.
func (v *village) labels(want int, all ...*labtest.Peer) {
	v.t.Helper()
	for _, p := range all {
		if got := p.Views(v.name).Labelled(); got != want {
			v.t.Errorf("%s: %d labels, want %d", p.Name, got, want)
		}
	}
}

// TestStoreAndForward: who has read a collection passes it on to others who may read it, all of
// it, when its author is gone; and to nobody else.
func TestStoreAndForward(t *testing.T) {
	v := newVillage(t, 2)
	v.ann.Publishes(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)
	for version := range 3 {
		v.bob.FetchesAll(v.cam, v.name, version, false)
	}
	v.leaves(v.ann)
	v.carol.HearsFrom(v.bob, notify.Shared, 0)
	for version := range 3 {
		v.carol.FetchesAll(v.cam, v.name, version, false)
	}
	v.carol.Shows(v.cam, v.name, 0)
	v.carol.Shows(v.cam, v.name, 2)
	view, err := v.carol.Reader.View(t.Context(), v.name)
	labtest.Must(t, err)
	if report := view.Verified().Report(); report.Author == nil || report.Updates[0].By != v.ann.User {
		t.Errorf("vouched for by %+v", report)
	}
	seesNothing(t, v.mallory, v.bob, v.name, v.cam)
}

// TestPassedOnLabelled: what is labelled is passed on with its label, which stops at whoever
// it is passed on to.
func TestPassedOnLabelled(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	v.bob.Fetches(v.cam.Ref(v.name, 0, 0))
	v.leaves(v.ann)
	v.carol.HearsFrom(v.bob, notify.Shared, 1)
	v.carol.Fetches(v.cam.Ref(v.name, 0, 0))
	v.carol.IsRefused(v.cam.Ref(v.name, 0, 2))

	v.bob.Imports(v.cam, v.name) // for himself: nobody has said that it is the original
	state, err := v.carol.To(v.bob.Station).Updates(t.Context(), v.name)
	if len(state.Sources) != 0 || err != nil {
		t.Errorf("sources of what is labelled: %v, %v", state.Sources, err)
	}
}

// TestGossip: labels go at all who are online, without a hub, and without the author; who hears
// nothing new tells nobody; who is offline hears it later, from anybody.
func TestGossip(t *testing.T) {
	v := newVillage(t, 2)
	v.ann.Retitles(v.name, "Not published")
	if told := v.gossips(v.ann); told != 0 {
		t.Errorf("told %d times of what nobody has seen", told)
	}
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 2)
	v.carol.HearsFrom(v.ann, notify.Shared, 2)
	labtest.Must(t, v.dave.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	v.leaves(v.ann)
	v.leaves(v.carol)
	v.dave.Imports(v.cam, v.name)
	v.dave.Publishes(v.name)
	v.labels(2, v.bob)
	// Dave tells Ann, Bob and Carol, of whom Bob hears it and tells the others, Dave included.
	if told := v.gossips(v.dave, v.bob); told != 6 {
		t.Errorf("told %d times", told)
	}
	v.labels(0, v.bob)
	news, err := v.bob.Reader.Receive(t.Context())
	if len(news) != 1 || err != nil || news[0].Reason != notify.Available || news[0].Labelled != 0 {
		t.Errorf("told %+v, %v", news, err)
	}
	v.bob.FetchesAll(v.cam, v.name, 2, false)
	v.leaves(v.dave)

	v.carol.Restart(nil)
	v.carol.HearsFrom(v.bob, notify.Available, 0)
	v.carol.FetchesAll(v.cam, v.name, 2, false)
	v.ann.Restart(nil)
	labtest.Must(t, v.ann.Reader.Refresh(t.Context(), v.name, v.bob.Source()))
	v.labels(0, v.ann)
}

// TestGossipComesAgain: who could not be reached is told again, eight times at most; who does not
// answer holds up nobody else.
func TestGossipComesAgain(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	v.carol.HearsFrom(v.ann, notify.Shared, 1)
	v.Put("ann", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if r.URL.Host == "carol" {
			return nil, errAway
		}
		return network.RoundTrip(r)
	})
	v.ann.Publishes(v.name)
	v.gossips(v.ann)
	v.labels(0, v.bob)
	v.labels(1, v.carol)
	v.Put("ann", nil)
	if told := v.gossips(v.ann); told != 0 {
		t.Errorf("told %d times before the pause was over", told)
	}
	v.Pass(2 * time.Minute)
	v.gossips(v.ann)
	v.labels(0, v.carol)

	v.leaves(v.bob)
	v.ann.Retitles(v.name, "For nobody")
	for range 20 {
		v.gossips(v.ann)
		v.Pass(48 * time.Hour)
	}
	if told := v.gossips(v.ann); told != 0 {
		t.Errorf("told %d times after all", told)
	}
}

// TestGossipIsForHolders: nobody is told who may not read, nor asked to store what it does not
// have; and nobody is searched for while the gate forbids it.
func TestGossipIsForHolders(t *testing.T) {
	v := newVillage(t, 2)
	searches := 0
	v.ann.Restart(func(cfg *peer.Config) {
		cfg.Homes = nil
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) {
			searches++
			return []transport.Source{v.bob.Source(), v.carol.Source(), v.mallory.Source()}, nil
		}
	})
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 2)
	v.ann.Retitles(v.name, "Still labelled")
	v.gossips(v.ann)
	if searches != 0 {
		t.Errorf("%d searches for what is labelled", searches)
	}
	v.Put("ann", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if r.URL.Host == "mallory" {
			t.Error("Mallory is told")
		}
		return network.RoundTrip(r)
	})
	v.ann.Publishes(v.name)
	v.gossips(v.ann)
	v.labels(0, v.bob)
	if _, err := v.carol.Reader.View(t.Context(), v.name); searches != 1 || !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("%d searches; Carol has it: %v", searches, err)
	}
	for _, p := range []*labtest.Peer{v.carol, v.mallory} {
		if names, err := p.Names(t.Context()); len(names) != 0 || err != nil {
			t.Errorf("%s stores %v, %v", p.Name, names, err)
		}
	}
}

// TestGossipOfAnEnd: an End and a withdrawal go round, and stay, whoever comes with an older state.
func TestGossipOfAnEnd(t *testing.T) {
	v := newVillage(t, 2)
	v.ann.Publishes(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)
	v.carol.HearsFrom(v.ann, notify.Shared, 0)
	v.ann.Withdraws(v.name, v.cam.Items[0].ID)
	v.gossips(v.ann)
	v.labels(1, v.bob, v.carol)
	v.leaves(v.carol) // who hears nothing of the end for now
	labtest.Must(t, v.ann.Author.End(t.Context(), v.name))
	v.gossips(v.ann, v.bob)
	if !v.bob.Views(v.name).Ended() {
		t.Error("Bob has not heard of the end")
	}
	v.leaves(v.ann)
	v.carol.Restart(nil)
	labtest.Must(t, v.bob.Reader.Refresh(t.Context(), v.name, v.carol.Source()))
	if !v.bob.Views(v.name).Ended() {
		t.Error("Carol has undone the end")
	}
	v.carol.HearsFrom(v.bob, notify.Ended, 1)
	if _, err := v.carol.To(v.bob.Station).Original(t.Context(), v.cam.Ref(v.name, 1, 2), 0, -1); !errors.Is(err, transport.ErrEnded) {
		t.Errorf("an original of what has ended: %v", err)
	}
}

// TestGossipOfMore: what does not go with gossip, an End or an edition, is asked of those who may
// know it; while nobody does, the gossip is not taken, and comes again.
func TestGossipOfMore(t *testing.T) {
	for what, change := range map[string]func(v *village){
		"end":   func(v *village) { labtest.Must(t, v.ann.Author.End(t.Context(), v.name)) },
		"title": func(v *village) { v.ann.Retitles(v.name, "Later") },
	} {
		v := newVillage(t, 1)
		v.ann.Publishes(v.name)
		v.bob.HearsFrom(v.ann, notify.Shared, 0)
		v.carol.HearsFrom(v.ann, notify.Shared, 0)
		labtest.Must(t, v.dave.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
		old := v.carol.Views(v.name)
		v.blocks("ann", "carol", "dave")
		change(v)
		v.gossips(v.ann)
		v.leaves(v.ann)
		v.blocks("carol", "bob", "") // Dave knows the older state alone
		v.blocks("bob", "dave", "")
		v.gossips(v.bob)
		if now := v.carol.Views(v.name); now.Ended() || now.Title() != old.Title() {
			t.Errorf("%s: heard of nobody", what)
		}
		v.blocks("carol", "", "")
		v.Pass(2 * time.Minute)
		v.gossips(v.bob)
		if now := v.carol.Views(v.name); now.Ended() == old.Ended() && now.Title() == old.Title() {
			t.Errorf("%s: not heard", what)
		}
		if news, err := v.carol.Reader.Receive(t.Context()); len(news) != 1 || err != nil {
			t.Errorf("%s: told %v, %v", what, news, err)
		}
	}
}

// blocks has a station reach two others no more, whatever it did not reach before.
func (v *village) blocks(station, one, other string) {
	v.Put(station, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if r.URL.Host == one || r.URL.Host == other {
			return nil, errAway
		}
		return network.RoundTrip(r)
	})
}
