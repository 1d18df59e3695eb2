package gallery_test

import (
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestHome: a home shows its user what it keeps, the newest first, with the originals, and nobody
// what is not for them.
func TestHome(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam, home := s.Camera(s.ann, 0), s.Peer(s.ann, "home")
	browsertest.Photos(t, cam, 4)
	first := cam.Album("First", s.bob)
	cam.HandsOver(home, first, 1<<30)
	s.Pass(1e9)
	second := cam.Album("Second")
	cam.HandsOver(home, second, 1<<30)
	home.Publishes(first)
	home.Publishes(second)

	var err error
	s.Gallery, err = gallery.New(gallery.OfHome(home.Station.Peer, s.Hub.Hub.PublicKey(), nil, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	s.at(t, s.Gallery)
	path := func(name collection.Name) string { return "/album/" + name.Author.String() + "/" + name.ID.String() }
	anns, bobs := s.as(t, s.ann), s.as(t, s.bob)
	_, _, all := s.asks(t, anns, "GET", "/", nil, nil)
	if a, b := strings.Index(all, path(second)), strings.Index(all, path(first)); a < 0 || b < a {
		t.Error(all)
	}
	if _, _, some := s.asks(t, bobs, "GET", "/", nil, nil); strings.Contains(some, path(second)) || !strings.Contains(some, path(first)) {
		t.Error(some)
	}
	if status, _, _ := s.asks(t, bobs, "GET", path(second), nil, nil); status != 404 {
		t.Error("what is not for bob is answered with", status)
	}
	id := cam.Items[0].ID.String()
	original := strings.Replace(path(first), "/album/", "/v1/originals/", 1) + "/" + id + "?offset=0"
	if status, h, body := s.asks(t, anns, "GET", original, nil, nil); status != 200 || len(body) < len(cam.Card[cam.Items[0].ID][2]) {
		t.Error("an original is answered with", status, h, len(body))
	}
	if status, _, _ := s.asks(t, s.browser(t), "GET", original, nil, nil); status != 401 {
		t.Error("nobody is answered with", status)
	}
}
