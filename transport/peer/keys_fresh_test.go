package peer_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

const day = 24 * time.Hour

// cut cuts a station off from the hub, or connects it again.
func cut(w *labtest.World, station string, off bool) {
	w.Put(station, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		if off && r.URL.Scheme+"://"+r.URL.Host == w.Hub.URL() {
			return nil, errors.New("cut off")
		}
		return network.RoundTrip(r)
	})
}

// asks returns what a station is answered to all that it may ask a home about a collection.
func asks(t *testing.T, by, home *labtest.Peer, name collection.Name, ref transport.Ref) map[string]error {
	at := by.To(home.Station)
	closing := func(c io.Closer, err error) error {
		if err == nil {
			err = c.Close()
		}
		return err
	}
	partial := ref
	partial.Version = 0
	answers := map[string]error{}
	_, answers["collection"] = at.Collection(t.Context(), name)
	_, answers["updates"] = at.Updates(t.Context(), name)
	version, err := at.Version(t.Context(), partial, 0)
	answers["version"] = closing(version, err)
	versions, err := at.Versions(t.Context(), name, 0, nil)
	answers["versions"] = closing(versions, err)
	original, err := at.Original(t.Context(), ref, 0, -1)
	answers["original"] = closing(original, err)
	originals, err := at.Originals(t.Context(), name, transport.BitsOf(0))
	answers["originals"] = closing(originals, err)
	return answers
}

func answered(t *testing.T, who string, answers map[string]error, want error) {
	t.Helper()
	for what, err := range answers {
		if !errors.Is(err, want) {
			t.Errorf("%s, %s: %v, want %v", who, what, err, want)
		}
	}
}

// TestStaleReaders: a home that has not heard its authority for more than a week lets no
// reader in whom it did not know, also after a start, and says why to those who may read;
// others go on, and so does what names no authority. It is over when it hears it.
func TestStaleReaders(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob, carol, eve := w.User("ann"), w.User("bob"), w.User("carol"), w.User("eve")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	b, c, e := w.Peer(bob, "bob"), w.Peer(carol, "carol"), w.Peer(eve, "eve")
	to := collection.Body{Recipients: []collection.UserID{bob, carol}}
	name := cam.AlbumOf("title", to)
	cam.Syncs(home, name)
	home.Publishes(name)
	free := labtest.LoneAlbum(cam, "", bob, carol)
	cam.Syncs(home, free)
	home.Restart(func(cfg *peer.Config) { cfg.Hub = nil })
	home.Publishes(free)
	home.Restart(nil)
	answered(t, "bob", asks(t, b, home, name, cam.Ref(name, 0, 2)), nil)

	cut(w, "home", true)
	w.Pass(7*day - time.Hour)
	if f := home.Freshness(); f.Stale {
		t.Errorf("after less than a week: %+v", f)
	}
	w.Pass(2 * time.Hour)
	for range 2 {
		if f := home.Freshness(); !f.Stale {
			t.Errorf("after a week: %+v", f)
		}
		answered(t, "bob", asks(t, b, home, name, cam.Ref(name, 0, 2)), nil)
		answered(t, "carol", asks(t, c, home, name, cam.Ref(name, 0, 2)), transport.ErrStale)
		answered(t, "carol, without an authority", asks(t, c, home, free, cam.Ref(free, 0, 2)), nil)
		answered(t, "eve", asks(t, e, home, name, cam.Ref(name, 0, 2)), transport.ErrNotFound)
		if _, err := home.Reader.View(t.Context(), name); err != nil {
			t.Error(err)
		}
		home.Restart(nil)
	}

	cut(w, "home", false)
	w.Pass(time.Minute)
	answered(t, "carol", asks(t, c, home, name, cam.Ref(name, 0, 2)), nil)
	if f := home.Freshness(); f.Stale || !f.Heard.Equal(w.Now()) || f.Authority != w.Authority() {
		t.Errorf("when it has heard: %+v, at %v", f, w.Now())
	}
}

