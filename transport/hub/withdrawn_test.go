package hub_test

import (
	"errors"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// cannotRead checks that a recipient gets a version of no item but those that stay.
func cannotRead(t *testing.T, from transport.Library, want error, refs ...transport.Ref) {
	t.Helper()
	for _, ref := range refs {
		s, err := from.Version(t.Context(), ref, 0)
		if err == nil {
			err = s.Close()
		}
		if !errors.Is(err, want) {
			t.Errorf("version %d of %v: %v, want %v", ref.Version, ref.Item, err, want)
		}
	}
}

// inCache reports whether the hub keeps a version.
func inCache(t *testing.T, w *labtest.World, key string) bool {
	t.Helper()
	_, err := lab.Version(t.Context(), w.Hub.Store, key)
	if err != nil && !errors.Is(err, transport.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// TestWithdrawnThumbnailStays: what is withdrawn nobody but its author gets from then on, not
// from the hub, nor from a peer; the cache drops it a week later, and nothing else.
func TestWithdrawnThumbnailStays(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	cam.Screens()
	name := cam.AlbumOf("title", collection.Body{Recipients: []collection.UserID{bob}})
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	first := []transport.Ref{cam.Ref(name, 0, 0), cam.Ref(name, 0, 1)}
	cannotRead(t, b.ToHub(), nil, first...)
	w.Pass(11*time.Hour + 59*time.Minute) // a day is almost over
	home.Withdraws(name, cam.Items[0].ID)
	for _, from := range []transport.Library{b.ToHub(), b.To(home.Station)} {
		cannotRead(t, from, transport.ErrWithdrawn, first...)
		cannotRead(t, from, nil, cam.Ref(name, 1, 0), cam.Ref(name, 1, 1))
	}
	cannotRead(t, w.Hub.Hub.As(ann), nil, first...)

	w.Pass(7*24*time.Hour - time.Minute)
	w.Expires(time.Time{})
	if !inCache(t, w, cam.BlobKey(name, 0, 0)) {
		t.Error("the author cannot take it back any more")
	}
	w.Pass(time.Hour + time.Minute)
	w.Expires(time.Time{})
	for i, want := range []bool{false, true, true} {
		for v := range 2 {
			if got := inCache(t, w, cam.BlobKey(name, i, v)); got != want {
				t.Errorf("version %d of item %d: in the cache %v", v, i, got)
			}
		}
	}
	inStep(t, w)
	for r, err := range w.Hub.Store.Scan(t.Context(), "gone/", "", 0) {
		labtest.Must(t, err)
		t.Errorf("%s is left", r.Key)
	}
	cannotRead(t, b.ToHub(), transport.ErrWithdrawn, first...)
}

// TestWithdrawnElsewhere: what another collection of the author's shows stays for that, and
// what was taken back stays.
func TestWithdrawnElsewhere(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 3), w.Peer(ann, "home"), w.Peer(bob, "bob")
	all := cam.Items
	name := cam.Album("one", bob)
	cam.Items = all[:2]
	other := cam.Album("other", bob)
	cam.Items = all
	for _, n := range []collection.Name{name, other} {
		cam.Shares(n)
		cam.Syncs(home, n)
		home.Publishes(n)
	}
	home.Withdraws(name, cam.Items[0].ID, cam.Items[1].ID, cam.Items[2].ID)
	home.Withdraws(other, cam.Items[1].ID)
	labtest.Must(t, home.Author.TakeBack(t.Context(), name, cam.Items[2].ID))
	w.Pass(8 * 24 * time.Hour)
	w.Expires(time.Time{})
	for i, want := range []bool{true, false, true} {
		if got := inCache(t, w, cam.BlobKey(name, i, 0)); got != want {
			t.Errorf("item %d: in the cache %v", i, got)
		}
	}
	cannotRead(t, b.ToHub(), transport.ErrWithdrawn, cam.Ref(name, 0, 0))
	cannotRead(t, b.ToHub(), nil, cam.Ref(other, 0, 0), cam.Ref(name, 2, 0))
}

// TestWithdrawnForGuests: a guest does not get what is withdrawn, nor is it shown as the
// cover.
func TestWithdrawnForGuests(t *testing.T) {
	post := new(notify.Memory)
	w := labtest.New(t, hub.Config{Gallery: "https://hub.example", Mail: mail.Config{Channel: post, GuestVersions: 2}})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 2), w.Peer(ann, "home")
	name := cam.AlbumFor("title", nil, "eve@example.org")
	cam.Shares(name)
	letters := w.Letters(post)
	if len(letters) != 1 {
		t.Fatalf("letters %+v", letters)
	}
	token := letters[0].Token
	before, err := w.Hub.Hub.Glimpse(t.Context(), token)
	labtest.Must(t, err)
	cam.Syncs(home, name)
	home.Publishes(name)
	home.Withdraws(name, cam.Items[0].ID)
	after, err := w.Hub.Hub.Glimpse(t.Context(), token)
	labtest.Must(t, err)
	if len(before.Cover) == 0 || len(after.Cover) == 0 || string(before.Cover) == string(after.Cover) {
		t.Errorf("covers of %d and %d bytes", len(before.Cover), len(after.Cover))
	}
	if _, err := w.Hub.Hub.GuestVersion(t.Context(), token, 0, 0, 0); !errors.Is(err, transport.ErrWithdrawn) {
		t.Errorf("withdrawn: %v", err)
	}
	s, err := w.Hub.Hub.GuestVersion(t.Context(), token, 1, 0, 0)
	labtest.Must(t, err)
	labtest.Must(t, s.Close())
}
