package gallery_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// opens is a station whose links open what it is told, or nothing.
type opens struct {
	transport.LinkAccess
	what transport.Glimpse
	err  error
}

func (o opens) Glimpse(context.Context, string) (transport.Glimpse, error) { return o.what, o.err }

// TestGuestPage: a guest's page shows what the link opens and no more, of a large collection the
// beginning, and says kindly that a link is over; a station without links has none.
func TestGuestPage(t *testing.T) {
	w := browsertest.World(t, hub.Config{})
	of := gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{})
	cover := []byte("\x89PNG\r\n\x1a\n")
	sum := sha256.Sum256([]byte("token"))
	base := "/guest/" + hex.EncodeToString(sum[:8])
	for what, c := range map[string]struct {
		links       transport.LinkAccess
		page, cover int // how each is answered
		thumbs      int
		shows       string
	}{
		"large":         {opens{what: transport.Glimpse{Title: "Holidays", Items: 501, Versions: 1}}, 200, 404, 500, "<h1>Holidays"},
		"no title":      {opens{what: transport.Glimpse{Items: 2, Labelled: 1, Versions: 1, Cover: cover}}, 200, 200, 2, "<h1>Untitled"},
		"no thumbnails": {opens{what: transport.Glimpse{Items: 2, Cover: cover}}, 200, 200, 0, base + "/cover"},
		"nothing":       {opens{what: transport.Glimpse{Items: 2}}, 200, 404, 0, "2 items"},
		"ended":         {opens{err: transport.ErrEnded}, 410, 410, 0, "This link is over"},
		"revoked":       {opens{err: transport.ErrNotFound}, 410, 404, 0, "This link is over"},
		"broken":        {opens{err: transport.ErrStorage}, 500, 500, 0, ""},
		"no links":      {nil, 410, 404, 0, "This link is over"},
	} {
		of.Links = c.links
		g, err := gallery.New(of, gallery.Config{})
		labtest.Must(t, err)
		ask := func(path string) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", base+path, http.NoBody)
			r.AddCookie(&http.Cookie{Name: "glimpse-guest", Value: "token"})
			a := httptest.NewRecorder()
			g.ServeHTTP(a, r)
			return a
		}
		page, cover := ask(""), ask("/cover")
		if page.Code != c.page || cover.Code != c.cover {
			t.Errorf("%s: the page is answered with %d, the cover with %d", what, page.Code, cover.Code)
		}
		body := page.Body.String()
		if n := strings.Count(body, base+"/") - strings.Count(body, base+"/cover"); n != c.thumbs || n > 0 && !strings.Contains(body, base+"/"+strconv.Itoa(n)+`"`) {
			t.Errorf("%s: it shows %d thumbnails", what, n)
		}
		if !strings.Contains(body, c.shows) || c.cover != 200 && strings.Contains(body, base+"/cover") {
			t.Errorf("%s: %s", what, body)
		}
	}
}
