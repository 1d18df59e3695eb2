package peer_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestSecondStation: a station of a user's that begins when another has heard all, or one
// that has lost its disk, is told of everything as it is by then, as new; and what comes
// later both hear, each once.
func TestSecondStation(t *testing.T) {
	w, cam, home, pc, first := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(first)
	pc.Hears(notify.Shared, 2)
	cam.Syncs(home, first)
	home.Publishes(first)
	pc.Hears(notify.Available, 0)
	eve := w.User("eve")
	other, eves := w.Camera(eve, 2), w.Peer(eve, "eves")
	second := other.Album("second", pc.User)
	other.Shares(second)
	pc.Hears(notify.Shared, 2)

	laptop := w.Peer(pc.User, "laptop")
	catchesUp := func(s *labtest.Peer) {
		t.Helper()
		var told []string
		for _, n := range s.Receives() {
			told = append(told, fmt.Sprintf("%s %v %d", n.Title, n.Reason == notify.Shared, n.Labelled))
		}
		slices.Sort(told)
		if want := []string{"second true 2", "title true 0"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		s.HearsNothing()
		s.Fetches(cam.Ref(first, 0, 2))
		s.CannotFetch(label.ErrPending, other.Ref(second, 0, 2))
	}
	catchesUp(laptop)
	pc.Store = new(memstore.Store)
	pc.Restart(nil)
	catchesUp(pc)

	other.Syncs(eves, second)
	eves.Publishes(second)
	for _, s := range []*labtest.Peer{pc, laptop} {
		s.Hears(notify.Available, 0)
		s.HearsNothing()
	}
}

// TestSecondStationSeesNothing: a user's second station, or one whose disk was lost, finds
// out what was shared before.
func TestSecondStationSeesNothing(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, pc := w.Camera(ann, 1), w.Peer(bob, "pc")
	name := cam.Album("first", bob)
	cam.Shares(name)
	_, err := pc.Reader.Receive(t.Context())
	labtest.Must(t, err)

	laptop := w.Peer(bob, "laptop")
	_, err = laptop.Reader.Receive(t.Context())
	labtest.Must(t, err)
	names, err := laptop.Names(t.Context())
	labtest.Must(t, err)
	if n := len(names); n == 0 {
		t.Error("Bob's laptop, enrolled after Bob's pc has received, knows of no collection, and there is no call to list them")
	}
	labtest.Must(t, laptop.Reader.Refresh(t.Context(), name))
}

// TestOwnAlbums: a station of the author's that begins, or has lost its disk, has all that the
// author has shared from wherever, and what comes of it, and is told nothing that is no news.
func TestOwnAlbums(t *testing.T) {
	w, cam, home, _, first := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(first)
	alone := cam.Album("for nobody yet")
	cam.Shares(alone)
	laptop := w.Peer(cam.User, "laptop")
	has := func(s *labtest.Peer, labelled int) {
		t.Helper()
		s.HearsNothing()
		names, err := s.Names(t.Context())
		labtest.Must(t, err)
		if len(names) != 2 || !slices.Contains(names, first) || !slices.Contains(names, alone) {
			t.Errorf("%d collections", len(names))
		}
		if c := s.Views(first); c.Labelled() != labelled || c.Title() != "title" {
			t.Errorf("%q has %d labels, want %d", c.Title(), c.Labelled(), labelled)
		}
	}
	has(laptop, 2)
	ref := cam.Ref(first, 0, 2)
	labtest.Must(t, laptop.Reader.Wish(t.Context(), ref))
	cam.Syncs(home, first)
	home.Publishes(first)
	has(laptop, 0)
	laptop.RetriesWishes()
	if data := laptop.Reads(ref); len(data) != len(cam.Card[ref.Item][2]) {
		t.Errorf("%d bytes are here of what was wished for", len(data))
	}
	home.Store = new(memstore.Store)
	home.Restart(nil)
	has(home, 0)
}

// TestSecondStationWithoutHub: so it is with the feed of a peer.
func TestSecondStationWithoutHub(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 2)
	name := album(t, ann, cam, 1, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 1)
	bob.Store = new(memstore.Store)
	bob.Restart(nil)
	bob.HearsFrom(ann, notify.Shared, 1)
	bob.Fetches(cam.Ref(name, 1, 2))
}

