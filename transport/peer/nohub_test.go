package peer_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestCrashWithoutHub lets the author's peer, and then the recipient's, crash at
// each change of its store in turn, before it and after it, starts it again, and
// lets both try again: the recipient always ends told, with the original.
func TestCrashWithoutHub(t *testing.T) {
	t.Run("author", func(t *testing.T) {
		labtest.EachCrash(t, func(crash *lab.Crash) { crashWithoutHub(t, crash, 0) })
	})
	t.Run("recipient", func(t *testing.T) {
		labtest.EachCrash(t, func(crash *lab.Crash) { crashWithoutHub(t, crash, 1) })
	})
}

func crashWithoutHub(t *testing.T, crash *lab.Crash, crashes int) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob, crashing := peers[0], peers[1], peers[crashes]
	cam := w.Camera(ann.User, 2)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	crash.Store = crashing.Store
	crashing.Restart(func(cfg *peer.Config) { cfg.Store = crash })
	told := -1
	receive := func() error {
		news, err := bob.Reader.ReceiveFrom(t.Context(), ann.Source())
		for _, n := range news {
			told = n.Labelled
		}
		return err
	}
	steps := []func() error{
		func() error { return ann.Author.PublishAt(t.Context(), name, w.Now()) },
		receive,
		func() error { _, err := ann.Author.PublishDue(t.Context()); return err },
		receive,
		func() error { return bob.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2)) },
	}
	for _, step := range steps {
		if step() != nil {
			break
		}
	}
	crashing.Restart(nil)
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("after a crash: step %d: %v", i, err)
		}
	}
	if v, err := bob.Reader.View(t.Context(), name); err != nil || v.Collection().Labelled() != 0 || told > 0 {
		t.Errorf("after a crash: told of %d labels, %v", told, err)
	}
}

// album makes a collection of a camera's photos on a peer of the same user. The first
// originals, which are withheld, are not there yet.
func album(t *testing.T, s *labtest.Peer, cam *labtest.Camera, withheld int, b collection.Body) collection.Name {
	b.Items = cam.Items
	h := collection.Header{Title: "Picnic"}
	if withheld == 0 {
		name, err := s.Author.Make(t.Context(), h, b, cam.Card.Open)
		labtest.Must(t, err)
		return name
	}
	name, err := cam.Make(t.Context(), h, b)
	labtest.Must(t, err)
	_, err = cam.ShareVersions(t.Context(), cam.To(s.Station), name, 2)
	labtest.Must(t, err)
	for i, item := range cam.Items[withheld:] {
		labtest.Must(t, s.Import(t.Context(), cam.Ref(name, withheld+i, 2), bytes.NewReader(cam.Card[item.ID][2])))
	}
	return name
}

// TestWithoutHub: a peer makes, notifies, updates and notifies again; the
// recipients verify with the author's key and fetch from the peer.
func TestWithoutHub(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob", "eve", "mallory")
	ann, bob, eve, mallory := peers[0], peers[1], peers[2], peers[3]
	cam := w.Camera(ann.User, 3)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User, eve.User}})
	ann.PublishesPartial(name)
	bob.HearsFrom(ann, notify.Shared, 3)
	for v := range 2 { // the thumbnail, and the screen that the peer has made
		bob.Fetches(cam.Ref(name, 0, v))
	}
	bob.IsRefused(cam.Ref(name, 0, 2))

	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Available, 0)
	eve.HearsFrom(ann, notify.Shared, 0) // was away: both in one
	for _, s := range []*labtest.Peer{bob, eve} {
		s.FetchesAll(cam, name, 2, false)
		s.Shows(cam, name, 2)
		s.FetchesAll(cam, name, 1, false)
		v, err := s.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		if report := v.Verified().Report(); report.Author == nil || report.Updates[0].By != ann.User {
			t.Errorf("vouched for by %+v", report)
		}
	}
	ann.Retitles(name, "The picnic")
	bob.HearsFrom(ann, notify.Edited, 0)
	labtest.Must(t, ann.Author.TakeBack(t.Context(), name, cam.Items[1].ID))
	bob.HearsFrom(ann, notify.Lost, 1)
	seesNothing(t, mallory, ann, name, cam)
}

// seesNothing checks that an outsider cannot tell a collection from none.
func seesNothing(t *testing.T, s *labtest.Peer, at *labtest.Peer, name collection.Name, cam *labtest.Camera) {
	t.Helper()
	if news, err := s.Reader.ReceiveFrom(t.Context(), at.Source()); len(news) != 0 || err != nil {
		t.Errorf("an outsider heard %v, %v", news, err)
	}
	none := collection.Name{Author: name.Author, ID: collection.ID{9}}
	for _, n := range []collection.Name{name, none} {
		link := s.To(at.Station)
		r := transport.Ref{Collection: n, Item: cam.Items[0].ID}
		_, whole := link.Collection(t.Context(), n)
		_, changes := link.Updates(t.Context(), n)
		_, version := link.Version(t.Context(), r, 0)
		_, original := link.Original(t.Context(), r, 0, -1)
		for _, err := range []error{whole, changes, version, original} {
			if !errors.Is(err, transport.ErrNotFound) || err.Error() != whole.Error() {
				t.Errorf("an outsider was answered %v", err)
			}
		}
	}
}

