package hub_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestFeedSaysWhatHasEnded: a station of a recipient's that reads the feed from the
// beginning is told that a collection has ended, and shown nothing of it.
func TestFeedSaysWhatHasEnded(t *testing.T) {
	w, cam, home, bob, name := labtest.NewAlbum(t, hub.Config{}, 1)
	cam.Shares(name)
	cam.Syncs(home, name)
	home.Publishes(name)
	labtest.Must(t, home.Author.End(t.Context(), name))
	page, err := w.Hub.Hub.As(bob.User).Changes(t.Context(), transport.ChangesRequest{})
	labtest.Must(t, err)
	if len(page.Entries) != 1 {
		t.Fatalf("%d entries", len(page.Entries))
	}
	if n := page.Entries[0].Notification; n.Reason != notify.Ended || len(n.Cover) > 0 {
		t.Errorf("reason %v, a cover of %d bytes", n.Reason, len(n.Cover))
	}
}

// TestSpreadPassesWhatHasEnded: originals that are announced in one collection are not in
// another that has ended, and no job is left that tries it again and again.
func TestSpreadPassesWhatHasEnded(t *testing.T) {
	w, cam, home, _, first := labtest.NewAlbum(t, hub.Config{}, 1)
	second := cam.Album("second")
	for _, name := range []collection.Name{first, second} {
		cam.Shares(name)
		cam.Syncs(home, name)
	}
	labtest.Must(t, home.Author.End(t.Context(), first))
	home.Publishes(second)
	labtest.Must(t, w.Hub.Hub.Resume(t.Context()))
	for r, err := range w.Hub.Store.Scan(t.Context(), "job/", "", 0) {
		t.Errorf("%s is left: %v", r.Key, err)
	}
}
