package transport_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// A photo that was deleted from the card after its collection was made is left out
// of what goes home. The others arrive, are published and fetched, and the one that
// is gone keeps its label.
func TestVanishedFromTheCard(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, user := w.user("ann"), w.user("bob")
	cam, home, bob := w.camera(ann, 3), w.peer(ann, "home"), w.peer(user, "bob")
	name := cam.makeBody("title", collection.Body{Recipients: []collection.UserID{user}})
	gone := cam.versions[cam.items[1].ID]
	cam.versions[cam.items[1].ID] = [3][]byte{gone[0]}

	_, err := cam.Share(t.Context(), cam.link(home), name)
	must(t, err)
	must(t, home.Publish(t.Context(), name))
	_, err = bob.Receive(t.Context())
	must(t, err)
	v, err := bob.View(t.Context(), name)
	must(t, err)
	if n := v.Collection().Labelled(); n != 1 {
		t.Errorf("%d items have a label instead of the one that is gone", n)
	}
	for i := range cam.items {
		if i != 1 {
			bob.fetches(t, ref(name, cam, i, 2), true)
		}
		bob.fetches(t, ref(name, cam, i, 0), true)
	}
}
