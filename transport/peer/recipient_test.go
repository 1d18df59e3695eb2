package peer_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestDeliverRefuses: news is taken from those who may complete the collection,
// for the station's own user, and once.
func TestDeliverRefuses(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, mallory := w.User("ann"), w.User("bob"), w.User("mallory")
	cam, b, m := w.Camera(ann, 1), w.Peer(bob, "bob"), w.Peer(mallory, "mallory")
	name := cam.Album("title", bob)
	cam.Shares(name)
	n := w.Waiting(bob)[0].Notification
	other := n
	other.To = mallory
	forged := n
	forged.Collection = collection.ID{1}
	for what, c := range map[string]struct {
		from *httplink.Client
		n    notify.Notification
		want error
	}{
		"from a stranger":  {m.To(b.Station), n, transport.ErrForbidden},
		"to somebody else": {cam.To(b.Station), other, transport.ErrForbidden},
		"of nothing":       {cam.To(b.Station), forged, transport.ErrNotFound},
		"good":             {cam.To(b.Station), n, nil},
	} {
		if err := c.from.Deliver(t.Context(), c.n); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	labtest.Must(t, cam.To(b.Station).Deliver(t.Context(), n)) // a repeat
	b.Hears(notify.Shared, 1)
	b.HearsNothing()
}

// overtaken is a store in which news comes just before what was there is forgotten, once.
type overtaken struct {
	transport.Store
	once *sync.Once
}

func (s overtaken) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	for _, c := range b.Changes {
		if c.Value == nil && strings.HasPrefix(c.Key, "q/") {
			s.once.Do(func() {
				was, err := s.Get(ctx, c.Key)
				if err == nil {
					s.Store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: c.Key, Value: was[0].Value}}})
				}
			})
		}
	}
	return s.Store.Apply(ctx, b)
}

// TestNewsMeanwhile: news that comes while what was there is handed over is handed over
// the next time, and is no error.
func TestNewsMeanwhile(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 1), w.Peer(bob, "bob")
	b.Restart(func(cfg *peer.Config) { cfg.Store = overtaken{cfg.Store, new(sync.Once)} })
	cam.Shares(cam.Album("title", bob))
	b.Hears(notify.Shared, 1)
	b.Hears(notify.Shared, 1)
	b.HearsNothing()
}

// TestPeerNotifies: by the hub's answer, the peer tells the recipients, and the hub
// does not.
func TestPeerNotifies(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	home.Restart(func(cfg *peer.Config) { cfg.Notifies = true })
	cam.Syncs(home, name)
	home.Publishes(name)
	if waiting := w.Waiting(b.User); len(waiting) != 0 {
		t.Errorf("the hub tells too: %+v", waiting)
	}
	b.HearsFrom(home, notify.Shared, 0)
	b.Fetches(cam.Ref(name, 0, 2))
	b.Fetches(cam.Ref(name, 0, 0))
}

// slander is a collection whose completer tells a recipient what is not so.
type slander struct {
	w                 *labtest.World
	cam               *labtest.Camera
	home, bob, teller *labtest.Peer
	name              collection.Name
}

func newSlander(t *testing.T) *slander {
	w := labtest.New(t, hub.Config{Gallery: "https://hub.example.org"})
	ann, bob, carl := w.User("ann"), w.User("bob"), w.User("carl")
	s := &slander{w: w, cam: w.Camera(ann, 2), home: w.Peer(ann, "home"), bob: w.Peer(bob, "bob"), teller: w.Peer(carl, "carl")}
	s.name = s.cam.AlbumOf("Picnic", collection.Body{Recipients: []collection.UserID{bob}, Completers: []collection.UserID{carl}})
	s.cam.Shares(s.name)
	news := s.bob.Receives()
	if len(news) != 1 || news[0].Link != "https://hub.example.org/album/"+s.name.String() || !bytes.Equal(news[0].Cover, s.cam.Card[s.cam.Items[0].ID][0]) {
		t.Fatalf("the hub's link is %q, the cover %d bytes", news[0].Link, len(news[0].Cover))
	}
	return s
}

// changes has the author publish, of which the recipient has not heard from the hub.
func (s *slander) changes() {
	s.cam.Syncs(s.home, s.name)
	s.home.Publishes(s.name)
}

// forged is a notification with other words.
func (s *slander) forged(t *testing.T) notify.Notification {
	c := s.bob.Views(s.name)
	n, err := notify.Make(c, notify.Available, "https://evil.example.org/")
	labtest.Must(t, err)
	n.Title, n.Note, n.Labelled, n.Items = "Your account is blocked", "Type your password at the link.", 0, 99
	n.To, n.ID, n.Cover = s.bob.User, notify.ID{1}, []byte("an ugly picture")
	return n
}

