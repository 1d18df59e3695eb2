package peer_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestDelayedOriginals: until the time has come recipients have a preview only,
// although the home peer has the originals; a restart in between loses nothing.
func TestDelayedOriginals(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Syncs(home, name)
	at := w.Now().Add(24 * time.Hour)
	labtest.Must(t, home.Author.PublishAt(t.Context(), name, at))
	b.Hears(notify.Shared, 2)
	for v := range 2 {
		b.Fetches(cam.Ref(name, 0, v))
	}
	labtest.Must(t, home.Close(t.Context()))
	home.Restart(nil)
	w.Pass(at.Add(-time.Millisecond).Sub(w.Now()))
	if next, err := home.Author.PublishDue(t.Context()); !next.Equal(at) || err != nil {
		t.Errorf("next %v, %v", next, err)
	}
	b.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	w.Pass(at.Sub(w.Now()))
	if next, err := home.Author.PublishDue(t.Context()); !next.IsZero() || err != nil {
		t.Errorf("next %v, %v", next, err)
	}
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 2))
	if next, err := home.Author.PublishDue(t.Context()); !next.IsZero() || err != nil {
		t.Errorf("published again: %v, %v", next, err)
	}
}

// TestDelayedUntilCommand: the originals come when the user says so.
func TestDelayedUntilCommand(t *testing.T) {
	_, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Syncs(home, name)
	home.PublishesPartial(name)
	b.Hears(notify.Shared, 1)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
}

// TestDelayedWhileTheHubIsAway: what is due stays due until it has succeeded.
func TestDelayedWhileTheHubIsAway(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Syncs(home, name)
	labtest.Must(t, home.Author.PublishAt(t.Context(), name, w.Now()))
	labtest.Must(t, w.Hub.Hub.Close(t.Context()))
	if _, err := home.Author.PublishDue(t.Context()); !errors.Is(err, transport.ErrStopped) {
		t.Errorf("with the hub closed: %v", err)
	}
	w.Restart(w.Hub.Store)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- home.Run(ctx) }()
	for labelled := -1; labelled != 0; {
		if news := b.Receives(); len(news) > 0 {
			labelled = news[0].Labelled
		}
	}
	stop()
	labtest.Must(t, <-done)
}

// TestPeersOwnShare: a peer shares what it serves: one notification, no labels.
func TestPeersOwnShare(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, eve := w.User("ann"), w.User("bob"), w.User("eve")
	cam, home, b, e := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(eve, "eve")
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Shared, 0)
	b.Fetches(cam.Ref(name, 0, 0))
	b.Fetches(cam.Ref(name, 0, 2))

	again, err := b.Author.Reshare(t.Context(), name, []collection.ItemID{cam.Items[0].ID},
		collection.Header{Title: "from Bob", Authority: w.Authority()}, eve)
	labtest.Must(t, err)
	b.Publishes(again)
	e.Hears(notify.Shared, 0)
	e.Fetches(cam.Ref(again, 0, 2))
}

// TestSecondPeerCompletes: A has the originals and is closed before it
// announces; B, of the same user, gets them on a disk and completes.
func TestSecondPeerCompletes(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, a, b, reader := w.Camera(ann, 2), w.Peer(ann, "a"), w.Peer(ann, "b"), w.Peer(bob, "bob")
	name := cam.Album("title", bob)
	cam.Shares(name)
	reader.Hears(notify.Shared, 2)
	cam.Syncs(a, name)
	labtest.Must(t, a.Close(t.Context()))
	b.Refreshes(name)
	b.Imports(cam, name)
	b.Publishes(name)
	reader.Hears(notify.Available, 0)
	reader.Fetches(cam.Ref(name, 1, 2))
	if err := a.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrClosed) {
		t.Errorf("a closed peer: %v", err)
	}
}

// TestCompleter: a user whom the author named completes a collection; one who
// was not named may not.
func TestCompleter(t *testing.T) {
	w := labtest.New(t, hub.Config{RequiredFromPeer: 1}) // only the author can seal screens
	ann, bob, carol := w.User("ann"), w.User("bob"), w.User("carol")
	cam, b, c := w.Camera(ann, 2), w.Peer(bob, "bob"), w.Peer(carol, "carol")
	name := cam.AlbumOf("title", collection.Body{Recipients: []collection.UserID{bob, carol}, Completers: []collection.UserID{carol}})
	cam.Shares(name)
	for _, s := range []*labtest.Peer{b, c} {
		s.Hears(notify.Shared, 2)
		s.Imports(cam, name)
	}
	if err := b.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("one who was not named: %v", err)
	}
	if err := b.Author.Complete(t.Context(), name, cam.Items[0].ID); !errors.Is(err, collection.ErrNotAuthorised) {
		t.Errorf("one who was not named: %v", err)
	}
	c.Publishes(name)
	b.Hears(notify.Available, 0)
	b.Fetches(cam.Ref(name, 0, 2))
}