// TestStaleReaderWasRevoked: whose key was revoked while the home heard nothing is not let
// in by the first question after that.
func TestStaleReaderWasRevoked(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	cut(w, "home", true)
	w.Pass(8 * day)
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrStale)
	w.Revokes(bob.Station)
	cut(w, "home", false)
	w.Pass(time.Minute)
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrUnauthenticated)
}

// TestStaleNews: where a home tells recipients itself, one whom it did not know hears nothing
// of what names the authority.
func TestStaleNews(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob")
	home.Restart(func(cfg *peer.Config) { cfg.Notifies = true })
	name := cam.Album("title", bob)
	cam.Syncs(home, name)
	home.Publishes(name)
	cut(w, "home", true)
	w.Pass(8 * day)
	if _, err := b.Reader.ReceiveFrom(t.Context(), home.Source()); !errors.Is(err, transport.ErrStale) {
		t.Errorf("news: %v", err)
	}
	cut(w, "home", false)
	w.Pass(time.Minute)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if news, err := b.Reader.ReceiveFrom(t.Context(), home.Source()); err != nil || len(news) != 1 {
		t.Errorf("%d news, %v", len(news), err)
	}
}

// TestStaleClock: a clock that goes back makes nothing fresh, at once or after a start, and
// one that went ahead nothing stale for ever: the next word mends both.
func TestStaleClock(t *testing.T) {
	for what, c := range map[string]struct {
		first, then time.Duration
		stale       bool
	}{
		"an hour back":                {day, -time.Hour, true},
		"before the latest word":      {day, -30 * day, true},
		"stale, and back":             {8 * day, -6 * day, true},
		"corrected by a little":       {day, -time.Minute, false},
		"ahead by years, and mended":  {3650 * day, -3650 * day, true},
		"ahead by less than a week":   {6 * day, 0, false},
		"stale, and back by a little": {8 * day, -time.Minute, true},
	} {
		for _, restarts := range []bool{false, true} {
			w := labtest.New(t, hub.Config{})
			home := w.Peer(w.User("ann"), "home")
			labtest.Must(t, home.RefreshKeys(t.Context()))
			cut(w, "home", true)
			w.Pass(c.first)
			if err := home.RefreshKeys(t.Context()); err == nil {
				t.Fatal("it is not cut off")
			}
			w.Pass(c.then)
			if restarts {
				home.Restart(nil)
			}
			if f := home.Freshness(); f.Stale != c.stale {
				t.Errorf("%s, after a start: %v: %+v", what, restarts, f)
			}
			cut(w, "home", false)
			labtest.Must(t, home.RefreshKeys(t.Context()))
			if f := home.Freshness(); f.Stale {
				t.Errorf("%s, when it has heard: %+v", what, f)
			}
		}
	}
}

// TestStaleFromTheStart: a peer that never hears its hub is stale after a week, however often
// it starts; without a hub, or if its user wants so, nothing is.
func TestStaleFromTheStart(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	home := w.Peer(w.User("ann"), "home")
	cut(w, "home", true)
	for days := range 9 {
		home.Restart(nil)
		if f := home.Freshness(); f.Stale != (days > 7) {
			t.Errorf("after %d days: %+v", days, f)
		}
		w.Pass(day)
	}
	home.Restart(func(cfg *peer.Config) { cfg.Stale = -1 })
	if home.Freshness().Stale {
		t.Error("stale all the same")
	}
	home.Restart(func(cfg *peer.Config) { cfg.Hub = nil })
	if f := home.Freshness(); f != (peer.Freshness{}) {
		t.Errorf("without a hub: %+v", f)
	}
	labtest.Must(t, home.RefreshKeys(t.Context()))
}

