package transport_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// slander is a collection whose completer tells a recipient what is not so.
type slander struct {
	w                 *world
	cam               *camera
	home, bob, teller *station
	name              collection.Name
}

func newSlander(t *testing.T) *slander {
	w := newWorld(t, hub.Config{Link: "https://hub.example.org"})
	ann, bob, carl := w.user("ann"), w.user("bob"), w.user("carl")
	s := &slander{w: w, cam: w.camera(ann, 2), home: w.peer(ann, "home"), bob: w.peer(bob, "bob"), teller: w.peer(carl, "carl")}
	s.name = s.cam.makeBody("Picnic", collection.Body{Recipients: []collection.UserID{bob}, Completers: []collection.UserID{carl}})
	_, err := s.cam.Share(t.Context(), s.cam.hub, s.name)
	must(t, err)
	news, err := s.bob.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Link != "https://hub.example.org/"+s.name.String() || !bytes.Equal(news[0].Cover, s.cam.versions[s.cam.items[0].ID][0]) {
		t.Fatalf("the hub's link is %q, the cover %d bytes", news[0].Link, len(news[0].Cover))
	}
	return s
}

// forged is a notification with other words.
func (s *slander) forged(t *testing.T) notify.Notification {
	v, err := s.bob.View(t.Context(), s.name)
	must(t, err)
	n, err := notify.Make(v.Collection(), notify.Available, "https://evil.example.org/")
	must(t, err)
	n.Title, n.Note, n.Labelled, n.Items = "Your account is blocked", "Type your password at the link.", 0, 99
	n.To, n.ID, n.Cover = s.bob.user, notify.ID{1}, []byte("an ugly picture")
	return n
}

// isTrue checks what the recipient is shown of it.
func (s *slander) isTrue(t *testing.T, news []notify.Notification) {
	t.Helper()
	v, err := s.bob.View(t.Context(), s.name)
	must(t, err)
	want, err := notify.Make(v.Collection(), notify.Available, "")
	must(t, err)
	if len(news) != 1 {
		t.Fatalf("%d notifications", len(news))
	}
	n := news[0]
	if n.Title != want.Title || n.Note != want.Note || n.Labelled != want.Labelled || n.Items != want.Items || n.Link != "" || n.Cover != nil {
		t.Errorf("shown: %q, %q, %q, %d of %d labelled, a cover of %d bytes", n.Title, n.Note, n.Link, n.Labelled, n.Items, len(n.Cover))
	}
	if n.ID != (notify.ID{1}) || n.Reason != notify.Available || n.To != s.bob.user {
		t.Errorf("it is another: %x, %d", n.ID, n.Reason)
	}
}

// TestForgedWords: whatever the sender of a notification writes, the user is
// shown what is verified.
func TestForgedWords(t *testing.T) {
	s := newSlander(t)
	must(t, s.teller.linkTo(s.bob).Deliver(t.Context(), s.forged(t)))
	news, err := s.bob.Receive(t.Context())
	must(t, err)
	s.isTrue(t, news)
	must(t, s.teller.linkTo(s.bob).Deliver(t.Context(), s.forged(t)))
	if news, err := s.bob.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("a repeat: %d, %v", len(news), err)
	}
}

// gossip is a peer that tells the recipients itself, one notification.
type gossip struct {
	transport.Home
	tells notify.Notification
}

func (l gossip) Notifications(context.Context) (transport.Deliveries, error) {
	return transport.Deliveries{Waiting: []transport.Delivery{{Seq: 1, Notification: l.tells}}}, nil
}

// TestForgedWordsOfAPeer: so it is with those who are asked for news.
func TestForgedWordsOfAPeer(t *testing.T) {
	s := newSlander(t)
	must(t, s.teller.Refresh(t.Context(), s.name))
	forged := s.forged(t)
	s.bob.reopen(func(cfg *peer.Config) {
		cfg.Dial = func(transport.Source) transport.Originals { return gossip{s.teller.Home(s.bob.user), forged} }
	})
	news, err := s.bob.ReceiveFrom(t.Context(), s.teller.source())
	must(t, err)
	s.isTrue(t, news)
}

// TestForgedNewsHidesNone: a notification that claims more than there is does not
// keep the news from its recipient that comes later.
func TestForgedNewsHidesNone(t *testing.T) {
	for what, forge := range map[string]func(*notify.Notification){
		"a later edition":  func(n *notify.Notification) { n.Number = math.MaxUint64 },
		"another edition":  func(n *notify.Notification) { n.Edition = collection.Digest(bytes.Repeat([]byte{0xff}, 32)) },
		"an earlier state": func(*notify.Notification) {},
	} {
		t.Run(what, func(t *testing.T) {
			s := newSlander(t)
			n := s.forged(t)
			forge(&n)
			must(t, s.teller.linkTo(s.bob).Deliver(t.Context(), n))
			news, err := s.bob.Receive(t.Context())
			must(t, err)
			s.isTrue(t, news)
			must(t, s.home.Refresh(t.Context(), s.name))
			must(t, s.home.Edit(t.Context(), s.name, func(h *collection.Header, _ []collection.Item) { h.Title = "Another" }))
			s.bob.hears(t, notify.Edited, 2)
		})
	}
}

// TestForgedUpdates: updates that nobody has sealed hide none either.
func TestForgedUpdates(t *testing.T) {
	s := newSlander(t)
	n := s.forged(t)
	v, err := s.bob.View(t.Context(), s.name)
	must(t, err)
	u, err := v.Collection().CompleteAll(collection.UserID{})
	must(t, err)
	if u, err = u.Sign(t.Context(), s.teller.signer, s.w.now()); err != nil {
		t.Fatal(err)
	}
	data, err := u.MarshalBinary()
	must(t, err)
	n.Updates = [][]byte{data}
	if err := s.teller.linkTo(s.bob).Deliver(t.Context(), n); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("an ID of something else: %v", err)
	}
	claimed, _, err := v.Collection().Apply(u)
	must(t, err)
	availability, err := notify.Availability(claimed)
	must(t, err)
	n.Edition[0]++ // it has the whole collection fetched
	if err := s.teller.linkTo(s.bob).Deliver(t.Context(), n.For(s.bob.user, availability)); err != nil {
		t.Fatal(err)
	}
	news, err := s.bob.Receive(t.Context())
	must(t, err)
	if len(news) != 1 || news[0].Title != "Picnic" || news[0].Labelled != 2 {
		t.Errorf("heard %d", len(news))
	}
	_, err = s.cam.Share(t.Context(), s.cam.link(s.home), s.name)
	must(t, err)
	must(t, s.home.Publish(t.Context(), s.name))
	s.bob.hears(t, notify.Available, 0)
}
