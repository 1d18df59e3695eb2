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
	a, one, two, three := w.Hub.Hub.Accounts(), lab.Signer("one"), lab.Signer("two"), lab.Signer("three")
	lists(t, w, ann, one, two, three)
	addKey := func(user collection.UserID, name string, key *signature.Signer) error {
		return addKey(t, a, user, name, key)
	}
	issue := func(name string) error {
		_, err := a.Issue(t.Context(), ann, name)
		return err
	}
	labtest.Must(t, errors.Join(addKey(ann, "camera", one), issue("camera"), issue("home"), addKey(ann, "camera", one)))
	all, err := a.Credentials(t.Context(), ann)
	labtest.Must(t, err)
	slices.SortFunc(all, func(x, y hub.Credential) int { return len(y.Name) - len(x.Name) })
	if len(all) != 2 || all[0].Name != "camera" || !slices.Equal(all[0].Keys, []collection.KeyID{one.Public().ID()}) || all[1].Name != "home" || len(all[1].Keys) != 0 {
		t.Errorf("credentials %+v", all)
	}
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"a second token", issue("home"), nil},
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
		{"a key of the other, likewise", addKey(ann, "home", three), nil},
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
		if s.UnmarshalBinary(data) != nil {
			continue // the roster
		}
		if s.Role == signature.RoleRevoked && s.User == ann {
			revoked++
		}
	}
	if len(statements) != 3 || revoked != 2 {
		t.Errorf("%d key statements, %d revocations", len(statements), revoked)
	}
}

// addKey adds a key of a user to a credential, with its proof.
func addKey(t *testing.T, a *hub.Accounts, user collection.UserID, credential string, key *signature.Signer) error {
	proof, err := signature.ProvePossession(t.Context(), key, lab.Signer("hub").Public().ID(), user)
	labtest.Must(t, err)
	_, err = a.AddKey(t.Context(), user, credential, key.Public(), proof)
	return err
}

// lists puts stations into a user's roster.
func lists(t *testing.T, w *labtest.World, user collection.UserID, keys ...*signature.Signer) {
	r, err := lab.Roster(t.Context(), w.Hub.Hub, user)
	labtest.Must(t, err)
	number := r.Number + 1
	for _, key := range keys {
		station, err := signature.NewStation(t.Context(), user, key, signature.StationPeer)
		labtest.Must(t, err)
		r = r.Join(station)
	}
	r.Number = number
	_, err = lab.SetRoster(t.Context(), w.Hub.Hub, r, lab.UserKey(user))
	labtest.Must(t, err)
}

// TestPossession: nobody registers another's key, of which only the public part is known;
// not with a proof for another user or another hub, either.
func TestPossession(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, mallory := w.User("ann"), w.User("mallory")
	a, camera := w.Hub.Hub.Accounts(), lab.Signer("new camera")
	proof := func(hub [32]byte, user collection.UserID) []byte {
		proof, err := signature.ProvePossession(t.Context(), camera, hub, user)
		labtest.Must(t, err)
		return proof
	}
	here := w.Hub.Signer.Public().ID()
	for what, stolen := range map[string][]byte{"none": nil, "ann's": proof(here, ann), "another hub's": proof([32]byte{1}, mallory), "a roster's": proof([32]byte{}, mallory)} {
		if _, err := a.AddKey(t.Context(), mallory, "stolen", camera.Public(), stolen); !errors.Is(err, signature.ErrKey) {
			t.Errorf("%s: %v", what, err)
		}
	}
	listed := signature.Roster{User: mallory, Number: 1, Stations: []signature.Station{{Key: camera.Public(), Proof: proof(here, ann)}}}
	if _, err := lab.SetRoster(t.Context(), w.Hub.Hub, listed, lab.UserKey(mallory)); !errors.Is(err, signature.ErrKey) {
		t.Errorf("in a roster: %v", err)
	}
	labtest.Must(t, addKey(t, a, ann, "camera", camera))
}

