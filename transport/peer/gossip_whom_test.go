package peer_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// tells returns whom a station tells what is due, each as often as it is tried, in order.
func (v *village) tells(p *labtest.Peer) (hosts []string) {
	v.t.Helper()
	v.Put(p.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		hosts = append(hosts, r.URL.Host)
		return network.RoundTrip(r)
	})
	v.tellsHolders(p)
	v.Put(p.Name, nil)
	slices.Sort(hosts)
	return hosts
}

// TestGossipToWhomItMet: a station that was given no others to hear from tells those who have told
// it of a collection, and those who serve it.
func TestGossipToWhomItMet(t *testing.T) {
	v := newVillage(t, 1)
	v.bob.Restart(func(cfg *peer.Config) { cfg.Homes = nil })
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	labtest.Must(t, v.dave.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	v.dave.Imports(v.cam, v.name)
	v.dave.Publishes(v.name)
	labtest.Must(t, v.bob.Reader.Refresh(t.Context(), v.name, v.dave.Source()))
	if told := v.tells(v.bob); !slices.Equal(told, []string{"ann", "dave"}) {
		t.Errorf("Bob tells %v", told)
	}
}

// TestGossipToManyFound: sixteen stations are told at most, first those that are found, each once.
func TestGossipToManyFound(t *testing.T) {
	v := newVillage(t, 1)
	var found []transport.Source
	for i := range 20 {
		found = append(found, lab.SourceAt(v.bob.Station, v.Net.URL(fmt.Sprint("found-", i/2))))
	}
	for i := range 20 {
		found = append(found, lab.SourceAt(v.bob.Station, v.Net.URL(fmt.Sprint("more-", i))))
	}
	v.ann.Restart(func(cfg *peer.Config) {
		v.friends(cfg)
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) { return found, nil }
	})
	v.ann.PublishesPartial(v.name)
	v.ann.Publishes(v.name)
	told := v.tells(v.ann)
	if once := slices.Compact(slices.Clone(told)); len(told) != 16 || len(once) != 16 || slices.Contains(told, "bob") || !slices.Contains(told, "found-9") {
		t.Errorf("told %v", told)
	}
}

// TestGossipBehindTheGate: nobody is searched for whom the policy lets nobody search, though
// nothing is labelled.
func TestGossipBehindTheGate(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.ann.Restart(func(cfg *peer.Config) {
		v.friends(cfg)
		cfg.Policy = func(c label.Case) label.Rights { return label.DefaultPolicy(c) &^ label.Search }
		cfg.Find = func(context.Context, collection.Collection) ([]transport.Source, error) {
			t.Error("searched")
			return nil, nil
		}
	})
	v.ann.Publishes(v.name)
	if told := v.tells(v.ann); !slices.Contains(told, "bob") {
		t.Errorf("told %v", told)
	}
}

// TestGossipStalls: who takes a question and never answers is given up, and tried again.
func TestGossipStalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVillage(t, 1)
		v.ann.PublishesPartial(v.name)
		v.bob.HearsFrom(v.ann, notify.Shared, 1)
		v.carol.HearsFrom(v.ann, notify.Shared, 1)
		v.ann.Publishes(v.name)
		v.Put("ann", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if r.URL.Host == "bob" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return network.RoundTrip(r)
		})
		began := time.Now()
		v.tellsHolders(v.ann)
		if waited := time.Since(began); waited > time.Minute {
			t.Errorf("it took %v", waited)
		}
		v.labels(0, v.carol)
		v.labels(1, v.bob)
		v.Pass(2 * time.Minute)
		if told := v.tells(v.ann); !slices.Contains(told, "bob") {
			t.Errorf("told %v again", told)
		}
		v.labels(0, v.bob)
	})
}

// TestGossipOfWhatComesMeanwhile: what is new while stations are told is told after that.
func TestGossipOfWhatComesMeanwhile(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	v.ann.Publishes(v.name)
	once := false
	v.Put("ann", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if !once && strings.HasPrefix(r.URL.Path, "/v1/") && r.URL.Host == "bob" {
			once = true
			v.ann.Retitles(v.name, "Meanwhile")
		}
		return network.RoundTrip(r)
	})
	v.tellsHolders(v.ann)
	v.Put("ann", nil)
	if v.gossips(v.ann); !once || v.bob.Views(v.name).Title() != "Meanwhile" {
		t.Errorf("Bob has %q", v.bob.Views(v.name).Title())
	}
}

// TestGossipNotWithAnAuthority: what an authority validates goes by its hub, and not by gossip.
func TestGossipNotWithAnAuthority(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 1)
	for _, p := range []*labtest.Peer{home, bob} {
		p.Restart(func(cfg *peer.Config) { cfg.Homes = []transport.Source{home.Source(), bob.Source()} })
		w.Put(p.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if to := r.URL.Host; to == home.Name || to == bob.Name {
				t.Errorf("%s is told by %s", to, p.Name)
			}
			return network.RoundTrip(r)
		})
	}
	home.Publishes(name)
	bob.Hears(notify.Available, 0)
	for _, p := range []*labtest.Peer{home, bob} {
		_, err := p.Author.PublishDue(t.Context())
		labtest.Must(t, err)
	}
}

// TestGossipWithoutAnAddress: who is reached by nobody, and so is not asked for its feed, tells what
// is new all the same.
func TestGossipWithoutAnAddress(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	v.carol.Restart(func(cfg *peer.Config) {
		v.friends(cfg)
		cfg.URL = ""
	})
	v.carol.HearsFrom(v.ann, notify.Shared, 1)
	v.ann.Publishes(v.name)
	labtest.Must(t, v.carol.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	v.leaves(v.ann)
	if told := v.tells(v.carol); !slices.Contains(told, "bob") {
		t.Errorf("told %v", told)
	}
	v.labels(0, v.bob)
}

// TestGossipRefused: who does not have a collection refuses what others than its author tell of it,
// and is not told again.
func TestGossipRefused(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 1)
	v.ann.Publishes(v.name)
	labtest.Must(t, v.bob.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	if told := v.tells(v.bob); !slices.Contains(told, "carol") {
		t.Errorf("told %v", told)
	}
	v.Pass(48 * time.Hour)
	if told := v.tells(v.bob); len(told) != 0 {
		t.Errorf("told %v again", told)
	}
}

// TestGossipBeforeTheFeed: of what was heard by gossip, a feed that says as much later is no news,
// whoever has sealed it anew meanwhile.
func TestGossipBeforeTheFeed(t *testing.T) {
	v := newVillage(t, 1)
	v.ann.Publishes(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 0)
	for range 2 {
		v.Pass(time.Hour)
		v.ann.Withdraws(v.name, v.cam.Items[0].ID)
	}
	v.gossips(v.ann)
	v.labels(1, v.bob)
	news, err := v.bob.Reader.Receive(t.Context())
	if len(news) != 1 || err != nil || news[0].Reason != notify.Lost {
		t.Errorf("told %+v, %v", news, err)
	}
	if news, err = v.bob.Reader.ReceiveFrom(t.Context(), v.ann.Source()); len(news) != 0 || err != nil {
		t.Errorf("told %+v by the feed, %v", news, err)
	}
}
