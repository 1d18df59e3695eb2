package peer_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// forged are the ways in which a hub may say that a key is a user's: by a statement, and by
// countersigning a roster.
func forged(t *testing.T, w *labtest.World, user collection.UserID, key *signature.Signer) map[string][]byte {
	word, err := signature.KeyStatement{User: user, Key: key.Public(), Issued: w.Now()}.Sign(t.Context(), w.Hub.Signer)
	labtest.Must(t, err)
	statement, err := word.MarshalBinary()
	labtest.Must(t, err)
	r, err := signature.Roster{User: user, Number: 1 << 40}.Sign(t.Context(), key)
	labtest.Must(t, err)
	r, err = r.CoSign(t.Context(), w.Hub.Signer)
	labtest.Must(t, err)
	roster, err := r.MarshalBinary()
	labtest.Must(t, err)
	return map[string][]byte{"statement": statement, "roster": roster}
}

// as is the way to a peer of somebody who has a key and shows a statement.
func as(w *labtest.World, to *labtest.Peer, user collection.UserID, key *signature.Signer, statement []byte) *httplink.Client {
	caller := httplink.Caller{User: user, Signer: key, Statement: statement, Now: w.Now}
	return httplink.NewClient(to.URL(), httplink.Sealed(caller, to.Key()), httplink.Options{HTTP: w.Hub.HTTP})
}

// TestHubForgesOwner: the hub's word that a key is the owner's opens nothing at the owner's
// home: neither settings nor originals, nor does it share, edit or withdraw anything. It
// does not matter whether the home goes by a roster or by keys that are pinned.
func TestHubForgesOwner(t *testing.T) {
	for _, pins := range []bool{false, true} {
		w, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 1)
		cam.Syncs(home, name)
		if pins {
			home.Restart(func(cfg *peer.Config) {
				cfg.Statement = nil
				labtest.Must(t, cfg.Keys.Trust(home.User, home.Station.Signer.Public()))
				labtest.Must(t, cfg.Keys.Trust(home.User, cam.Signer.Public()))
			})
		}
		thief := lab.Signer("thief")
		c, err := cam.Collection(t.Context(), name)
		labtest.Must(t, err)
		edited, err := c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "forged" })
		labtest.Must(t, err)
		edited, err = edited.Sign(t.Context(), thief, w.Now())
		labtest.Must(t, err)
		u, err := c.Withdraw(cam.Items[0].ID)
		labtest.Must(t, err)
		u, err = u.Sign(t.Context(), thief, w.Now())
		labtest.Must(t, err)
		withdrawn, _, err := c.Apply(u)
		labtest.Must(t, err)
		for how, statement := range forged(t, w, home.User, thief) {
			at := as(w, home, home.User, thief, statement)
			_, settings := at.Settings(t.Context())
			_, original := at.Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)
			errs := []error{settings, original}
			for _, c := range []collection.Collection{edited, withdrawn} {
				data, err := c.MarshalBinary()
				labtest.Must(t, err)
				_, byThief := at.Share(t.Context(), transport.Share{Collection: data})
				_, byCamera := cam.To(home.Station).Share(t.Context(), transport.Share{Collection: data})
				if byCamera == nil {
					t.Errorf("%s: what the thief has sealed is taken from the camera", how)
				}
				errs = append(errs, byThief)
			}
			for i, err := range errs {
				if !errors.Is(err, transport.ErrUnauthenticated) {
					t.Errorf("pins %v, %s, %d: %v", pins, how, i, err)
				}
			}
		}
		v, err := home.Reader.View(t.Context(), name)
		labtest.Must(t, err)
		if _, rank := v.Collection().At(0); v.Collection().Title() != "title" || rank.Withdrawn() {
			t.Errorf("at home it is %q, withdrawn: %v", v.Collection().Title(), rank.Withdrawn())
		}
	}
}

// TestHubForgesRecipient: once a home has met a recipient, the hub cannot read as that one.
func TestHubForgesRecipient(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	bob.Fetches(cam.Ref(name, 0, 2))
	thief := lab.Signer("thief")
	for range 2 {
		for how, statement := range forged(t, w, bob.User, thief) {
			_, err := as(w, home, bob.User, thief, statement).Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)
			if !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("%s: %v", how, err)
			}
		}
		home.Restart(nil)
	}
}

// forger answers as a hub that is up to something.
type forger struct {
	transport.Hub
	state transport.State
}

func (f *forger) Collection(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

func (f *forger) Updates(context.Context, collection.Name) (transport.State, error) {
	return f.state, nil
}

// TestHubForgesAuthor: to a recipient who has met an author the hub cannot speak as that
// one, neither in a collection that is known nor in a new one, though it seals it, too.
func TestHubForgesAuthor(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	bob.Hears(notify.Shared, 1)
	thief := lab.Signer("thief")
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	edited, err := c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "forged" })
	labtest.Must(t, err)
	h := c.Header()
	h.ID, h.Title = collection.ID{66}, "planted"
	planted, err := collection.New(h, c.Body())
	labtest.Must(t, err)
	for how, statement := range forged(t, w, cam.User, thief) {
		for _, c := range []collection.Collection{edited, planted} {
			c, err := c.Sign(t.Context(), thief, w.Now())
			labtest.Must(t, err)
			c, err = c.CoSign(t.Context(), w.Hub.Signer, w.Now())
			labtest.Must(t, err)
			data, err := c.MarshalBinary()
			labtest.Must(t, err)
			evil := transport.State{Collection: data, Edition: c.EditionDigest(), Keys: [][]byte{statement}}
			bob.Restart(func(cfg *peer.Config) { cfg.Hub = &forger{cfg.Hub, evil} })
			if err := bob.Reader.Refresh(t.Context(), c.Name()); !errors.Is(err, transport.ErrSeal) {
				t.Errorf("%s, %s: %v", how, c.Title(), err)
			}
			if v, err := bob.Reader.View(t.Context(), c.Name()); err == nil && v.Collection().Title() != "title" {
				t.Errorf("%s: %s is shown", how, c.Title())
			}
		}
	}
}

// TestRemovedStation: whose key the user has removed is nobody any more, at the hub, at home,
// and at recipients, without any word of the hub's.
func TestRemovedStation(t *testing.T) {
	w, cam, home, bob, name := labtest.Published(t, hub.Config{}, 1)
	r, err := lab.Roster(t.Context(), w.Hub.Hub, cam.User)
	labtest.Must(t, err)
	gone, _ := r.Station(cam.Signer.Public().ID())
	gone.Role = signature.StationRemoved
	_, err = lab.SetRoster(t.Context(), w.Hub.Hub, r.Join(gone), lab.UserKey(cam.User))
	labtest.Must(t, err)
	after := cam.Album("after", bob.User)
	if _, err := cam.Share(t.Context(), cam.ToHub(), after); !errors.Is(err, transport.ErrSeal) {
		t.Errorf("shared with the hub: %v", err)
	}
	home.Refreshes(name)
	for range 2 {
		if _, err := cam.To(home.Station).Settings(t.Context()); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("at home: %v", err)
		}
		home.Restart(nil)
	}
	bob.Refreshes(name)
	v, err := bob.Reader.View(t.Context(), name)
	labtest.Must(t, err)
	if v.Collection().Title() != "title" {
		t.Error("what the home and the authority have sealed does not stand")
	}
}
