package peer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestLyingCarrier: who passes a collection on can say nothing that its author and those who may
// complete it have not said, in its feed or by gossip.
func TestLyingCarrier(t *testing.T) {
	v := newVillage(t, 2)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 2)
	v.carol.HearsFrom(v.ann, notify.Shared, 2)
	c := v.bob.Views(v.name)
	u, err := c.CompleteAll(v.dave.User)
	labtest.Must(t, err)
	u, err = u.Sign(t.Context(), v.bob.Signer, v.Now())
	labtest.Must(t, err)
	completed, _, err := c.Apply(u)
	labtest.Must(t, err)
	titled, err := c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "By Bob" })
	labtest.Must(t, err)
	titled, err = titled.Sign(t.Context(), v.bob.Signer, v.Now())
	labtest.Must(t, err)
	ended, err := c.End(t.Context(), v.bob.Signer, v.Now())
	labtest.Must(t, err)

	for what, lie := range map[string]collection.Collection{"complete": completed, "titled": titled, "ended": ended} {
		data, err := lie.MarshalBinary()
		labtest.Must(t, err)
		liar := &untrue{collection: data}
		if liar.updates, err = collection.EncodeUpdates(lie.Updates()); err != nil {
			t.Fatal(err)
		}
		for e := range lie.Ends() {
			end, err := e.MarshalBinary()
			labtest.Must(t, err)
			liar.ends = append(liar.ends, end)
		}
		v.carol.Restart(func(cfg *peer.Config) {
			v.friends(cfg)
			dial := cfg.Dial
			cfg.Dial = func(to transport.Source) transport.Home {
				if to.User == v.bob.User {
					return liarAt{dial(to), liar}
				}
				return nil
			}
		})
		n, err := notify.Make(lie, notify.Available, "")
		labtest.Must(t, err)
		said, err := notify.Availability(lie)
		labtest.Must(t, err)
		told := v.bob.To(v.carol.Station).Deliver(t.Context(), n.For(v.carol.User, said))
		asked := v.carol.Reader.Refresh(t.Context(), v.name, v.bob.Source())
		for _, err := range []error{told, asked} {
			if !errors.Is(err, transport.ErrSeal) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if now := v.carol.Views(v.name); now.Labelled() != 2 || now.Title() != c.Title() || now.Ended() {
			t.Errorf("%s: %d labels, %q, ended %v", what, now.Labelled(), now.Title(), now.Ended())
		}
	}
}

// untrue is what a station says of a collection that is not so.
type untrue struct {
	collection    []byte
	updates, ends [][]byte
}

type liarAt struct {
	transport.Home
	*untrue
}

func (l liarAt) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	s, err := l.Home.Collection(ctx, name)
	s.Collection, s.Ends = l.untrue.collection, l.untrue.ends
	return s, err
}

func (l liarAt) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	s, err := l.Home.Updates(ctx, name)
	s.Updates, s.Ends = l.untrue.updates, l.untrue.ends
	c, decodeErr := collection.Decode(l.untrue.collection)
	s.Edition = c.EditionDigest()
	return s, errors.Join(err, decodeErr)
}

// TestStaleCarrier: what somebody tells who has missed the latest brings nothing back, and that
// station learns the latest from whoever it asks.
func TestStaleCarrier(t *testing.T) {
	v := newVillage(t, 3)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 3)
	v.carol.HearsFrom(v.ann, notify.Shared, 3)
	v.leaves(v.bob)
	v.ann.Retitles(v.name, "Later")
	v.ann.Withdraws(v.name, v.cam.Items[2].ID)
	v.ann.Publishes(v.name)
	v.gossips(v.ann, v.carol)
	latest := v.carol.Views(v.name)
	if latest.Labelled() != 1 || latest.Title() != "Later" {
		t.Fatalf("%d labels, %q", latest.Labelled(), latest.Title())
	}
	v.leaves(v.ann)
	v.bob.Restart(nil)
	labtest.Must(t, v.carol.Reader.Refresh(t.Context(), v.name, v.bob.Source()))
	old := v.bob.Views(v.name)
	n, err := notify.Make(old, notify.Available, "")
	labtest.Must(t, err)
	said, err := notify.Availability(old)
	labtest.Must(t, err)
	labtest.Must(t, v.bob.To(v.carol.Station).Deliver(t.Context(), n.For(v.carol.User, said)))
	alike(t, latest, v.carol)
	news, err := v.bob.Reader.ReceiveFrom(t.Context(), v.carol.Source())
	if len(news) != 1 || err != nil {
		t.Errorf("Bob hears %+v, %v", news, err)
	}
	alike(t, latest, v.bob)
}

// alike checks that stations know a collection as it is.
func alike(t *testing.T, want collection.Collection, all ...*labtest.Peer) {
	t.Helper()
	data, err := want.MarshalBinary()
	labtest.Must(t, err)
	for _, p := range all {
		got, err := p.Views(want.Name()).MarshalBinary()
		labtest.Must(t, err)
		if !bytes.Equal(got, data) {
			t.Errorf("%s: %q, %d labels, want %q, %d", p.Name, p.Views(want.Name()).Title(), p.Views(want.Name()).Labelled(), want.Title(), want.Labelled())
		}
	}
}

