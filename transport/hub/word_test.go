package hub_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// atChecks calls a function when the hub asks a peer for what it has announced; an error
// keeps the peer from being reached.
func atChecks(w *labtest.World, do func() error) {
	w.Put("hub", func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if strings.HasPrefix(r.URL.Path, "/v1/originals/") && do != nil {
			if err := do(); err != nil {
				return nil, err
			}
		}
		return network.RoundTrip(r)
	})
}

// vouches is an announcement with the author's word, by a station that may have nothing.
func vouches(t *testing.T, s *labtest.Peer, c collection.Collection) error {
	u, err := c.CompleteAll(c.Author())
	labtest.Must(t, err)
	u, err = u.Sign(t.Context(), s.Signer, s.World.Now())
	labtest.Must(t, err)
	word, err := u.MarshalBinary()
	labtest.Must(t, err)
	_, err = s.ToHub().Announce(t.Context(), transport.Announcement{
		Author: c.Author(), ID: c.ID(), Items: transport.AllBits(c.Len()), URL: s.URL(), Word: word, Endpoint: s.Source().Endpoint,
	})
	return err
}

// TestLabelsGoAtOnce: recipients are told before anything is fetched of the home; letters
// and the authority's seal come after that, and nobody is told twice.
func TestLabelsGoAtOnce(t *testing.T) {
	post := new(notify.Memory)
	w, cam, home, b, _ := labtest.NewAlbum(t, hub.Config{Mail: mail.Config{Channel: post}}, 2)
	name := cam.AlbumFor("party", []collection.UserID{b.User}, "mia@example.org")
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	cam.Syncs(home, name)
	told := false
	atChecks(w, func() error {
		if !told {
			told = true
			b.Hears(notify.Available, 0)
			if letters := w.Letters(post); len(letters) > 0 && letters[0].Labelled == 0 {
				t.Errorf("wrote %+v", letters)
			}
		}
		return nil
	})
	home.Publishes(name)
	if !told {
		t.Error("nothing was checked")
	}
	b.HearsNothing()
	if letters := w.Letters(post); len(letters) != 1 || letters[0].Labelled != 0 {
		t.Errorf("wrote %+v", letters)
	}
	sealed := 0
	for u := range b.Views(name).Updates() {
		if u.Issuer().IsZero() {
			sealed++
		}
	}
	if sealed != 1 {
		t.Errorf("%d updates by the authority at the recipient's", sealed)
	}
}

// TestFalseWord: what a stolen home has announced comes back as labels, the recipients are
// told, and from then on the author's stations are checked before anything goes.
func TestFalseWord(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	told := false
	atChecks(w, func() error {
		if !told {
			told = true
			b.Hears(notify.Available, 0)
		}
		return nil
	})
	c, _ := cam.Encoded(name)
	if err := vouches(t, home, c); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("announced what is not there: %v", err)
	}
	b.Hears(notify.Lost, 2)

	w.Restart(w.Hub.Store) // it is not forgotten
	cam.Syncs(home, name)
	atChecks(w, func() error {
		b.HearsNothing()
		return nil
	})
	home.Publishes(name)
	b.Hears(notify.Available, 0)
}

// TestWordWithoutASource: whoever says that originals are there, the author or a completer,
// and serves them nowhere that the hub knows of, takes no labels off: nobody is told.
func TestWordWithoutASource(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, carol := w.User("ann"), w.User("bob"), w.User("carol")
	cam, home, b, c := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob"), w.Peer(carol, "carol")
	name := cam.AlbumOf("title", collection.Body{Recipients: []collection.UserID{bob}, Completers: []collection.UserID{carol}})
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	for _, thief := range []*labtest.Peer{home, c, home} {
		said, _ := cam.Encoded(name)
		u, err := said.CompleteAll(thief.User)
		labtest.Must(t, err)
		u, err = u.Sign(t.Context(), thief.Signer, w.Now())
		labtest.Must(t, err)
		said, _, err = said.Apply(u)
		labtest.Must(t, err)
		data, err := said.MarshalBinary()
		labtest.Must(t, err)
		_, err = thief.ToHub().Share(t.Context(), transport.Share{From: transport.Peer, Collection: data})
		labtest.Must(t, err)
		if n := w.Labelled(bob, name); n != 2 {
			t.Errorf("%s: %d labels", thief.Name, n)
		}
		w.Pass(time.Second)
	}
	b.HearsNothing()
	cam.Syncs(home, name)
	home.Publishes(name)
	b.Hears(notify.Available, 0)
}

