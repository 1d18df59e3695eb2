package hub_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestRestored: after a hub was restored from a backup, who had read more than the backup has
// hears of all that comes, also where that has been given the same numbers by then.
func TestRestored(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 1)
	cam.Shares(cam.Album("in the backup", bob))
	reads := w.Hub.Hub.As(bob)
	news, err := reads.Changes(t.Context(), transport.ChangesRequest{})
	labtest.Must(t, err)
	was := news.Next
	was.Number++ // another one that is not in the backup
	labtest.Must(t, hub.Restored(t.Context(), w.Hub.Store))
	cam = w.Camera(ann, 1)
	cam.Shares(cam.Album("since", bob)) // with that number
	news, err = reads.Changes(t.Context(), transport.ChangesRequest{After: was})
	labtest.Must(t, err)
	if len(news.Entries) != 2 || news.Next.Feed == was.Feed {
		t.Errorf("%d entries", len(news.Entries))
	}
}
