package gallery_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// TestLabelsSayWhatIsMissing: an icon at each picture, and a tip in words, for who points at it,
// touches it, goes there by keys or listens; a wish with one click; and no icon any more as soon as
// the label goes, without reload, also in a browser that is no station and has no originals.
func TestLabelsSayWhatIsMissing(t *testing.T) {
	s := showing(t, 6, nil)
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
	s.Until(`document.querySelector('.viewer .why a[href="/join"]')`)
	got := browsertest.Eval[string](s.Page, `document.querySelector('.viewer .why').textContent`)
	if want := "only to a browser with a key of its own"; !strings.Contains(got, want) {
		t.Errorf("why there is no original: %q", got)
	}
	looks(s.Page, "original-no-station")
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
	s.Until(`!document.querySelector('.about .labelled')`) // it is not to come
	looks(s.Page, "withdrawn")
}

// TestWishComesTrue: in a browser that is a station, whose hub names its root key, the icons go
// when the labels go, and what was wished for comes by itself, from the home that has it.
func TestWishComesTrue(t *testing.T) {
	l := lends(t, 6)
	l.cam.Shares(l.name)
	l.p.Open(l.origin + "/album/" + l.name.Author.String() + "/" + l.name.ID.String())
	l.p.Until(ready + ` && document.body.dataset.root`)
	l.p.Until(`document.querySelectorAll('.mark.pending').length === 6`)
	l.p.Click(`.tile[data-i="1"] .mark`)
	l.p.Click(`.tip .wish`)
	l.p.Until(`document.querySelector('.tip .wish').getAttribute('aria-pressed') === 'true'`)
	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	l.p.Until(`document.querySelectorAll('.mark').length === 0 && document.body.dataset.vouched === 'author'`)
	l.p.Until(`document.querySelector('.tile[data-i="1"]').dataset.standing === 'here'`)
	l.p.Press(kb.Escape)
	l.p.Click(`.tile[data-i="1"] a`)
	l.showsOriginal()

	t.Run("on the pages of a home", func(t *testing.T) {
		root := l.w.Hub.Hub.PublicKey()
		g, err := gallery.New(gallery.OfHome(l.home.Station.Peer, root, nil, httplink.HandlerOptions{}), gallery.Config{})
		labtest.Must(t, err)
		origin := browsertest.Serve(t, g)
		l.p.SignIn(origin, l.bob)
		l.p.Open(origin + "/album/" + l.name.Author.String() + "/" + l.name.ID.String())
		l.p.Until(ready + ` && document.body.dataset.vouched === 'author'`)
		l.p.Click(`.tile[data-i="1"] a`)
		l.p.Click(`.viewer .original`)
		l.showsOriginal()
	})
}

// showsOriginal checks that the viewer shows an original, and what may be done with it.
func (l *lent) showsOriginal() {
	l.t.Helper()
	l.p.Until(`document.querySelector('.viewer [data-layer=original]')`)
	rights := browsertest.Eval[string](l.p, `[...document.querySelectorAll('.viewer [data-right]')].map((e) => e.dataset.right).join()`)
	if rights != "print,export" {
		l.t.Errorf("it offers %q", rights)
	}
	if width := browsertest.Eval[int](l.p, `document.querySelector('[data-layer=original]').naturalWidth`); width != 1600 {
		l.t.Errorf("it shows a picture of %d pixels", width)
	}
	l.p.Screenshot("original")
}
