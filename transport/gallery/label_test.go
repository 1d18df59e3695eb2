package gallery_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// TestLabelsSayWhatIsMissing: an icon at each picture, and a tip in words, for who points at it,
// touches it, goes there by keys or listens; a wish with one click, and the original when it comes,
// without reload.
func TestLabelsSayWhatIsMissing(t *testing.T) {
	home := func(of *gallery.Station) { of.Root = nil } // which serves originals to who is signed in
	s := showing(t, 6, nil, home)
	s.Open(s.url())
	s.Until(ready)
	s.Until(`document.querySelectorAll('.mark.pending').length === 6`)
	looks(s.Page, "labelled")
	t.Run("at the icon", s.tells)
	t.Run("a wish", s.wishes)
	t.Run("no more than the gate allows", s.allowsNothing)
	t.Run("the labels go", s.completes)
	t.Run("withdrawn reads differently", s.withdraws)
}

func (s *shown) tells(t *testing.T) {
	s.Hover(`.tile[data-i="1"] .mark`)
	s.Until(`document.querySelector('.tip:popover-open')?.innerText.includes('is expected to bring it')`)
	s.Screenshot("tip")
	s.Accessible("a tip")
	s.Press(kb.Escape)
	s.Until(`!document.querySelector('.tip:popover-open')`)
	described := browsertest.Eval[bool](s.Page, `[...document.querySelectorAll('.tile a, .mark')].every((e) =>
		document.getElementById(e.getAttribute('aria-describedby')).textContent.includes('not there yet'))`)
	if !described {
		t.Error("those who listen are not told")
	}
}

func (s *shown) wishes(t *testing.T) {
	s.Click(`.tile[data-i="1"] .mark`)
	s.Click(`.tip .wish`)
	s.Until(`document.querySelector('.tip .wish').getAttribute('aria-pressed') === 'true'`)
	s.Press(kb.Escape)
	s.Open(s.url())
	s.Until(ready)
	s.Click(`.tile[data-i="1"] a`)
	s.Until(`document.querySelector('.viewer .wish')?.getAttribute('aria-pressed') === 'true'`)
	looks(s.Page, "wish")
}

func (s *shown) allowsNothing(t *testing.T) {
	got := browsertest.Eval[string](s.Page, `[...document.querySelectorAll('.viewer [data-right]')].map((e) => e.dataset.right).join()`)
	if got != "" {
		t.Errorf("of a labelled item it offers %q", got)
	}
	if why := browsertest.Eval[string](s.Page, `document.querySelector('.viewer .label').innerText`); why == "" {
		t.Error("it does not say why")
	}
}

func (s *shown) completes(t *testing.T) {
	s.cam.Syncs(s.home, s.name)
	s.home.Publishes(s.name)
	s.Until(`document.querySelectorAll('.mark').length === 0`)
	s.Until(`document.querySelector('.viewer [data-layer=original]')`)
	rights := browsertest.Eval[string](s.Page, `[...document.querySelectorAll('.viewer [data-right]')].map((e) => e.dataset.right).join()`)
	if rights != "print,export" {
		t.Errorf("it offers %q", rights)
	}
	if width := browsertest.Eval[int](s.Page, `document.querySelector('[data-layer=original]').naturalWidth`); width != 1600 {
		t.Errorf("it shows a picture of %d pixels", width)
	}
	looks(s.Page, "original")
	s.Press(kb.Escape)
}

func (s *shown) withdraws(t *testing.T) {
	s.home.Withdraws(s.name, s.cam.Items[3].ID)
	s.Until(`document.querySelectorAll('.mark').length === 1`)
	s.Until(`document.querySelector('.tile[data-i="3"] .mark.withdrawn')`)
	told := browsertest.Eval[string](s.Page, `document.getElementById('label-3').textContent`)
	if want := "The author has withdrawn it"; !strings.Contains(told, want) {
		t.Errorf("it says %q", told)
	}
	looks(s.Page, "withdrawn")
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
	mux.HandleFunc("GET /v1/originals/{author}/{id}/{item}", serveOriginals(o.home.Station.Peer.As(transport.Identity{User: o.shown.bob})))
	mux.ServeHTTP(w, r)
}

// serveOriginals serves what a home has.
func serveOriginals(home transport.Originals) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
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
