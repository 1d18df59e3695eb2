package transport_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestRevokedCamera: with its credential the key of a lost camera ends, at the hub
// at once and at the home peer with the next answer; what the camera had shared
// stays readable, since the authority has sealed it, too.
func TestRevokedCamera(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	cam, home, b := w.camera(ann, 1), w.peer(ann, "home"), w.peer(bob, "bob")
	before := cam.make("before", bob)
	for _, station := range []transport.ShareReceiver{cam.hub, cam.link(home)} {
		_, err := cam.Share(t.Context(), station, before)
		must(t, err)
	}
	must(t, home.Publish(t.Context(), before))
	b.hears(t, notify.Shared, 0)

	must(t, w.hub.Accounts().Revoke(t.Context(), ann, "camera"))
	after := cam.make("after", bob)
	if _, err := cam.Share(t.Context(), cam.hub, after); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("shared with the hub: %v", err)
	}
	_, err := cam.Share(t.Context(), cam.link(home), after) // which has not heard of it
	must(t, err)
	for range 2 {
		if err := home.Publish(t.Context(), after); !errors.Is(err, transport.ErrSeal) {
			t.Errorf("published: %v", err)
		}
		w.restart(w.hubStore)
	}
	if news, err := b.Receive(t.Context()); len(news) != 0 || err != nil {
		t.Errorf("bob hears %+v, %v", news, err)
	}
	must(t, home.Refresh(t.Context(), before))
	for range 2 {
		if _, err := cam.link(home).Settings(t.Context()); !errors.Is(err, transport.ErrUnauthenticated) {
			t.Errorf("at the home peer: %v", err)
		}
		home.reopen(nil)
	}

	_, err = b.hub.Collection(t.Context(), before)
	must(t, errors.Join(err, b.Refresh(t.Context(), before), b.Fetch(t.Context(), ref(before, cam, 0, 2))))
	next := w.camera(ann, 1) // another one of the same name
	_, err = next.Share(t.Context(), next.hub, next.make("next", bob))
	must(t, err)
	b.hears(t, notify.Shared, 1)
}

// TestCredentials: a name has a token and keys, whichever comes first, and all of
// them end together.
func TestCredentials(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob := w.user("ann"), w.user("bob")
	a, one, two := w.hub.Accounts(), newSigner(t).Public(), newSigner(t).Public()
	addKey := func(user collection.UserID, name string, key signature.PublicKey) error {
		_, err := a.AddKey(t.Context(), user, name, key)
		return err
	}
	issue := func(name string) error {
		_, err := a.Issue(t.Context(), ann, name)
		return err
	}
	must(t, errors.Join(addKey(ann, "camera", one), issue("camera"), issue("home"), addKey(ann, "camera", one)))
	all, err := a.Credentials(t.Context(), ann)
	must(t, err)
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
		{"a key of the other, likewise", addKey(ann, "home", newSigner(t).Public()), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	statements, err := a.KeyStatements(t.Context(), ann)
	must(t, err)
	revoked := 0
	for _, data := range statements {
		var s signature.KeyStatement
		must(t, s.UnmarshalBinary(data))
		if s.Role == signature.RoleRevoked && s.User == ann {
			revoked++
		}
	}
	if len(statements) != 3 || revoked != 2 {
		t.Errorf("%d key statements, %d revocations", len(statements), revoked)
	}
}
