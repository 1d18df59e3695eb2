package transport_test

import (
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestAddressesAreTheAuthorsToAsk: whether an address is among the recipients of
// a collection is told to its author; all others get what they would get without
// the question.
func TestAddressesAreTheAuthorsToAsk(t *testing.T) {
	w := newWorld(t, hub.Config{})
	ann, bob, mallory := w.user("ann"), w.user("bob"), w.user("mallory")
	cam := w.camera(ann, 1)
	name := cam.makeFor("title", []collection.UserID{bob}, "eve@example.org")
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	forged, err := collection.New(collection.Header{ID: name.ID, Author: ann}, collection.Body{Items: cam.items, Recipients: []collection.UserID{bob}})
	must(t, err)
	forged, err = forged.Sign(t.Context(), newSigner(t), w.now())
	must(t, err)
	share := func(as collection.UserID, c collection.Collection, to ...string) error {
		data, err := c.MarshalBinary()
		must(t, err)
		_, err = w.hub.As(as).Share(t.Context(), transport.Share{Collection: data, To: to})
		return err
	}
	for what, asker := range map[string]struct {
		user collection.UserID
		c    collection.Collection
	}{"a recipient": {bob, c}, "an outsider": {mallory, c}, "a forger": {mallory, forged}, "a forger in the author's name": {ann, forged}} {
		want := share(asker.user, asker.c)
		if want == nil {
			t.Fatalf("%s shares it", what)
		}
		for _, guess := range []string{"eve@example.org", "bob@example.org", "dan@example.org", "no address"} {
			if err := share(asker.user, asker.c, guess); err == nil || err.Error() != want.Error() {
				t.Errorf("%s, %s: %v, want %v", what, guess, err, want)
			}
		}
	}
	must(t, share(ann, c, "Eve@example.org"))
	if err := share(ann, c, "dan@example.org"); !errors.Is(err, transport.ErrDiffers) {
		t.Errorf("another recipient: %v", err)
	}
}