// TestRightsOfTheAuthor: the author prints what is held although it is labelled.
func TestRightsOfTheAuthor(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.Album("title")
	cam.Syncs(home, name)
	v, err := home.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if r := v.Rights(0, 2); !r.Has(label.Print) || v.Collection().Labelled() != 1 {
		t.Errorf("rights %v", r)
	}
	var out bytes.Buffer
	labtest.Must(t, home.Reader.Print(t.Context(), cam.Ref(name, 0, 2), &out))
	if out.Len() != 140_000 {
		t.Errorf("printed %d bytes", out.Len())
	}
}

// TestVanishedFromTheCard: a photo that was deleted from the card after its collection was made is left out
// of what goes home. The others arrive, are published and fetched, and the one that
// is gone keeps its label.
func TestVanishedFromTheCard(t *testing.T) {
	_, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 3)
	gone := cam.Card[cam.Items[1].ID]
	cam.Card[cam.Items[1].ID] = lab.Photo{gone[0]}

	cam.Syncs(home, name)
	home.Publishes(name)
	bob.Receives()
	if n := bob.Views(name).Labelled(); n != 1 {
		t.Errorf("%d items have a label instead of the one that is gone", n)
	}
	for i := range cam.Items {
		if i != 1 {
			bob.Fetches(cam.Ref(name, i, 2))
		}
		bob.Fetches(cam.Ref(name, i, 0))
	}
}

// TestWordWhoseAnswerIsLost: what a home says after the hub has taken its word, without
// having heard so, does not bring labels back.
func TestWordWhoseAnswerIsLost(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 3)
	cam.Shares(name)
	cam.Syncs(home, name)
	lost := errors.New("lost")
	w.Put("hub", func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, lost }) // nothing is checked
	w.Put(home.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		answer, err := network.RoundTrip(r)
		if err == nil {
			answer.Body.Close()
			err = lost
		}
		return nil, err
	})
	if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("publish: %v", err)
	}
	w.Put(home.Name, nil)
	if n := w.Labelled(b.User, name); n != 0 {
		t.Fatalf("%d labels", n)
	}
	home.Restart(nil)
	home.Withdraws(name, cam.Items[2].ID)
	if n := w.Labelled(b.User, name); n != 1 {
		t.Errorf("%d labels after one photo was withdrawn", n)
	}
}

// TestAskedWhileAWordIsOnItsWay: who asks the hub while it has not got a word yet does not
// make the station forget that it may have got it.
func TestAskedWhileAWordIsOnItsWay(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 3)
	cam.Shares(name)
	cam.Syncs(home, name)
	lost := errors.New("lost")
	w.Put("hub", func(*http.Request, http.RoundTripper) (*http.Response, error) { return nil, lost }) // nothing is checked
	asked := make(chan error, 1)
	var once sync.Once
	w.Put(home.Name, func(r *http.Request, network http.RoundTripper) (answer *http.Response, err error) {
		first := false
		once.Do(func() { first = true })
		if !first {
			return network.RoundTrip(r)
		}
		go func() { asked <- home.Author.NotifyHub(t.Context(), name) }()
		time.Sleep(10 * time.Millisecond) // it asks now, or waits
		if answer, err = network.RoundTrip(r); err == nil {
			answer.Body.Close()
			err = lost
		}
		return nil, err
	})
	if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatalf("publish: %v", err)
	}
	labtest.Must(t, <-asked)
	home.Withdraws(name, cam.Items[2].ID)
	if n := w.Labelled(b.User, name); n != 1 {
		t.Errorf("%d labels after one photo was withdrawn", n)
	}
}

// TestTakenBackBeforeTheWordIsSaidAgain: what a station has said between two requests that
// bring its word is in the second one too.
func TestTakenBackBeforeTheWordIsSaidAgain(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 3)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	labtest.Must(t, home.Author.TakeBack(t.Context(), name, cam.Items[0].ID, cam.Items[1].ID))
	w.Pass(48 * time.Hour)
	w.Expires(w.Now()) // so that the hub asks for thumbnails before it hears what is served

	said := 0
	w.Put(home.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v1/upload/") {
			w.Put(home.Name, nil)
			labtest.Must(t, home.Author.TakeBack(t.Context(), name, cam.Items[2].ID))
			w.Put(home.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
				answer, err := network.RoundTrip(r)
				said++
				s, failed := w.Hub.Hub.As(b.User).Collection(t.Context(), name)
				labtest.Must(t, failed)
				c, failed := collection.Decode(s.Collection)
				labtest.Must(t, failed)
				if _, rank := c.At(2); rank.Generation() != 1 {
					t.Errorf("what was taken back is %v at the hub after %v", rank, r.URL)
				}
				return answer, err
			})
		}
		return network.RoundTrip(r)
	})
	home.Publishes(name)
	if said == 0 {
		t.Error("nothing was said after it was taken back")
	}
}
