package gallery_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// atMost is how many bytes a picture in README.md has.
const atMost = 120_000

// TestPicturesOfReadme makes the pictures in README.md: an album of which some originals are there,
// with what is said of one that is not, the viewer, and a phone in the dark.
func TestPicturesOfReadme(t *testing.T) {
	s := landscapes(t)
	s.Do(chromedp.EmulateViewport(1280, 800))
	s.Open(s.url())
	s.Until(ready + drawn)
	s.Until(`document.querySelectorAll('.mark.pending').length === 5`)
	s.Hover(`.tile[data-i="3"] .mark`)
	s.Until(`document.querySelector('.tip:popover-open')?.innerText.includes('is expected to bring it')` + drawn)
	browsertest.Picture(s.Page, "album", atMost)
	s.Press(kb.Escape)
	s.Click(`.tile[data-i="4"] a`)
	s.Until(`document.querySelector('.viewer[open] [data-layer=screen]')` + drawn)
	browsertest.Picture(s.Page, "viewer", atMost)
	s.Phone()
	s.Do(browsertest.Prefer("prefers-color-scheme", "dark"))
	s.Open(s.url())
	s.Until(ready + drawn)
	browsertest.Picture(s.Page, "phone", atMost)
}

// drawn: all pictures are there that are seen, and who vouches for them, and nothing fades in any more.
const drawn = ` && document.querySelector('main > .vouch') &&
	[...document.querySelectorAll('.tile')].every((e) => e.getBoundingClientRect().top > innerHeight || e.querySelector('.thumb.in')) &&
	document.getAnimations().every((a) => a.playState === 'finished')`

// landscapes is an album of landscapes of two days, of which the originals of all but five are there.
func landscapes(t *testing.T) *shown {
	s := &shown{w: browsertest.World(t, hub.Config{RequiredFromDevice: 2})}
	ann := s.w.User("Ann")
	s.bob = s.w.User("Bob")
	s.home, s.cam = s.w.Peer(ann, "home"), s.w.Camera(ann, 0)
	browsertest.Landscapes(t, s.cam, "The valley at noon", "Sunset from the hut", "Early, and nobody up yet", "Midnight",
		"On the way down", "The pass", "Last light", "Fog in the morning", "From the tent", "Home again", "One more", "The same hill, later")
	name, err := s.cam.Make(t.Context(), collection.Header{
		Title: "A week in the hills", Authority: s.w.Authority(), Metadata: map[string]string{"days": "2026-07-01*5 2026-07-02*7"},
	}, collection.Body{Items: s.cam.Items, Recipients: []collection.UserID{s.bob}, Completers: []collection.UserID{ann}})
	labtest.Must(t, err)
	s.name = name
	s.cam.Shares(name)
	for _, i := range []int{2, 3, 6, 8, 10} { // which the card has lost
		photo := s.cam.Card[s.cam.Items[i].ID]
		photo[2] = nil
		s.cam.Card[s.cam.Items[i].ID] = photo
	}
	s.cam.Syncs(s.home, name)
	s.home.Publishes(name)
	g, err := gallery.New(gallery.OfHub(s.w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	s.origin = browsertest.Serve(t, g)
	s.Page = browsertest.New(t)
	s.SignIn(s.origin, s.bob)
	return s
}
