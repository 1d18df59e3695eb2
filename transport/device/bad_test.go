package device_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestOneBadPhoto: what cannot be made of one photo keeps no other back, whether it is so from
// the beginning or since, and the photo is named by what it lacks.
func TestOneBadPhoto(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam, b := w.Camera(ann, 3), w.Peer(bob, "bob")
	bad := map[collection.ItemID]bool{cam.Items[1].ID: true}
	media := device.MediaFunc(func(ctx context.Context, id collection.ItemID, v int) (transport.Blob, error) {
		if bad[id] {
			return nil, errors.ErrUnsupported
		}
		return cam.Card.Open(ctx, id, v)
	})
	d := device.New(ann, cam.Signer, media, device.Config{Now: w.Now})
	name, err := d.Make(t.Context(), collection.Header{Authority: w.Authority()}, collection.Body{Items: cam.Items, Recipients: []collection.UserID{bob}})
	labtest.Must(t, err)
	c, err := d.Collection(t.Context(), name)
	labtest.Must(t, err)
	for i := range cam.Items {
		if has := len(c.Item(i).Digests) > 0; has == bad[cam.Items[i].ID] {
			t.Errorf("item %d has digests: %v", i, has)
		}
	}
	bad[cam.Items[2].ID] = true
	_, err = d.Share(t.Context(), cam.ToHub(), name)
	labtest.Must(t, err)
	b.Hears(notify.Shared, 3)
	b.Fetches(cam.Ref(name, 0, 0))
}
