package labtest_test

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestMainJob: a camera shares, the home peer publishes and a recipient fetches, in
// process and over listeners.
func TestMainJob(t *testing.T) {
	for what, world := range map[string]func(*testing.T, hub.Config) *labtest.World{"in process": labtest.New, "listening": labtest.Listening} {
		t.Run(what, func(t *testing.T) {
			w := world(t, hub.Config{})
			ann, bob := w.User("ann"), w.User("bob")
			cam, home, b := w.Camera(ann, 2), w.Peer(ann, "home"), w.Peer(bob, "bob")
			name := cam.Album("Picnic", bob)
			_, err := cam.Share(t.Context(), cam.ToHub(), name)
			labtest.Must(t, err)
			if n, sent := cam.Requests.Load(), cam.Sent.Load(); n != 1 || sent < 2*4096 {
				t.Errorf("%d requests of %d bytes: %v", n, sent, cam.Log())
			}
			_, err = cam.Sync(t.Context(), cam.To(home.Station), name)
			labtest.Must(t, err)
			home.Restart(nil)
			w.Restart(w.Hub.Store)
			labtest.Must(t, home.Author.Publish(t.Context(), name))
			news, err := b.Reader.Receive(t.Context())
			if err != nil || len(news) != 1 || news[0].Labelled != 0 {
				t.Errorf("told of %v, %v", news, err)
			}
			labtest.Must(t, b.Reader.Fetch(t.Context(), cam.Ref(name, 0, 2)))
			var out bytes.Buffer
			labtest.Must(t, b.Reader.Export(t.Context(), cam.Ref(name, 0, 2), &out))
			if !bytes.Equal(out.Bytes(), cam.Card[cam.Items[0].ID][2]) {
				t.Error("another original")
			}
		})
	}
}