// TestAUserIsBoundOnce: a second key needs the user's roster, and a second user key is
// refused, whoever asks.
func TestAUserIsBoundOnce(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	a, one, two := w.Hub.Hub.Accounts(), lab.Signer("one"), lab.Signer("two")
	labtest.Must(t, addKey(t, a, ann, "camera", one))
	if err := addKey(t, a, ann, "home", two); !errors.Is(err, signature.ErrChanged) {
		t.Errorf("a second key: %v", err)
	}
	station, err := signature.NewStation(t.Context(), ann, two, signature.StationPeer)
	labtest.Must(t, err)
	next := signature.Roster{User: ann}.Join(station)
	if _, err := lab.SetRoster(t.Context(), w.Hub.Hub, next, two); !errors.Is(err, signature.ErrChanged) {
		t.Errorf("by another user key: %v", err)
	}
	_, err = lab.SetRoster(t.Context(), w.Hub.Hub, next, one)
	labtest.Must(t, err)
	labtest.Must(t, addKey(t, a, ann, "home", two))
	labtest.Must(t, a.Revoke(t.Context(), ann, "camera"))
	if _, err := lab.SetRoster(t.Context(), w.Hub.Hub, next.Join(station), one); !errors.Is(err, signature.ErrRevoked) {
		t.Errorf("by a user key that was revoked: %v", err)
	}
	lists(t, w, bob, lab.Signer("three"))
	if err := addKey(t, a, bob, "camera", lab.Signer("four")); !errors.Is(err, signature.ErrChanged) {
		t.Errorf("a key that is not listed: %v", err)
	}
}

// TestRegisterKey: a user who starts with a key has the id that is derived of it, and no
// other key without a roster.
func TestRegisterKey(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	a, camera, forged := w.Hub.Hub.Accounts(), lab.Signer("camera"), lab.Signer("forged")
	user := collection.UserOf(camera.Public().ID())
	register := func(proofOf collection.UserID, address string) error {
		proof, err := signature.ProvePossession(t.Context(), camera, w.Hub.Signer.Public().ID(), proofOf)
		labtest.Must(t, err)
		got, err := a.RegisterKey(t.Context(), hub.Person{Addresses: []string{address}}, camera.Public(), proof)
		if got != user {
			t.Errorf("the user is %v, want %v", got, user)
		}
		return err
	}
	w.User("ann")
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"an address that is taken", register(user, "ann@example.org"), hub.ErrTaken},
		{"a proof for somebody else", register(collection.UserID{1}, "eve@example.org"), signature.ErrKey},
		{"registered", register(user, "eve@example.org"), nil},
		{"again, after a lost answer", register(user, "eve@example.org"), nil},
		{"again, as somebody else", register(user, "other@example.org"), hub.ErrTaken},
		{"another key", addKey(t, a, user, "camera", forged), signature.ErrChanged},
		{"the key", addKey(t, a, user, "camera", camera), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	statements, err := a.KeyStatements(t.Context(), user)
	labtest.Must(t, err)
	found, err := a.ByAddress(t.Context(), "eve@example.org")
	if len(statements) != 1 || found != user || err != nil {
		t.Errorf("%d statements; eve is %v, %v", len(statements), found, err)
	}
}

// TestTokenCannotBeRotated: a token that got lost on the way is issued again, and one that is
// in use is followed by another: the former ends when that is used first. Keys stay.
func TestTokenCannotBeRotated(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	a, camera := w.Hub.Hub.Accounts(), lab.Signer("new camera")
	lists(t, w, ann, camera)
	labtest.Must(t, addKey(t, a, ann, "camera", camera))
	issue := func() string {
		t.Helper()
		token, err := a.Issue(t.Context(), ann, "camera")
		labtest.Must(t, err)
		return token
	}
	accepted := func(want bool, tokens ...string) {
		t.Helper()
		for _, token := range tokens {
			user, err := a.UserOf(t.Context(), token)
			if want && (err != nil || user != ann) || !want && !errors.Is(err, transport.ErrUnauthenticated) {
				t.Errorf("%v, %v; want it to be accepted: %v", user, err, want)
			}
		}
	}
	lost, first := issue(), issue()
	accepted(false, lost)
	accepted(true, first, first)
	lost, second := issue(), issue()
	accepted(true, first, first)
	accepted(false, lost)
	accepted(true, second)
	accepted(false, first)
	accepted(true, second)
	third := issue()
	accepted(true, second, third, third)
	accepted(false, second)
	last := issue()
	labtest.Must(t, addKey(t, a, ann, "camera", camera)) // repeated after a lost answer
	labtest.Must(t, a.Revoke(t.Context(), ann, "camera"))
	accepted(false, third, last)
}

// TestRevokedCameraReads: a credential that is revoked does not read at the home any more,
// which hears of it within an interval of its keys.
func TestRevokedCameraReads(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	name := cam.Album("title", bob)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	read := func() error {
		s, err := cam.To(home.Station).Original(t.Context(), cam.Ref(name, 0, 2), 0, -1)
		if err == nil {
			err = s.Close()
		}
		return err
	}
	labtest.Must(t, read())
	w.Revokes(cam.Station)
	for range 3 { // what a daemon does now and then, as Run does
		home.Receives()
		home.RetriesWishes()
		_, err := home.Author.PublishDue(t.Context())
		labtest.Must(t, errors.Join(err, home.RefreshKeys(t.Context())))
	}
	if err := read(); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("the revoked camera: %v", err)
	}
}
