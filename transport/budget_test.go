package transport_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub"
)

const photos, thumbnail = 200, 4096

// TestBudget: a share of 200 photos with two recipients costs a device at most
// three round trips, and bodies of little more than the thumbnails, ids and
// digests.
func TestBudget(t *testing.T) {
	w := newWorld(t, hub.Config{})
	cam := w.camera(w.user("ann"), photos)
	t.Run("users", func(t *testing.T) { cam.budget(t, cam.make("two hundred", w.user("bob"), w.user("eve"))) })
	cam = w.camera(w.user("carl"), photos)
	t.Run("addresses", func(t *testing.T) { cam.budget(t, cam.makeFor("two hundred", nil, "bob@example.org", "x@example.org")) })
}

func (cam *camera) budget(t *testing.T, name collection.Name) {
	_, err := cam.Share(t.Context(), cam.hub, name)
	must(t, err)
	c, err := cam.Collection(t.Context(), name)
	must(t, err)
	digests := 0
	for i := range photos {
		for v := range 3 {
			if _, ok := c.Digest(i, v); ok {
				digests++
			}
		}
	}
	payload := float64(photos*(thumbnail+16) + 32*digests)
	trips, sent := cam.wire.requests.Load(), float64(cam.wire.sent.Load())
	t.Logf("%d round trips, %.0f bytes for %.0f of payload: %.4f times, %.0f bytes more", trips, sent, payload, sent/payload, sent-payload)
	if trips > 3 || sent > 1.02*payload+1024 {
		t.Errorf("%d round trips, %.0f bytes for %.0f of payload", trips, sent, payload)
	}
}
