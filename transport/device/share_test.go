package device_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestBudget: a share of 200 photos with two recipients costs a device one round trip,
// another one if the hub is to fill it in, and bodies of little more than the
// thumbnails, ids and digests.
func TestBudget(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	bob, eve := w.User("bob"), w.User("eve")
	t.Run("users", func(t *testing.T) {
		cam := w.Camera(w.User("ann"), 200)
		budget(t, cam, cam.Album("two hundred", bob, eve), 1)
	})
	t.Run("addresses", func(t *testing.T) {
		cam := w.Camera(w.User("carl"), 200)
		budget(t, cam, cam.AlbumFor("two hundred", nil, "bob@example.org", "x@example.org"), 2)
	})
}

func budget(t *testing.T, cam *labtest.Camera, name collection.Name, most int64) {
	cam.Shares(name)
	c, err := cam.Collection(t.Context(), name)
	labtest.Must(t, err)
	digests := 0
	for i := range cam.Items {
		for v := range 3 {
			if _, ok := c.Digest(i, v); ok {
				digests++
			}
		}
	}
	payload := float64(len(cam.Items)*(4096+16) + 32*digests)
	trips, sent := cam.Requests.Load(), float64(cam.Sent.Load())
	t.Logf("%d round trips, %.0f bytes for %.0f of payload: %.4f times, %.0f bytes more", trips, sent, payload, sent/payload, sent-payload)
	if trips > most || sent > 1.02*payload+1024 {
		t.Errorf("%d round trips, %.0f bytes for %.0f of payload", trips, sent, payload)
	}
}

// TestComposedTitles: what is not known is left out.
func TestComposedTitles(t *testing.T) {
	day := time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"2026-07-01 Camera Ann": device.Title(day, " Camera ", "Ann"),
		"2026-07-01 Ann":        device.Title(day, "", "Ann"),
		"Camera":                device.Title(time.Time{}, "Camera", ""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestNoHub: a hub that is not there is one clear error.
func TestNoHub(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 1)
	_, err := cam.Sync(t.Context(), cam.To(w.NewStation("nowhere", cam.User)), cam.Album("title"))
	if !errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

// TestNamesOfADevice: two stations that have a collection's id and a device's
// own names call the items alike.
func TestNamesOfADevice(t *testing.T) {
	media := func(_ context.Context, name string, version int) (transport.Blob, error) {
		return open(name), nil
	}
	camera, reader := device.NewNamed(media), device.NewNamed(media)
	id := collection.ID{1}
	a, b := camera.Items(id, "DSC1.JPG", "DSC2.JPG"), reader.Items(id, "DSC2.JPG")
	if a[1].ID != b[0].ID || a[0].ID == a[1].ID || camera.Items(collection.ID{2}, "DSC1.JPG")[0].ID == a[0].ID {
		t.Errorf("%v and %v", a, b)
	}
	got, err := camera.Open(t.Context(), a[0].ID, 0)
	labtest.Must(t, err)
	if got.Size() != int64(len("DSC1.JPG")) {
		t.Errorf("opened another")
	}
	if _, err := reader.Open(t.Context(), a[0].ID, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a name that the reader was not told: %v", err)
	}
}

// TestDeviceWithoutMeans is a device that makes nothing itself: ids come from
// the hub, the address book from the home peer, and the first page of a document
// is the cover.
func TestDeviceWithoutMeans(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home, b := w.Camera(ann, 0), w.Peer(ann, "home"), w.Peer(bob, "bob")
	book := transport.Settings{
		Contacts: []transport.Contact{{Name: "Bob", User: bob}, {Name: "Eve", Address: "eve@example.org"}},
		Values:   map[string]string{"device name": "scanner", "ladder": "thumbnail,screen,original"},
	}
	labtest.Must(t, home.Author.SetSettings(t.Context(), book))
	_, err := cam.TakeSettings(t.Context(), cam.To(home.Station))
	labtest.Must(t, err)
	settings, err := cam.Settings(t.Context())
	labtest.Must(t, err)
	if d := cmp.Diff(book, settings); d != "" {
		t.Error(d)
	}

	ids, err := cam.Identifiers(t.Context(), cam.ToHub(), 2)
	labtest.Must(t, err)
	page := lab.NewPhoto("page", 4096, 70_000)
	cam.Card[ids.Items[0]], cam.Card[ids.Items[1]] = lab.NewPhoto("photo", 4096, 70_000), page
	cam.Items = []collection.Item{{ID: ids.Items[0]}, {ID: ids.Items[1], MediaType: "application/pdf"}}
	name, err := cam.Make(t.Context(), collection.Header{
		ID: ids.Collection, Title: settings.Values["device name"], Authority: w.Authority(),
		Hints: collection.Hints{Cover: ids.Items[1]},
	}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{settings.Contacts[0].User}})
	labtest.Must(t, err)
	if name.ID != ids.Collection {
		t.Errorf("the collection is %v", name)
	}
	cam.Shares(name)
	news := b.Receives()
	if len(news) != 1 || news[0].Title != "scanner" || !bytes.Equal(news[0].Cover, page[0]) {
		t.Errorf("news %+v", news)
	}
}

// allocator returns bad identifiers.
type allocator transport.Identifiers

func (n allocator) NewIdentifiers(context.Context, int) (transport.Identifiers, error) {
	return transport.Identifiers(n), nil
}

// TestBadIdentifiersAreRefused: by the device, and requests for them by the hub.
func TestBadIdentifiersAreRefused(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	cam := w.Camera(w.User("ann"), 0)
	for what, n := range map[string]allocator{
		"too few":       {Collection: collection.ID{1}, Items: []collection.ItemID{{1}}},
		"one twice":     {Collection: collection.ID{1}, Items: []collection.ItemID{{1}, {1}}},
		"zero":          {Collection: collection.ID{1}, Items: []collection.ItemID{{1}, {}}},
		"no collection": {Items: []collection.ItemID{{1}, {2}}},
	} {
		if _, err := cam.Identifiers(t.Context(), n, 2); !errors.Is(err, transport.ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for n, want := range map[int]error{-1: transport.ErrMalformed, transport.MaxIdentifiers + 1: transport.ErrTooLarge} {
		if _, err := cam.ToHub().NewIdentifiers(t.Context(), n); !errors.Is(err, want) {
			t.Errorf("%d ids: %v", n, err)
		}
	}
	if _, err := httplink.NewClient(w.Hub.URL(), nil, httplink.Options{HTTP: cam.HTTP}).NewIdentifiers(t.Context(), 1); !errors.Is(err, transport.ErrUnauthenticated) {
		t.Errorf("for nobody: %v", err)
	}
}

// TestLostOriginal: what is not there any more when it is asked for keeps the rest from nothing:
// the home waits for no more.
func TestLostOriginal(t *testing.T) {
	_, cam, home, _, name := labtest.NewAlbum(t, hub.Config{}, 3)
	photo := cam.Card[cam.Items[1].ID]
	photo[2] = nil
	cam.Card[cam.Items[1].ID] = photo
	if answer := cam.Syncs(home, name); answer.Next != transport.Done {
		t.Errorf("the home waits for %v, %v", answer.Next, answer.Missing)
	}
}
