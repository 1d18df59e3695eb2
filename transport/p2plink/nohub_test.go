package p2plink_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestGossip: when the originals come, those who have announced that they hold the collection are
// told, by one search, and tell others; who hears it again tells nobody. While all is labelled
// nobody is searched for.
func TestGossip(t *testing.T) {
	w := newWorld(t, 3, true)
	readers := []*labtest.Peer{w.bob, w.eve, w.dan}
	for _, p := range readers {
		w.announces(p)
	}
	w.ann.Retitles(w.name, "Still labelled")
	w.gossips(w.ann)
	if n := w.asked.lookUps(w.host(w.ann)); n != 0 {
		t.Errorf("%d look-ups for what is labelled", n)
	}
	w.ann.Publishes(w.name)
	w.gossips(w.ann)
	for _, p := range readers {
		if n := p.Views(w.name).Labelled(); n != 0 {
			t.Errorf("%s: %d labels", p.Name, n)
		}
	}
	w.net.stop("ann")
	gossip := func() (told int) {
		for _, p := range readers {
			before := p.Count("POST /v1/deliveries")
			w.gossips(p)
			told += p.Count("POST /v1/deliveries") - before
		}
		return told
	}
	if first := gossip(); first == 0 {
		t.Error("who has heard it tells nobody")
	}
	if names, err := w.outsider.Names(t.Context()); len(names) != 0 || err != nil {
		t.Errorf("an outsider stores %v, %v", names, err)
	}
}

// TestPassedOn: a recipient who was away, and has lost its disk, has the collection, its thumbnails
// and originals from another one when the author's home is gone.
func TestPassedOn(t *testing.T) {
	w := newWorld(t, 2, false)
	w.eve.FetchesAll(w.cam, w.name, 0, false)
	w.holds(w.eve)
	w.net.stop("ann")
	w.dan.Store = new(memstore.Store)
	w.dan.Restart(func(cfg *peer.Config) { cfg.Find = w.host(w.dan).Find })
	w.dan.HearsFrom(w.eve, notify.Shared, 0)
	for _, version := range []int{0, 2} {
		w.dan.FetchesAll(w.cam, w.name, version, false)
		w.dan.Shows(w.cam, w.name, version)
	}
}

// gossips has a station tell those who hold something what is new.
func (w *world) gossips(p *labtest.Peer) {
	w.T.Helper()
	_, err := p.Author.PublishDue(w.T.Context())
	must(w.T, err)
}