// TestWithoutHubUnknownKey: what a key has sealed that the recipient does not
// know as the author's is neither stored nor acknowledged.
func TestWithoutHubUnknownKey(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 1)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.Publishes(name)
	bob.Restart(func(cfg *peer.Config) {
		cfg.Keys = new(signature.Keyring)
		labtest.Must(t, cfg.Keys.Pin(ann.User, lab.Signer("stranger").Public()))
	})
	news, err := bob.Reader.ReceiveFrom(t.Context(), ann.Source())
	if !errors.Is(err, transport.ErrSeal) || len(news) != 0 {
		t.Errorf("heard %v, %v", news, err)
	}
	if names, _ := bob.Names(t.Context()); len(names) != 0 {
		t.Errorf("stored %v", names)
	}
	bob.Restart(nil)
	bob.HearsFrom(ann, notify.Shared, 0)
}

// TestWithoutHubRestart: what a peer has to tell outlives it.
func TestWithoutHubRestart(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 2)
	name := album(t, ann, cam, 1, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.Publishes(name)
	labtest.Must(t, ann.Close(t.Context()))
	if _, err := bob.Reader.ReceiveFrom(t.Context(), ann.Source()); !errors.Is(err, transport.ErrStopped) {
		t.Errorf("a closed peer: %v", err)
	}
	ann.Restart(nil)
	bob.HearsFrom(ann, notify.Shared, 1)
	bob.Fetches(cam.Ref(name, 1, 2))
	labtest.Must(t, ann.Import(t.Context(), cam.Ref(name, 0, 2), bytes.NewReader(cam.Card[cam.Items[0].ID][2])))
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Available, 0)
	bob.Fetches(cam.Ref(name, 0, 2))
}

// TestWithoutHubCompleter: one peer makes and notifies, another, of a user whom
// the author named, updates and notifies; one that was not named is refused.
func TestWithoutHubCompleter(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob", "carol")
	ann, bob, carol := peers[0], peers[1], peers[2]
	cam := w.Camera(ann.User, 2)
	name := album(t, ann, cam, 2, collection.Body{Recipients: []collection.UserID{bob.User}, Completers: []collection.UserID{carol.User}})
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Shared, 2)
	labtest.Must(t, carol.Reader.Refresh(t.Context(), name, ann.Source()))
	for _, s := range []*labtest.Peer{bob, carol} {
		s.Imports(cam, name)
	}
	labtest.Must(t, ann.Close(t.Context()))
	if err := bob.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrForbidden) {
		t.Errorf("one who was not named: %v", err)
	}
	carol.Publishes(name)
	bob.Store = new(memstore.Store) // another station of Bob's, without the originals
	bob.Restart(nil)
	bob.HearsFrom(carol, notify.Shared, 0)
	bob.FetchesAll(cam, name, 2, false)
	v, err := bob.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if by := v.Verified().Report().Updates[0].By; by != carol.User {
		t.Errorf("completed by %v", by)
	}
}

// TestWithoutHubSpread: a label goes in every collection of the author that has
// the item, and those who were told of it hear.
func TestWithoutHubSpread(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob", "eve")
	ann, bob, eve := peers[0], peers[1], peers[2]
	cam := w.Camera(ann.User, 2)
	first := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	second := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{eve.User}})
	ann.PublishesPartial(first)
	ann.PublishesPartial(second)
	bob.HearsFrom(ann, notify.Shared, 2)
	eve.HearsFrom(ann, notify.Shared, 2)
	ann.Publishes(first)
	bob.HearsFrom(ann, notify.Available, 0)
	eve.HearsFrom(ann, notify.Available, 0)
	eve.Fetches(cam.Ref(second, 0, 2))
}

// TestWithoutHubWish: a wish ends when the author's peer has told that the
// original is there.
func TestWithoutHubWish(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann", "bob")
	ann, bob := peers[0], peers[1]
	cam := w.Camera(ann.User, 1)
	name := album(t, ann, cam, 0, collection.Body{Recipients: []collection.UserID{bob.User}})
	ann.PublishesPartial(name)
	bob.HearsFrom(ann, notify.Shared, 1)
	bob.Wishes(cam.Ref(name, 0, 2))
	bob.CannotFetch(label.ErrPending, cam.Ref(name, 0, 2))
	ann.Publishes(name)
	bob.HearsFrom(ann, notify.Available, 0)
	bob.Reads(cam.Ref(name, 0, 2))
}

// TestWithoutHubNorAddress: a peer that nobody reaches cannot publish.
func TestWithoutHubNorAddress(t *testing.T) {
	w, peers := labtest.NoHub(t, "ann")
	ann := peers[0]
	ann.Restart(func(cfg *peer.Config) { cfg.URL = "" })
	cam := w.Camera(ann.User, 1)
	name := album(t, ann, cam, 0, collection.Body{})
	if err := ann.Author.Publish(context.Background(), name); !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("published: %v", err)
	}
}
