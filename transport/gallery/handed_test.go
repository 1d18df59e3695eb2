package gallery_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// ofHome has a gallery's pages be those of a home, which serves originals to who is signed in.
func ofHome(of *gallery.Station) { of.Originals = true }

// printer keeps what is to be seen on a sheet, in the place of a printer; sharer what is shared.
const (
	printer = `globalThis.print = () => { globalThis.sheet = [...document.querySelectorAll('img, canvas, video, .tip, header, footer')].filter((e) => e.checkVisibility()).map((e) => e.className + ' ' + e.naturalWidth) }`
	sharer  = `Object.assign(navigator, { canShare: () => true, share: async ({ files }) => { globalThis.shared = [files[0].name, files[0].type, files[0].size] } })`
)

// TestOriginalsAreHandedOut: a film shows its first frame, and plays once it is there; pictures are
// printed, downloaded and shared as they are, and documents and films what makes sense of that;
// what a browser cannot do is said.
func TestOriginalsAreHandedOut(t *testing.T) {
	s := showing(t, 4, func(b *collection.Body) {
		b.Items[1].MediaType, b.Items[2].MediaType = "video/mp4", "application/pdf"
	}, ofHome)
	s.Do(browsertest.AtStart(printer))
	s.cam.Syncs(s.home, s.name)
	s.home.Publishes(s.name)
	s.home.Withdraws(s.name, s.cam.Items[3].ID)
	s.Open(s.url())
	s.Until(ready + ` && document.querySelectorAll('.thumb.in').length === 3`)
	t.Run("a film", s.plays)
	t.Run("a document", s.isDocument)
	t.Run("print", s.prints)
	t.Run("download", s.downloads)
	t.Run("share", s.shares)
}

// opened opens an item in the viewer.
func (s *shown) opened(i int) {
	s.Until(`!document.querySelector('.viewer[open]')`)
	s.does(fmt.Sprintf(`.tile[data-i="%d"] a`, i))
	s.Until(fmt.Sprintf(`document.querySelector('.viewer[open] .count')?.textContent.startsWith('%d ')`, i+1))
}

// does clicks a button of those that are made anew with each piece of news, or are in no printed page.
func (s *shown) does(selector string) {
	s.Until("document.querySelector('" + selector + "')")
	browsertest.Eval[bool](s.Page, "(document.querySelector('"+selector+"').click(), true)")
}

// offers are the rights that the viewer has buttons for.
func (s *shown) offers() string {
	return browsertest.Eval[string](s.Page, `[...document.querySelectorAll('.viewer [data-right]')].map((e) => e.dataset.right).join()`)
}

func (s *shown) plays(t *testing.T) {
	s.Until(`document.querySelector('.tile[data-i="1"] .sort .icon.film') && document.querySelector('.tile[data-i="1"] .thumb.in')`)
	s.opened(1)
	s.Until(`document.querySelector('.viewer [data-layer=screen]')`)
	if browsertest.Eval[bool](s.Page, `!!document.querySelector('.viewer video')`) || s.offers() != "export" {
		t.Error("it plays what is not there, or offers", s.offers())
	}
	looks(s.Page, "film")
	s.does(`.viewer .original`)
	s.Until(`document.querySelector('.viewer video[controls]')?.src.startsWith('blob:')`)
	s.Press(kb.Escape)
}

func (s *shown) isDocument(t *testing.T) {
	s.opened(2)
	if s.offers() != "export" {
		t.Error("of a document it offers", s.offers())
	}
	s.Press(kb.Escape)
}

func (s *shown) prints(t *testing.T) {
	s.opened(0)
	s.Do(browsertest.Medium("print"))
	s.does(`[data-right=print]`)
	s.Until(`globalThis.sheet`)
	if got := browsertest.Eval[string](s.Page, `sheet.join()`); got != "sheet 1600" {
		t.Errorf("the sheet has %q", got)
	}
	s.Until(`!document.querySelector('.sheet')`)
	got := browsertest.Eval[string](s.Page, `[...document.querySelectorAll('.tile, .viewer, .mark, .tip, .top, .foot')].filter((e) => e.checkVisibility()).map((e) => e.dataset.i ?? e.className).join()`)
	if got != "0,1,2" { // the last one is withdrawn
		t.Errorf("the printed page has %q", got)
	}
	s.Do(browsertest.Medium(""))
	s.Press(kb.Escape)
}

func (s *shown) downloads(t *testing.T) {
	folder := t.TempDir()
	do(s.Page, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder})
	s.opened(0)
	s.does(`[data-right=export]`)
	want := s.cam.Card[s.cam.Items[0].ID][2]
	var got []byte
	for begun := time.Now(); !bytes.Equal(got, want); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("%d bytes of %d were downloaded", len(got), len(want))
		}
		got, _ = os.ReadFile(filepath.Join(folder, "Holidays 1.jpg")) // which may not be there yet
	}
	s.Press(kb.Escape)
}

func (s *shown) shares(t *testing.T) {
	s.opened(0)
	if s.offers() != "print,export" {
		t.Error("a browser that cannot share offers", s.offers())
	}
	s.Until(`document.querySelector('.viewer .acts').innerText.includes('cannot share files')`)
	s.Press(kb.Escape)
	s.Do(browsertest.AtStart(sharer))
	s.Open(s.url())
	s.Until(ready)
	s.opened(0)
	s.does(`[data-right=re-share]`)
	s.Until(`globalThis.shared`)
	want := fmt.Sprintf(`Holidays 1.jpg,image/jpeg,%d`, len(s.cam.Card[s.cam.Items[0].ID][2]))
	if got := browsertest.Eval[string](s.Page, `shared.join()`); got != want {
		t.Errorf("it shares %s in the place of %s", got, want)
	}
	s.Press(kb.Escape)
}

// withOriginals is a gallery whose station serves originals, as a home does.
type withOriginals struct {
	*gallery.Gallery
	*shown
}

func (o withOriginals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if o.down.Load() {
		panic(http.ErrAbortHandler)
	}
	mux := http.NewServeMux()
	mux.Handle("/", o.Gallery)
	mux.HandleFunc("GET /v1/originals/{author}/{id}/{item}", o.serveOriginals(o.home.Station.Peer.As(transport.Identity{User: o.shown.bob})))
	mux.ServeHTTP(w, r)
}

// serveOriginals serves what a home has.
func (o withOriginals) serveOriginals(home transport.Originals) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if o.away.Load() {
			panic(http.ErrAbortHandler)
		}
		var ref transport.Ref
		err := ref.Collection.Author.UnmarshalText([]byte(r.PathValue("author")))
		if err == nil {
			err = ref.Collection.ID.UnmarshalText([]byte(r.PathValue("id")))
		}
		if err == nil {
			err = ref.Item.UnmarshalText([]byte(r.PathValue("item")))
		}
		if err != nil {
			http.NotFound(w, r)
			return
		}
		s, err := home.Original(r.Context(), ref, 0, -1)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		defer s.Close()
		w.Header().Set("Glimpse-Size", strconv.FormatInt(s.Size, 10))
		_, _ = io.Copy(w, s)
	}
}