// isTrue checks what the recipient is shown of it.
func (s *slander) isTrue(t *testing.T, news []notify.Notification) {
	t.Helper()
	c := s.bob.Views(s.name)
	want, err := notify.Make(c, notify.Available, "")
	labtest.Must(t, err)
	if len(news) != 1 {
		t.Fatalf("%d notifications", len(news))
	}
	n := news[0]
	if n.Title != want.Title || n.Note != want.Note || n.Labelled != want.Labelled || n.Items != want.Items || n.Link != "" || n.Cover != nil {
		t.Errorf("shown: %q, %q, %q, %d of %d labelled, a cover of %d bytes", n.Title, n.Note, n.Link, n.Labelled, n.Items, len(n.Cover))
	}
	if n.ID[0] == 0 || n.ID != (notify.ID{n.ID[0]}) || n.Reason != notify.Available || n.To != s.bob.User {
		t.Errorf("it is another: %x, %d", n.ID, n.Reason)
	}
}

// TestForgedWords: whatever the sender of a notification writes, the user is
// shown what is verified.
func TestForgedWords(t *testing.T) {
	s := newSlander(t)
	labtest.Must(t, s.teller.To(s.bob.Station).Deliver(t.Context(), s.forged(t)))
	s.bob.HearsNothing() // there is no news
	s.changes()
	n := s.forged(t)
	n.ID[0]++
	labtest.Must(t, s.teller.To(s.bob.Station).Deliver(t.Context(), n))
	s.isTrue(t, s.bob.Receives())
	labtest.Must(t, s.teller.To(s.bob.Station).Deliver(t.Context(), n))
	s.bob.HearsNothing() // nor from the hub
}

// TestCoverOfTheFirstWordOnly: news that its sender calls the first word, though another
// one has been read, has no cover.
func TestCoverOfTheFirstWordOnly(t *testing.T) {
	s := newSlander(t)
	s.changes()
	n := s.forged(t)
	n.Reason, n.Cover = notify.Shared, s.cam.Card[s.cam.Items[0].ID][0]
	labtest.Must(t, s.teller.To(s.bob.Station).Deliver(t.Context(), n))
	s.isTrue(t, s.bob.Receives())
}

// gossip is a peer that tells the recipients itself, one notification.
type gossip struct {
	transport.Home
	tells notify.Notification
}

func (l gossip) Changes(context.Context, transport.ChangesRequest) (transport.Changes, error) {
	return transport.Changes{Next: transport.Cursor{Number: 1}, Entries: []transport.Entry{{Number: 1, Notification: l.tells}}}, nil
}

// TestForgedWordsOfAPeer: so it is with those who are asked for news.
func TestForgedWordsOfAPeer(t *testing.T) {
	s := newSlander(t)
	s.changes()
	s.teller.Refreshes(s.name)
	forged := s.forged(t)
	s.bob.Restart(func(cfg *peer.Config) {
		cfg.Dial = func(transport.Source) transport.Home {
			return gossip{s.teller.As(transport.Identity{User: s.bob.User}), forged}
		}
	})
	news, err := s.bob.Reader.ReceiveFrom(t.Context(), s.teller.Source())
	labtest.Must(t, err)
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
			labtest.Must(t, s.teller.To(s.bob.Station).Deliver(t.Context(), n))
			s.bob.HearsNothing()
			s.home.Refreshes(s.name)
			s.home.Retitles(s.name, "Another")
			s.bob.Hears(notify.Edited, 2)
		})
	}
}

// TestForgedUpdates: updates that nobody has sealed hide none either.
func TestForgedUpdates(t *testing.T) {
	s := newSlander(t)
	n := s.forged(t)
	c := s.bob.Views(s.name)
	u, err := c.CompleteAll(collection.UserID{})
	labtest.Must(t, err)
	if u, err = u.Sign(t.Context(), s.teller.Signer, s.w.Now()); err != nil {
		t.Fatal(err)
	}
	data, err := u.MarshalBinary()
	labtest.Must(t, err)
	n.Updates = [][]byte{data}
	if err := s.teller.To(s.bob.Station).Deliver(t.Context(), n); !errors.Is(err, transport.ErrMalformed) {
		t.Errorf("an ID of something else: %v", err)
	}
	claimed, _, err := c.Apply(u)
	labtest.Must(t, err)
	availability, err := notify.Availability(claimed)
	labtest.Must(t, err)
	n.Edition[0]++ // it has the whole collection fetched
	if err := s.teller.To(s.bob.Station).Deliver(t.Context(), n.For(s.bob.User, availability)); err != nil {
		t.Fatal(err)
	}
	s.bob.HearsNothing()
	s.changes()
	s.bob.Hears(notify.Available, 0)
}
