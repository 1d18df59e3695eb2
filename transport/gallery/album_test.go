package gallery_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// shown is an album that a camera has shared, and a browser in which its recipient is signed in.
type shown struct {
	*browsertest.Page
	w      *labtest.World
	cam    *labtest.Camera
	home   *labtest.Peer // the author's
	name   collection.Name
	origin string
	bob    collection.UserID
	down   atomic.Bool // nobody answers
	away   atomic.Bool // the home does not
}

// url is the page of the album.
func (s *shown) url() string {
	return s.origin + "/album/" + s.name.Author.String() + "/" + s.name.ID.String()
}

// showing shares an album of real photos, and opens a browser.
func showing(t *testing.T, photos int, change func(*collection.Body), over ...func(*gallery.Station)) *shown {
	t.Helper()
	s := &shown{w: browsertest.World(t, hub.Config{RequiredFromDevice: 2})}
	ann := s.w.User("ann")
	s.bob = s.w.User("bob")
	s.home = s.w.Peer(ann, "home")
	s.cam = s.w.Camera(ann, 0)
	browsertest.Photos(t, s.cam, photos)
	body := collection.Body{Items: s.cam.Items, Recipients: []collection.UserID{s.bob}, Completers: []collection.UserID{ann}}
	if change != nil {
		change(&body)
	}
	s.name = s.cam.AlbumOf("Holidays", body)
	s.cam.Shares(s.name)
	of := gallery.OfHub(s.w.Hub.Hub, httplink.HandlerOptions{})
	for _, change := range over {
		change(&of)
	}
	g, err := gallery.New(of, gallery.Config{})
	labtest.Must(t, err)
	s.origin = browsertest.Serve(t, withOriginals{g, s})
	s.Page = browsertest.New(t)
	s.SignIn(s.origin, s.bob)
	return s
}

const ready = `document.body.dataset.ready`

// TestAlbumShowsWhatIsThere: previews are there at once and thumbnails follow, with captions and
// the labels of what is missing; what is clicked is opened, and left again by the way back.
func TestAlbumShowsWhatIsThere(t *testing.T) {
	s := showing(t, 30, nil)
	s.Open(s.url())
	s.Until(ready)
	s.Until(`document.querySelectorAll('.thumb.in').length >= 20`)
	s.Screenshot("album")
	if got := browsertest.Eval[string](s.Page, `document.body.dataset.vouched`); got != "author" {
		t.Errorf("%s vouches for the album", got)
	}
	t.Run("thumbnails are over previews", s.uncovered)
	t.Run("rows of one height fill the width", s.justified)
	t.Run("an item opens and closes", s.opens)
}

func (s *shown) uncovered(t *testing.T) {
	got := browsertest.Eval[int](s.Page, `[...document.querySelectorAll('.thumb.in')].filter((thumb) => {
		const pictures = thumb.closest('a').querySelectorAll('img, canvas')
		return pictures.length !== 2 || pictures[1] !== thumb
	}).length`)
	if got != 0 {
		t.Errorf("%d thumbnails are below their previews", got)
	}
}

func (s *shown) justified(t *testing.T) {
	got := browsertest.Eval[string](s.Page, `(() => {
		const width = document.querySelector('.grid').clientWidth
		const rows = Map.groupBy([...document.querySelectorAll('.tile')].map((e) => e.getBoundingClientRect()), (r) => r.top)
		const all = [...rows.values()].slice(0, -1)
		const bad = all.filter((r) => Math.abs(r.at(-1).right - r[0].left - width) > 1 || new Set(r.map((t) => t.height)).size > 1)
		return all.length > 1 && !bad.length ? '' : JSON.stringify(bad)
	})()`)
	if got != "" {
		t.Error("rows: ", got)
	}
}

func (s *shown) opens(t *testing.T) {
	s.Click(`.tile[data-i="2"] a`)
	s.Until(`document.querySelector('.viewer[open] [data-layer=screen]')`)
	looks(s.Page, "viewer")
	s.fits(t)
	for i, key := range []string{kb.ArrowRight, kb.End, kb.Home, kb.ArrowRight} {
		s.Press(key)
		s.isAt([]int{4, 30, 1, 2}[i])
	}
	s.Press(kb.Escape)
	s.Until(`!document.querySelector('.viewer[open]') && !location.hash`)
	if got := browsertest.Eval[string](s.Page, `document.activeElement.getAttribute('href') ?? ''`); got != itemOf(s.cam, 2) {
		t.Errorf("the focus is at %q", got)
	}
}

// isAt waits until the address says that an item is open.
func (s *shown) isAt(n int) {
	s.w.T.Helper()
	s.Until(fmt.Sprintf(`location.hash === %q`, itemOf(s.cam, n)))
}

// itemOf is what addresses end with where an item is open, counted from 1.
func itemOf(cam *labtest.Camera, n int) string { return "#item-" + cam.Items[n-1].ID.String() }

// fits checks that the viewer shows a picture whole, with nothing over it, until it is zoomed.
func (s *shown) fits(t *testing.T) {
	t.Helper()
	got := browsertest.Eval[string](s.Page, `(() => {
		const box = (q) => document.querySelector('.viewer ' + q).getBoundingClientRect()
		const p = box('[data-layer=screen]'), above = box('header'), below = box('.info')
		const fit = getComputedStyle(document.querySelector('[data-layer=screen]')).objectFit
		const whole = p.top >= above.bottom && p.bottom <= below.top && p.left >= 0 && p.right <= innerWidth && below.bottom <= innerHeight
		return whole && fit === 'contain' && p.height > innerHeight / 3 ? '' : JSON.stringify([p, above, below, fit])
	})()`)
	if got != "" {
		t.Error("the picture is not whole: ", got)
	}
}
