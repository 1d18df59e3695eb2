package device_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestLargeCollection: a collection that one record does not hold is made, shared and forgotten as
// any other, and nothing of it is left.
func TestLargeCollection(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, home := w.Camera(ann, 0), w.Peer(bob, "home")
	name, c := large(t, cam, 1200, bob)
	if _, data := cam.Encoded(name); len(data) <= transport.MaxValue {
		t.Fatalf("its %d bytes are in one record", len(data))
	}
	if got := cam.Shares(name); got.Next != transport.Done {
		t.Errorf("the hub answers %v", got)
	}
	home.Hears(notify.Shared, c.Len())
	if got := home.Views(name).Len(); got != c.Len() {
		t.Errorf("the reader has %d items", got)
	}
	labtest.Must(t, cam.Forget(t.Context(), name))
	if _, err := cam.Device.Collection(t.Context(), name); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("it is forgotten: %v", err)
	}
	for r, err := range cam.Station.Store.Scan(t.Context(), "", "", 0) {
		labtest.Must(t, err)
		t.Errorf("%s is left", r.Key)
	}
}

// large makes a collection of items with long captions.
func large(t *testing.T, cam *labtest.Camera, items int, to ...collection.UserID) (collection.Name, collection.Collection) {
	t.Helper()
	for i := range items {
		id, err := cam.NewItemID()
		labtest.Must(t, err)
		cam.Items = append(cam.Items, collection.Item{ID: id, MediaType: "image/jpeg", Caption: strings.Repeat("caption ", 110)})
		cam.Card[id] = lab.Photo{fmt.Appendf(nil, "thumb %d", i)}
	}
	name := cam.Album("large", to...)
	c, err := cam.Device.Collection(t.Context(), name)
	labtest.Must(t, err)
	return name, c
}
