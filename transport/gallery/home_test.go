package gallery_test

import (
	"slices"
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

// TestHomeListsAllOnce: page by page every album is listed once, also of those that were made at the
// same time, and what has ended is not.
func TestHomeListsAllOnce(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam, home := s.Camera(s.ann, 1), s.Peer(s.ann, "home")
	var made []collection.Name
	for i := range 6 {
		if i == 4 {
			s.Pass(1e9)
		}
		name := cam.Album("Album", s.bob)
		cam.HandsOver(home, name, 1<<30)
		home.Publishes(name)
		made = append(made, name)
	}
	labtest.Must(t, home.Station.Author.End(t.Context(), made[1]))
	for user, of := range map[collection.UserID]int{s.ann: 5, s.bob: 5, s.User("eve"): 0} {
		var listed []collection.Name
		station := gallery.OfHome(home.Station.Peer, s.Hub.Hub.PublicKey(), nil, httplink.HandlerOptions{})
		for below, more := uint64(0), true; more; {
			page, err := station.Latest(t.Context(), user, below, 2)
			labtest.Must(t, err)
			for _, e := range page {
				listed = append(listed, e.Notification.Name())
				below = e.Number
			}
			more = len(page) == 2
		}
		sorted := slices.Clone(listed)
		slices.SortFunc(sorted, func(a, b collection.Name) int { return strings.Compare(a.String(), b.String()) })
		if len(slices.Compact(sorted)) != of || len(listed) != of || slices.Contains(listed, made[1]) {
			t.Errorf("listed are %v", listed)
		}
		if of > 0 && (!slices.Contains(listed[:2], made[4]) || !slices.Contains(listed[:2], made[5])) {
			t.Errorf("the first page is %v", listed[:2])
		}
	}
}