// TestWordIsOfOneCollection: another collection of the same photos that is shared before the
// author's word was checked keeps its labels.
func TestWordIsOfOneCollection(t *testing.T) {
	s := newSisters(t, 2, "one", "two")
	s.cam.Shares(s.names[0])
	atChecks(s.w, func() error {
		s.cam.Shares(s.names[1])
		return nil
	})
	c, _ := s.cam.Encoded(s.names[0])
	if err := vouches(t, s.home, c); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("announced what is not there: %v", err)
	}
	for i := range s.names {
		if n := s.labelled(t, i); n != 2 {
			t.Errorf("collection %d has %d labels", i, n)
		}
	}
}

// TestWordWhileTheStoreFails: what fails at the hub itself says nothing of the home.
func TestWordWhileTheStoreFails(t *testing.T) {
	store := &disk{Store: new(memstore.Store)}
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{Store: store, MaxFailedProbes: 1}, 2)
	cam.Shares(name)
	b.Hears(notify.Shared, 2)
	cam.Syncs(home, name)
	store.apply = func(all []transport.Change) error {
		for _, c := range all {
			if strings.HasPrefix(c.Key, "sampling") {
				return errors.Join(transport.ErrStorage, errors.New("no space"))
			}
		}
		return nil
	}
	if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrStorage) {
		t.Errorf("publish: %v", err)
	}
	b.Hears(notify.Available, 0)
	store.apply = nil
	w.Probes()
	b.HearsNothing()
	if n := w.Labelled(b.User, name); n != 0 {
		t.Errorf("%d labels", n)
	}
}

// TestWordOfASilentHome: a home that does not answer loses what it has announced as one
// that was checked once does, and one that answers in time keeps it.
func TestWordOfASilentHome(t *testing.T) {
	for _, answers := range []bool{true, false} {
		w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{MaxFailedProbes: 2}, 2)
		cam.Shares(name)
		b.Hears(notify.Shared, 2)
		cam.Syncs(home, name)
		off := errors.New("off")
		atChecks(w, func() error { return off })
		if err := home.Author.Publish(t.Context(), name); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("publish: %v", err)
		}
		b.Hears(notify.Available, 0)
		w.Probes()
		b.HearsNothing()
		if answers {
			off = nil
		}
		w.Probes()
		if answers {
			b.HearsNothing()
			b.Fetches(cam.Ref(name, 0, 2))
		} else {
			b.Hears(notify.Lost, 2)
		}
	}
}

// TestLargeCollectionIsNotSentAgain: a home names what the hub has met.
func TestLargeCollectionIsNotSentAgain(t *testing.T) {
	w, cam, home, b, name := labtest.NewAlbum(t, hub.Config{RequiredFromPeer: 1}, 100)
	cam.Shares(name)
	cam.Syncs(home, name)
	before := w.Wire(home.Name).Sent.Load()
	home.Publishes(name)
	if sent := w.Wire(home.Name).Sent.Load() - before; sent > 1000 {
		t.Errorf("%d bytes to publish %d photos", sent, 100)
	}
	b.Hears(notify.Shared, 0)
}

// TestSamples: whatever an authority asks for, in its whole life it is shown four blocks
// and an eighth of an original, at most, and those again.
func TestSamples(t *testing.T) {
	w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	for range 5 {
		w.Probes()
	}
	authority := transport.Identity{Key: collection.KeyID(w.Hub.Signer.Public().ID())}
	const block = 16 << 10
	shown := 0
	for range 2 {
		for offset := int64(0); offset < 140_000; offset += block {
			stream, err := home.As(authority).Original(t.Context(), cam.Ref(name, 0, 2), offset, 1)
			switch {
			case err == nil:
				shown++
				labtest.Must(t, stream.Close())
			case !errors.Is(err, transport.ErrForbidden):
				t.Errorf("at %d: %v", offset, err)
			}
		}
		home.Restart(nil)
	}
	if shown != 2 {
		t.Errorf("%d blocks of 9 are shown, twice, want 1", shown)
	}
	stream, err := home.As(authority).Original(t.Context(), cam.Ref(name, 0, 2), 0, 0)
	if err != nil || stream.Size != 140_000 {
		t.Fatalf("whether it is there: %v", err)
	}
	labtest.Must(t, stream.Close())
}
