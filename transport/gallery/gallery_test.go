package gallery_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestAlbum: a member opens an album that a camera has shared.
func TestAlbum(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	ann, bob := w.User("ann"), w.User("bob")
	cam := w.Camera(ann, 0)
	browsertest.Photos(t, cam, 12)
	name := cam.Album("Holidays", bob)
	cam.Shares(name)

	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	origin := browsertest.Serve(t, g)
	p := browsertest.New(t)
	p.SignIn(origin, bob)
	p.Open(origin + "/album/" + name.Author.String() + "/" + name.ID.String())
	p.Until(`document.body.dataset.loaded > 100`)
	p.Accessible()
	p.Screenshot("album")
}