// TestPassedOnIsBounded: a stranger who is known to one's friend gets a quarter of the room for
// what others pass on, and nothing is noted of the rest; what people ask for comes all the same.
func TestPassedOnIsBounded(t *testing.T) {
	v := newVillage(t, 1)
	for _, bound := range []peer.Quotas{{PassedOn: 8}, {PassedOnItems: 8}, {PassedOn: 1}} {
		v.carol.Store = v.NewStation("another", v.carol.User).Store
		refused := 0
		v.carol.Restart(func(cfg *peer.Config) {
			cfg.Quotas = bound
			cfg.Events = func(e event.Event) {
				if e.Kind == event.Refused && errors.Is(e.Err, transport.ErrQuota) {
					refused++
				}
			}
		})
		want := 2
		if bound.PassedOn == 1 {
			want = 1
		}
		var names []collection.Name
		for range 5 {
			name := album(t, v.mallory, v.Camera(v.mallory.User, 1), 0, collection.Body{Recipients: []collection.UserID{v.bob.User, v.carol.User}})
			names = append(names, name)
			v.mallory.Publishes(name)
		}
		_, err := v.bob.Reader.ReceiveFrom(t.Context(), v.mallory.Source())
		labtest.Must(t, err)
		news, err := v.carol.Reader.ReceiveFrom(t.Context(), v.bob.Source())
		labtest.Must(t, err)
		for len(news) > 0 {
			news, err = v.carol.Reader.ReceiveFrom(t.Context(), v.bob.Source())
			labtest.Must(t, err)
		}
		stored, err := v.carol.Names(t.Context())
		labtest.Must(t, err)
		if len(stored) != want || refused < 5-want {
			t.Errorf("%+v: of 5 %d are stored, want %d; %d refused", bound, len(stored), want, refused)
		}
		for r, err := range record.Walk(t.Context(), v.carol.Store, "f/", "", 0) {
			t.Errorf("owed: %s, %v", r.Key, err)
		}
		for _, name := range names {
			labtest.Must(t, v.carol.Reader.Refresh(t.Context(), name, v.bob.Source()))
		}
		_, err = v.carol.Reader.ReceiveFrom(t.Context(), v.mallory.Source()) // from their author
		labtest.Must(t, err)
	}
}

// TestGossipConverges: on a network that loses, repeats and reorders, that is cut and heals, with
// stations that come and go, all who may read end with what was said last, and nobody is shown a
// label again that has gone.
func TestGossipConverges(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { converges(t, seed) })
	}
}

func converges(t *testing.T, seed uint64) {
	net := lab.NewNetwork(seed, lab.Faults{})
	v := newVillageOn(t, net, 4)
	v.ann.PublishesPartial(v.name)
	v.bob.HearsFrom(v.ann, notify.Shared, 4)
	labtest.Must(t, v.dave.Reader.Refresh(t.Context(), v.name, v.ann.Source()))
	v.dave.Imports(v.cam, v.name)
	all := []*labtest.Peer{v.ann, v.bob, v.carol, v.dave}
	random := rand.New(rand.NewPCG(seed, 1))
	net.SetFaults(lab.Faults{LoseRequest: 0.2, LoseAnswer: 0.1, Repeat: 0.2, Late: 0.2})
	fewest := map[*labtest.Peer]int{}
	for range 60 {
		p, other := all[random.IntN(len(all))], all[random.IntN(len(all))]
		switch random.IntN(8) {
		case 0:
			net.Cut(p.Name, other.Name)
		case 1:
			net.Heal()
		case 2:
			labtest.Must(t, p.Close(t.Context()))
			p.Restart(v.friends)
		case 3:
			v.Pass(time.Hour)
		case 4:
			labtest.Must(t, v.dave.Author.Complete(t.Context(), v.name, v.cam.Items[random.IntN(4)].ID))
		case 5:
			v.ann.Retitles(v.name, fmt.Sprint("title ", random.IntN(100)))
		case 6:
			if p != other {
				_, _ = p.Reader.ReceiveFrom(t.Context(), other.Source()) // the network fails
			}
		case 7:
			v.tellsHolders(p)
		}
		for _, p := range all {
			view, err := p.Reader.View(t.Context(), v.name)
			if err != nil {
				continue
			}
			labels := view.Collection().Labelled()
			if was, known := fewest[p]; known && labels > was {
				t.Fatalf("%s: %d labels after %d", p.Name, labels, was)
			}
			fewest[p] = labels
		}
	}
	net.Heal()
	net.SetFaults(lab.Faults{})
	v.meet(all)
	latest := v.ann.Views(v.name)
	want := v.dave.Views(v.name)
	if latest.Labelled() != want.Labelled() {
		t.Errorf("%d labels at Ann's, %d at Dave's", latest.Labelled(), want.Labelled())
	}
	alike(t, latest, all...)
	if told := v.gossips(all...); told != 0 {
		t.Errorf("told %d times after all", told)
	}
}

// meet has all hear from all, and the gossip end.
func (v *village) meet(all []*labtest.Peer) {
	for range 2 {
		v.Pass(25 * time.Hour)
		for _, p := range all {
			for _, other := range all {
				if p == other {
					continue
				}
				_, err := p.Reader.ReceiveFrom(v.t.Context(), other.Source())
				labtest.Must(v.t, err)
			}
		}
		v.gossips(all...)
	}
}