// TestManyCollectionsInFewRequests: a station that begins with nothing has all that its user
// may read after at most three requests for each page of 500, however large the collections
// are: all of them come with the pages, some do, or none does.
func TestManyCollectionsInFewRequests(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 140
	}
	for _, size := range []int{0, 32 << 10, 65 << 10} {
		w := labtest.New(t, hub.Config{Unasked: hub.Unasked{Collections: -1, Items: -1}})
		cam, bob := w.Camera(w.User("ann"), n), w.User("bob")
		shares(w, cam, bob, n, size)
		late := w.Peer(bob, "late")
		before, told := late.Requests.Load(), 0
		for news := late.Receives(); len(news) > 0; news = late.Receives() {
			told += len(news)
		}
		pages := int64(n+499) / 500
		requests := late.Requests.Load() - before
		t.Logf("%d requests for %d collections of %d bytes", requests, n, size)
		if names, err := late.Names(t.Context()); len(names) != n || told != n || requests > 3*pages || err != nil {
			t.Errorf("%d of %d collections, %d told, in %d requests: %v", len(names), n, told, requests, err)
		}
	}
}

// awaits waits until the hub has n entries for a user behind a cursor.
func awaits(w *labtest.World, user collection.UserID, after transport.Cursor, n int) {
	w.T.Helper()
	for got, from := 0, after; got < n; {
		page, err := w.Hub.Hub.As(user).Changes(w.T.Context(), transport.ChangesRequest{After: from})
		labtest.Must(w.T, err)
		if got, from = got+len(page.Entries), page.Next; len(page.Entries) < transport.MaxCollections && got < n {
			got, from = 0, after // what has changed again has another place
		}
	}
}

// shares has a camera share collections with somebody, of one item and at least size bytes each,
// of whom the hub tells then.
func shares(w *labtest.World, cam *labtest.Camera, to collection.UserID, n, size int) {
	for i := range n {
		half := strings.Repeat("x", size/2)
		h := collection.Header{Title: fmt.Sprint(i), Authority: w.Authority(), Metadata: map[string]string{"place": half, "note": half}}
		name, err := cam.Make(w.T.Context(), h, collection.Body{Recipients: []collection.UserID{to}, Items: cam.Items[i%len(cam.Items):][:1]})
		labtest.Must(w.T, err)
		cam.Shares(name)
	}
	awaits(w, to, transport.Cursor{}, n)
}

// hanging is a peer that never answers who asks for an original.
type hanging struct {
	transport.Home
	asked chan bool
}

func (h hanging) Original(ctx context.Context, _ transport.Ref, _, _ int64) (*transport.Stream, error) {
	h.asked <- true
	<-ctx.Done()
	return nil, ctx.Err()
}

func (h hanging) Originals(ctx context.Context, name collection.Name, _ transport.Bits) (io.ReadCloser, error) {
	_, err := h.Original(ctx, transport.Ref{Collection: name}, 0, 0)
	return nil, err
}

// TestReceiveWaitsForWishes: news is told while a source does not answer who fetches
// what was wished for.
func TestReceiveWaitsForWishes(t *testing.T) {
	_, cam, home, bob, first := labtest.NewAlbum(t, hub.Config{}, 3)
	asked := make(chan bool, 1)
	bob.Restart(func(cfg *peer.Config) {
		dial := cfg.Dial
		cfg.Dial = func(s transport.Source) transport.Home { return hanging{dial(s), asked} }
	})
	receives := func(reason notify.Reason) {
		t.Helper()
		news, err := bob.Reader.Receive(t.Context())
		labtest.Must(t, err)
		if len(news) != 1 || news[0].Reason != reason {
			t.Fatalf("heard %+v", news)
		}
	}
	cam.Shares(first)
	receives(notify.Shared)
	for i := range cam.Items {
		bob.Wishes(cam.Ref(first, i, 2))
	}
	cam.Syncs(home, first)
	home.Publishes(first)
	receives(notify.Available)

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- bob.Reader.RetryWishes(ctx) }()
	<-asked
	cam.Shares(cam.Album("second", bob.User))
	receives(notify.Shared)
	cancel()
	<-ended
	bob.HasWishes(len(cam.Items))
}

// TestSecondStationAfterTheEnd: a station that begins when a collection has ended, or hears
// of it first then, has nothing of it, which is no error, and hears all else.
func TestSecondStationAfterTheEnd(t *testing.T) {
	w, cam, home, pc, first := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(first)
	cam.Syncs(home, first)
	home.Publishes(first)
	pc.Hears(notify.Shared, 0)
	labtest.Must(t, home.Author.End(t.Context(), first))
	cam.Shares(cam.Album("second", pc.User))
	laptop := w.Peer(pc.User, "laptop")
	if news, err := laptop.Reader.Receive(t.Context()); len(news) != 1 || news[0].Title != "second" || err != nil {
		t.Errorf("heard %+v, %v", news, err)
	}
	w.Pass(time.Hour)
	laptop.HearsNothing()
}
