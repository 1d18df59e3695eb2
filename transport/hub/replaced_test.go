package hub_test

import (
	"context"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestReplacedUnpublished: who is left out of a successor reads nothing of the album, where
// what it replaces was made at home and never published, and replaces what the reader knows.
func TestReplacedUnpublished(t *testing.T) {
	_, cam, home, bob, first := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(first)
	cam.Syncs(home, first)
	home.Publishes(first)
	last := first
	for _, title := range []string{"second", "third", "fourth"} {
		c := home.Views(first)
		b := c.Body()
		b.Recipients, b.Replaces = nil, []collection.ID{last.ID}
		name, err := home.Author.Make(t.Context(), collection.Header{Title: title, Authority: c.Authority()}, b,
			func(context.Context, collection.ItemID, int) (transport.Blob, error) {
				return nil, transport.ErrNotFound
			})
		labtest.Must(t, err)
		last = name
	}
	home.Publishes(last)
	if _, err := bob.ToHub().Collection(t.Context(), first); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("who is left out is shown what was replaced: %v", err)
	}
}
