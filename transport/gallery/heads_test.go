package gallery_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

func pageOf(n collection.Name) string { return "/album/" + n.Author.String() + "/" + n.ID.String() }

// grown is a gallery with an album of ann's for bob and eve that went on in another, for bob alone.
func grown(t *testing.T) (s *served, cam *labtest.Camera, eve collection.UserID, was, is collection.Name) {
	s = serve(t, gallery.Config{})
	eve = s.User("eve")
	cam = s.Camera(s.ann, 2)
	was = cam.AlbumOf("Before", collection.Body{Recipients: []collection.UserID{s.bob, eve}})
	cam.Shares(was)
	s.Pass(1e9)
	is = cam.AlbumOf("After", collection.Body{Recipients: []collection.UserID{s.bob}, Replaces: []collection.ID{was.ID}})
	cam.Shares(is)
	return s, cam, eve, was, is
}

// TestGrownAlbumIsOne: an album that grew is listed once, and links to what it was lead to the
// newest, at a hub and at home; who was left out is told of neither.
func TestGrownAlbumIsOne(t *testing.T) {
	s, cam, eve, was, is := grown(t)
	home := s.Peer(s.ann, "home")
	for _, name := range []collection.Name{was, is} {
		cam.Syncs(home, name)
	}
	atHome, err := gallery.New(gallery.OfHome(home.Station.Peer, s.World.Hub.Hub.PublicKey(), nil, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	for where, g := range map[string]*gallery.Gallery{"hub": s.Gallery, "home": atHome} {
		s.at(t, g)
		for _, user := range []collection.UserID{s.ann, s.bob} {
			b := s.as(t, user)
			if _, _, all := s.asks(t, b, "GET", "/", nil, nil); strings.Contains(all, pageOf(was)) || strings.Count(all, `href="`+pageOf(is)) != 1 {
				t.Errorf("%s: listed are %s", where, all)
			}
			if status, h, _ := s.asks(t, b, "GET", pageOf(was), nil, nil); status != http.StatusFound || h.Get("Location") != pageOf(is) {
				t.Errorf("%s: what it was is answered with %d, %s", where, status, h.Get("Location"))
			}
			if status, _, body := s.asks(t, b, "GET", pageOf(is), nil, nil); status != http.StatusOK || strings.Contains(body, `class="beside"`) {
				t.Errorf("%s: the newest is answered with %d", where, status)
			}
		}
		b := s.as(t, eve)
		if _, _, all := s.asks(t, b, "GET", "/", nil, nil); strings.Contains(all, is.ID.String()) {
			t.Errorf("%s: who was left out is told of it", where)
		}
		if status, h, _ := s.asks(t, b, "GET", pageOf(was), nil, nil); status != http.StatusNotFound || h.Get("Location") != "" {
			t.Errorf("%s: who was left out is answered with %d, %s", where, status, h.Get("Location"))
		}
		old := was.Author.String() + "/" + was.ID.String()
		if _, _, by := s.asks(t, b, "POST", "/replaced", nil, url.Values{"album": {old}}); by != "{}\n" {
			t.Errorf("%s: who was left out is told %s", where, by)
		}
	}
	if status, h, _ := s.asks(t, s.as(t, s.ann), "GET", pageOf(was)+"/edit", nil, nil); status != http.StatusFound || h.Get("Location") != pageOf(is)+"/edit" {
		t.Error("changing what it was is answered with", status, h.Get("Location"))
	}
}

// TestTwoHeadsAreOne: where two stations of the author went on each for itself, one of both is
// listed, and its page leads to the other.
func TestTwoHeadsAreOne(t *testing.T) {
	s, cam, _, was, one := grown(t)
	s.Pass(1e9)
	two := cam.AlbumOf("Again", collection.Body{Recipients: []collection.UserID{s.bob}, Replaces: []collection.ID{was.ID}})
	cam.Shares(two)
	b := s.as(t, s.bob)
	_, _, all := s.asks(t, b, "GET", "/", nil, nil)
	if strings.Contains(all, pageOf(was)) || strings.Contains(all, pageOf(one)) || !strings.Contains(all, pageOf(two)) {
		t.Error(all)
	}
	for page, other := range map[collection.Name]collection.Name{one: two, two: one} {
		status, _, body := s.asks(t, b, "GET", pageOf(page), map[string]string{"Accept-Language": "en"}, nil)
		if status != http.StatusOK || strings.Count(body, `class="beside"`) != 1 || !strings.Contains(body, `href="`+pageOf(other)) {
			t.Errorf("%d\n%s", status, body)
		}
	}
}

// TestGrownAlbumLive: when news come that an album has grown, one is on the page of all; and who
// looks at what it was comes to what it is, once its author has ended that.
func TestGrownAlbumLive(t *testing.T) {
	s := showing(t, 2, nil)
	s.Open(s.origin + "/")
	s.Until(ready + ` && document.querySelectorAll('.albums li').length === 1`)
	was := s.name
	s.w.Pass(1e9)
	is := s.cam.AlbumOf("After", collection.Body{Recipients: []collection.UserID{s.bob}, Replaces: []collection.ID{was.ID}})
	s.cam.Shares(is)
	s.Until(`document.querySelector('.albums b').textContent === 'After' && document.querySelectorAll('.albums li').length === 1`)
	looks(s.Page, "albums-grown")
	s.Open(s.url())
	s.Until(ready + ` && location.pathname === '` + pageOf(is) + `'`)

	ended := s.cam.AlbumOf("Lakes", collection.Body{Recipients: []collection.UserID{s.bob}})
	s.cam.Shares(ended)
	s.Open(s.origin + pageOf(ended))
	s.Until(ready)
	next := s.cam.AlbumOf("Lakes, again", collection.Body{Recipients: []collection.UserID{s.bob}, Replaces: []collection.ID{ended.ID}})
	s.cam.Shares(next)
	s.cam.Syncs(s.home, ended)
	labtest.Must(t, s.home.Station.Peer.Author.End(t.Context(), ended))
	s.Until(ready + ` && location.pathname === '` + pageOf(next) + `'`)
}