// TestStaleDamage: a peer whose record of what it has heard is damaged has heard nothing.
func TestStaleDamage(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	home := w.Peer(w.User("ann"), "home")
	labtest.Must(t, home.RefreshKeys(t.Context()))
	_, err := home.Store.Apply(t.Context(), transport.Batch{Changes: []transport.Change{{Key: "heard", Value: []byte("damaged")}}})
	labtest.Must(t, err)
	home.Restart(nil)
	if f := home.Freshness(); !f.Stale || !f.Heard.IsZero() {
		t.Errorf("%+v", f)
	}
	labtest.Must(t, home.RefreshKeys(t.Context()))
	if f := home.Freshness(); f.Stale {
		t.Errorf("when it has heard: %+v", f)
	}
}

// TestStaleLabels: while the authority's word is stale, a label goes by the word of the peer's
// own user; the author's of a collection of somebody else's waits, but for what is withdrawn.
func TestStaleLabels(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 2)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Refreshes(name)
	c, _ := cam.Encoded(name)
	done, err := c.Complete(cam.User, cam.Items[0].ID)
	labtest.Must(t, err)
	gone, err := c.Withdraw(cam.Items[1].ID)
	labtest.Must(t, err)
	second := w.Peer(cam.User, "second") // whose key seals both
	second.Refreshes(name)
	for _, who := range []*labtest.Peer{home, bob} {
		who.Refreshes(name) // and learns the key
	}
	w.Pass(8 * day)
	frozenWith := func(u collection.Update) transport.State {
		u, err := u.Sign(t.Context(), second.Signer, w.Now())
		labtest.Must(t, err)
		data, err := u.MarshalBinary()
		labtest.Must(t, err)
		s := publishedState(t, w, bob, name)
		s.Collection, s.Updates = nil, [][]byte{data}
		return s
	}
	for _, said := range []struct {
		by   *labtest.Peer
		what collection.Update
		want error
	}{{bob, done, transport.ErrStale}, {bob, gone, nil}, {home, done, nil}} {
		evil := &tape{Hub: w.Hub.Hub.As(said.by.User), plays: true, kept: []transport.KeyNews{{}}}
		said.by.Restart(func(cfg *peer.Config) { cfg.Hub = frozen{evil, frozenWith(said.what)} })
		if err := said.by.Reader.Refresh(t.Context(), name); !errors.Is(err, said.want) {
			t.Errorf("%s: %v, want %v", said.by.Name, err, said.want)
		}
	}
	if n := home.Views(name).Labelled(); n != 1 {
		t.Errorf("%d labels at home", n)
	}
	if c := bob.Views(name); c.Withdrawn() != 1 || c.Labelled() != 2 {
		t.Errorf("%d withdrawn, %d labels at bob's", c.Withdrawn(), c.Labelled())
	}
}

// TestManyLateKeys: however many keys of strangers come while a home does not hear its
// authority, it takes what that says then, of stations that are new and of those that are gone.
func TestManyLateKeys(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), nil)
	cut(w, "home", true)
	w.Pass(8 * day)
	for i := range 1024 {
		key := lab.Signer(fmt.Sprint("stranger ", i))
		roster, err := signature.Roster{User: key.Public().UserID(), Number: 1}.Sign(t.Context(), key)
		labtest.Must(t, err)
		data, err := roster.MarshalBinary()
		labtest.Must(t, err)
		labtest.Must(t, home.Learn(t.Context(), [][]byte{data}))
	}
	r, err := lab.Roster(t.Context(), w.Hub.Hub, bob.User)
	labtest.Must(t, err)
	gone, _ := r.Station(bob.Key())
	gone.Role = signature.StationRemoved
	next, err := signature.NewStation(t.Context(), bob.User, lab.Signer("bob's next"), signature.StationPeer)
	labtest.Must(t, err)
	for _, s := range []signature.Station{next, gone} {
		r = r.Join(s)
	}
	_, err = lab.SetRoster(t.Context(), w.Hub.Hub, r, lab.UserKey(bob.User))
	labtest.Must(t, err)
	cut(w, "home", false)
	w.Pass(time.Minute)
	labtest.Must(t, home.RefreshKeys(t.Context()))
	answered(t, "bob", asks(t, bob, home, name, cam.Ref(name, 0, 2)), transport.ErrUnauthenticated)
}
