package hub_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestRevokedCamera: with its credential the key of a lost camera ends, at the hub
// at once and at the home peer with the next answer; what the camera had shared
// stays readable, since the authority has sealed it, too.
func TestRevokedCamera(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 1), w.Peer(ann, "home"), w.Peer(bob, "bob")
	before := cam.Album("before", bob)
	cam.Shares(before)
	cam.Syncs(home, before)
	home.Publishes(before)
	b.Hears(notify.Shared, 0)

	w.Revokes(cam.Station)
	after := cam.Album("after", bob)
	if _, err := cam.Share(t.Context(), cam.ToHub(), after); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("shared with the hub: %v", err)
	}
	cam.Syncs(home, after) // which has not heard of it
	for range 2 {
		if err := home.Author.Publish(t.Context(), after); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("published: %v", err)
		}
		w.Restart(w.Hub.Store)
	}
	b.HearsNothing()
	home.Refreshes(before)
	for range 2 {
		if _, err := cam.To(home.Station).Settings(t.Context()); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("at the home peer: %v", err)
		}
		home.Restart(nil)
	}

	_, err := b.ToHub().Collection(t.Context(), before)
	labtest.Must(t, err)
	b.Refreshes(before)
	b.Fetches(cam.Ref(before, 0, 2))
	next := w.Camera(ann, 1) // another one of the same name
	next.Shares(next.Album("next", bob))
	b.Hears(notify.Shared, 1)
}

// TestCredentials: a name has a token and keys, whichever comes first, and all of
// them end together.
func TestCredentials(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	a, one, two := w.Hub.Hub.Accounts(), lab.Signer("one").Public(), lab.Signer("two").Public()
	addKey := func(user collection.UserID, name string, key signature.PublicKey) error {
		_, err := a.AddKey(t.Context(), user, name, key)
		return err
	}
	issue := func(name string) error {
		_, err := a.Issue(t.Context(), ann, name)
		return err
	}
	labtest.Must(t, errors.Join(addKey(ann, "camera", one), issue("camera"), issue("home"), addKey(ann, "camera", one)))
	all, err := a.Credentials(t.Context(), ann)
	labtest.Must(t, err)
	slices.SortFunc(all, func(x, y hub.Credential) int { return len(y.Name) - len(x.Name) })
	if len(all) != 2 || all[0].Name != "camera" || !slices.Equal(all[0].Keys, []collection.KeyID{one.ID()}) || all[1].Name != "home" || len(all[1].Keys) != 0 {
		t.Errorf("credentials %+v", all)
	}
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"a second token", issue("home"), hub.ErrTaken},
		{"the key of another", addKey(ann, "home", one), hub.ErrTaken},
		{"the key of somebody else", addKey(bob, "camera", one), signature.ErrChanged},
		{"a credential that is none", a.Revoke(t.Context(), ann, "phone"), transport.ErrNotFound},
		{"somebody else's credential", a.Revoke(t.Context(), bob, "camera"), transport.ErrNotFound},
		{"a user who is none", addKey(collection.UserID{1}, "camera", two), transport.ErrNotFound},
		{"revoked, without a key", a.Revoke(t.Context(), ann, "home"), nil},
		{"another key", addKey(ann, "camera", two), nil},
		{"revoked, with two", a.Revoke(t.Context(), ann, "camera"), nil},
		{"revoked again", a.Revoke(t.Context(), ann, "camera"), transport.ErrNotFound},
		{"the first key, after that", addKey(ann, "camera", one), signature.ErrRevoked},
		{"the second, in another", addKey(ann, "home", two), signature.ErrRevoked},
		{"a token of the name, though", issue("camera"), nil},
		{"a key of the other, likewise", addKey(ann, "home", lab.Signer("three").Public()), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	statements, err := a.KeyStatements(t.Context(), ann)
	labtest.Must(t, err)
	revoked := 0
	for _, data := range statements {
		var s signature.KeyStatement
		labtest.Must(t, s.UnmarshalBinary(data))
		if s.Role == signature.RoleRevoked && s.User == ann {
			revoked++
		}
	}
	if len(statements) != 3 || revoked != 2 {
		t.Errorf("%d key statements, %d revocations", len(statements), revoked)
	}
}
