package gallery_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestStandingsReadDifferently: what is not for this reader yet, what cannot be had, and what nobody
// vouches for have icons and words of their own.
func TestStandingsReadDifferently(t *testing.T) {
	var lies atomic.Bool
	s := showing(t, 2, nil, ofHome, func(of *gallery.Station) { lying(t, of, &lies) })
	s.cam.Syncs(s.home, s.name)
	s.home.Publishes(s.name)

	t.Run("cannot be had here", func(t *testing.T) {
		s.away.Store(true)
		s.Open(s.url())
		s.Until(ready + ` && document.querySelector('.tile[data-standing=there]')`)
		s.opened(0)
		s.does(`.viewer .original`)
		s.reads(t, 0, "unreachable", "cannot be reached now")
		looks(s.Page, "unreachable")
		s.Forgive() // the browser notes that nobody has answered
		s.Press(kb.Escape)
	})
	t.Run("not for this reader yet", func(t *testing.T) {
		name := s.cam.AlbumFor("By mail", nil, "eve@example.org")
		s.cam.Shares(name)
		s.cam.Syncs(s.home, name)
		s.home.Publishes(name)
		eve := s.w.User("eve")
		s.home.Hears(notify.Resolved, 0)
		s.SignIn(s.origin, eve)
		s.Open(s.origin + "/album/" + name.Author.String() + "/" + name.ID.String())
		s.Until(ready)
		s.reads(t, 1, "forbidden", "is there, but you may not have it yet", "has not confirmed yet that it is you")
		looks(s.Page, "forbidden")
		s.home.AcceptsReader(name, eve)
		s.Open(s.origin + "/album/" + name.Author.String() + "/" + name.ID.String())
		s.Until(`document.querySelectorAll('.tile[data-standing=there]').length === 2`)
	})
	t.Run("nobody vouches", func(t *testing.T) {
		s.SignIn(s.origin, s.bob)
		lies.Store(true)
		s.Open(s.url())
		s.Until(ready)
		s.reads(t, 0, "unverified", "Nobody vouches for this photo", "could not be verified")
		looks(s.Page, "unverified")
	})
}

// reads awaits an item's icon and sentences.
func (s *shown) reads(t *testing.T, i int, standing string, sentences ...string) {
	t.Helper()
	n := string(rune('0' + i))
	s.Until(`document.querySelector('.tile[data-i="` + n + `"] .mark.` + standing + ` .icon.` + standing + `')`)
	told := browsertest.Eval[string](s.Page, `document.getElementById('label-`+n+`').textContent`)
	for _, want := range sentences {
		if !strings.Contains(told, want) {
			t.Errorf("%s: it says %q, without %q", standing, told, want)
		}
	}
}

// lying has a station tell another title than the author has sealed, where it is to.
func lying(t *testing.T, of *gallery.Station, lies *atomic.Bool) {
	n := &inn{t: t, lie: func(s *transport.State) {
		if lies.Load() {
			s.Collection = bytes.Replace(s.Collection, []byte("Holidays"), []byte("Holigays"), 1)
		}
	}}
	honest := of.Handler
	of.Handler = func(who httplink.Authenticator) http.Handler { return n.lying(honest(who)) }
}

// TestAlbumGoesWhileItIsOpen: an album that ends, or is not for this reader any more, says so where it
// is open, and nothing of it is shown.
func TestAlbumGoesWhileItIsOpen(t *testing.T) {
	s := showing(t, 3, nil)
	goes := func(standing, says string) {
		t.Helper()
		s.Until(`document.body.dataset.standing === '` + standing + `' && !document.querySelector('.grid, .tile, main img')`)
		if got := text(s.Page, "main"); !strings.Contains(got, says) {
			t.Errorf("%s: it says %q", standing, got)
		}
		looks(s.Page, standing)
	}
	s.Open(s.url())
	s.Until(ready)
	s.cam.Syncs(s.home, s.name)
	labtest.Must(t, s.home.Station.Peer.Author.End(t.Context(), s.name))
	goes("ended", "Its author has ended it")

	s.name = s.cam.AlbumOf("Lakes", collection.Body{Recipients: []collection.UserID{s.bob}})
	s.cam.Shares(s.name)
	s.Open(s.url())
	s.Until(ready)
	s.cam.Shares(s.cam.AlbumOf("Lakes", collection.Body{Replaces: []collection.ID{s.name.ID}}))
	goes("gone", "not shared with you any more")
}

// TestFalseThumbnail: a thumbnail that is not what the author has sealed is not shown, which is said, and
// all others are.
func TestFalseThumbnail(t *testing.T) {
	var s *shown
	s = showing(t, 3, nil, func(of *gallery.Station) {
		honest := of.Handler
		of.Handler = func(who httplink.Authenticator) http.Handler {
			h := honest(who)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/v1/versions/") {
					h.ServeHTTP(w, r)
					return
				}
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, r)
				thumb := s.cam.Card[s.cam.Items[1].ID][0]
				wrong := append(bytes.Clone(thumb[:len(thumb)-1]), thumb[len(thumb)-1]^1)
				w.Header().Set("Content-Type", rec.Header().Get("Content-Type"))
				w.Write(bytes.Replace(rec.Body.Bytes(), thumb, wrong, 1))
			})
		}
	})
	s.Open(s.url())
	s.Until(`document.querySelector('.wrong[role=alert]')?.textContent.startsWith('1 picture is not what the author has sealed')`)
	s.Until(`document.querySelectorAll('.thumb.in').length === 2 && !document.querySelector('.tile[data-i="1"] .thumb')`)
	looks(s.Page, "false-thumbnail")
}

// TestLittleMotion: who wants little of it sees nothing move.
func TestLittleMotion(t *testing.T) {
	s := showing(t, 2, nil)
	const moving = `[...document.querySelectorAll('*')].filter((e) => {
		const c = getComputedStyle(e)
		return c.transitionDuration.split(',').some((d) => parseFloat(d) > 0) || c.animationName !== 'none' || c.scrollBehavior === 'smooth'
	}).map((e) => e.className).join()`
	for preferred, moves := range map[string]bool{"no-preference": true, "reduce": false} {
		s.Do(browsertest.Prefer("prefers-reduced-motion", preferred))
		s.Open(s.url())
		s.Until(`document.querySelectorAll('.thumb.in').length === 2`)
		if got := browsertest.Eval[string](s.Page, moving); (got != "") != moves {
			t.Errorf("with %s %q moves", preferred, got)
		}
		s.opened(0)
		if got := browsertest.Eval[string](s.Page, moving); got != "" && !moves {
			t.Errorf("in the viewer %q moves", got)
		}
		s.Press(kb.Escape)
		s.Until(`!document.querySelector('.viewer[open]')`)
	}
}
