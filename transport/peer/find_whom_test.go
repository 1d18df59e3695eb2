package peer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// finds has a station find others, and counts how often it asks each for something.
func (v *village) finds(p *labtest.Peer, found ...*labtest.Peer) map[string]int {
	p.Restart(func(cfg *peer.Config) {
		v.friends(cfg)
		cfg.Find = func(context.Context, collection.Collection) (all []transport.Source, err error) {
			for _, at := range found {
				source := at.Source()
				source.Items = transport.AllBits(1)
				all = append(all, source)
			}
			return all, nil
		}
	})
	asked := map[string]int{}
	v.Put(p.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		asked[r.URL.Host]++
		return network.RoundTrip(r)
	})
	return asked
}

// published makes a village in which Bob and some others have heard of a photo whose author has
// gone; those who hold it have the original.
func published(t *testing.T, heard func(v *village) (all, holders []*labtest.Peer)) *village {
	v := newVillage(t, 1)
	v.ann.Publishes(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)
	all, holders := heard(v)
	for _, p := range all {
		labtest.Must(t, p.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	}
	for _, p := range holders {
		p.FetchesAll(v.cam, v.name, 2, false)
	}
	v.leaves(v.ann)
	return v
}

// TestFoundAll: all who are found are asked what they serve, and nobody else where that helps.
func TestFoundAll(t *testing.T) {
	v := published(t, func(v *village) (_, _ []*labtest.Peer) {
		both := []*labtest.Peer{v.carol, v.dave}
		return both, both
	})
	v.dave.Publishes(v.name)
	asked := v.finds(v.bob, v.dave, v.carol)
	found, err := v.bob.Reader.Search(t.Context(), v.cam.Ref(v.name, 0, 2))
	labtest.Must(t, err)
	for _, p := range []*labtest.Peer{v.carol, v.dave} {
		if len(others(found, p)) == len(found) {
			t.Errorf("%s is not found", p.Name)
		}
	}
	if asked["mallory"] != 0 {
		t.Errorf("asked %v", asked)
	}
}

// others are the sources of other users.
func others(all []transport.Source, than *labtest.Peer) []transport.Source {
	return slices.DeleteFunc(slices.Clone(all), func(s transport.Source) bool { return s.User == than.User })
}

// TestFoundHoldsNothing: who is found and does not say itself that it serves an original is asked
// once what it knows, and for no original; nor does anybody ask itself.
func TestFoundHoldsNothing(t *testing.T) {
	v := published(t, func(v *village) (all, _ []*labtest.Peer) { return []*labtest.Peer{v.carol}, nil })
	asked := v.finds(v.bob, v.carol, v.bob)
	v.bob.CannotFetch(transport.ErrUnreachable, v.cam.Ref(v.name, 0, 2))
	if asked["carol"] != 1 || asked["bob"] != 0 {
		t.Errorf("asked %v", asked)
	}
}

// offered is an original at a home of Ann's and, if Bob asks the hub, at another one, neither of
// which Bob reaches; Eve's has it, too, and Bob finds that.
func offered(t *testing.T) (w *labtest.World, cam *labtest.Camera, home, bob *labtest.Peer, name collection.Name, searches *int) {
	w = labtest.New(t, hub.Config{RequiredFromPeer: 1})
	ann, b, e := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home = w.Camera(ann, 1), w.Peer(ann, "home")
	bob, eve, loft := w.Peer(b, "bob"), w.Peer(e, "eve"), w.Peer(ann, "loft")
	name = cam.Album("Picnic", b, e)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	bob.Hears(notify.Shared, 0)
	bob.Refreshes(name)
	eve.Hears(notify.Shared, 0)
	eve.FetchesAll(cam, name, 2, false)
	loft.Refreshes(name)
	loft.Imports(cam, name)
	loft.Publishes(name)
	searches = new(int)
	bob.Restart(func(cfg *peer.Config) {
		cfg.Homes = []transport.Source{lab.SourceAt(home.Station, w.Net.URL("attic"))}
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) {
			*searches++
			source := eve.Source()
			source.Items = transport.AllBits(1)
			return []transport.Source{source}, nil
		}
	})
	return w, cam, home, bob, name, searches
}

// TestFoundBehindTheHub: who is found is asked, too, where the sources of which the hub has told are
// of no use; and nobody else who may hold what the hub knows all about.
func TestFoundBehindTheHub(t *testing.T) {
	w, cam, _, bob, name, searches := offered(t)
	var tried []string
	w.Put("bob", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		switch host := r.URL.Host; host {
		case "home", "loft", "attic":
			tried = append(tried, host)
			return nil, errAway
		}
		return network.RoundTrip(r)
	})
	bob.FetchesAll(cam, name, 2, false)
	bob.Shows(cam, name, 2)
	if *searches != 1 || !slices.Contains(tried, "loft") || slices.Contains(tried, "attic") {
		t.Errorf("%d searches; tried %v", *searches, tried)
	}
}

// TestFoundNotMeanwhile: a label that comes with the hub's answer ends the search, before anybody
// is searched for.
func TestFoundNotMeanwhile(t *testing.T) {
	w, cam, home, bob, name, searches := offered(t)
	bob.Refreshes(name) // of the loft, too: nobody whom the hub would have to tell of
	home.Withdraws(name, cam.Items[0].ID)
	if _, err := bob.Reader.Search(w.T.Context(), cam.Ref(name, 0, 2)); !errors.Is(err, label.ErrRefused) || *searches != 0 {
		t.Errorf("%v, %d searches", err, *searches)
	}
}

// TestGossipAsksFew: for what a reader tells and does not send, at most four stations are asked, its
// own before others.
func TestGossipAsksFew(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.Publishes(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)
	v.carol.HearsFrom(v.ann, notify.Shared, 0)
	v.ann.Retitles(v.name, "Later")
	labtest.Must(t, v.bob.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	v.carol.Restart(func(cfg *peer.Config) {
		for i := range 9 {
			cfg.Homes = append(cfg.Homes, lab.SourceAt(v.ann.Station, v.Net.URL(fmt.Sprint("more-", i))))
		}
		cfg.Homes = append(cfg.Homes, v.bob.Source())
	})
	var asked []string
	v.Put("carol", func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		asked = append(asked, r.URL.Host)
		return nil, errAway
	})
	v.tellsHolders(v.bob)
	if len(asked) != 4 || asked[0] != "bob" {
		t.Errorf("asked %v", asked)
	}
}
