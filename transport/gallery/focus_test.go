package gallery_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// TestKeysGoOn: whatever changes on the screen, or is clicked, the focus is where it was or at what
// took that place, so that keys are heard.
func TestKeysGoOn(t *testing.T) {
	s := showing(t, 4, nil)
	s.Open(s.url())
	s.Until(ready)
	s.Until(`document.querySelectorAll('.mark.pending').length === 4`)

	browsertest.Eval[any](s.Page, `document.querySelector('.tile[data-i="3"] .mark').focus()`)
	s.cam.Syncs(s.home, s.name)
	s.home.Withdraws(s.name, s.cam.Items[3].ID)
	s.Until(`document.querySelector('.tile[data-i="3"]').dataset.standing === 'withdrawn'`)
	s.focused(`.tile[data-i="3"] a`)

	s.Click(`.tile[data-i="1"] a`)
	s.Until(`document.querySelector('.viewer[open] .wish')`)
	browsertest.Eval[any](s.Page, `document.querySelector('.viewer .wish').focus()`)
	s.goesTo(kb.ArrowRight, 3)
	s.focused(`.viewer .wish`)
	s.goesTo(kb.End, 4)
	s.goesTo(kb.ArrowLeft, 3)
	s.Click(`.viewer > .right`)
	s.isAt(4)
	s.focused(`.viewer > .right`)
	s.goesTo(kb.ArrowLeft, 3)
	s.Click(`.viewer .stage`)
	s.goesTo(kb.Home, 1)
	browsertest.Eval[any](s.Page, `document.querySelector('.viewer .wish').focus()`)

	s.home.Publishes(s.name)
	s.Until(`!document.querySelector('.viewer .wish')`)
	s.focused(`.viewer .acts button`)
	s.goesTo(kb.ArrowRight, 2)
	s.Press(kb.Escape)
	s.focused(`.tile[data-i="1"] a`)

	s.Phone() // all tiles are made anew
	s.Until(`document.querySelector('.grid').clientWidth < 400`)
	s.focused(`.tile[data-i="1"] a`)
}

// goesTo presses a key that has the viewer go to an item.
func (s *shown) goesTo(key string, item int) {
	s.w.T.Helper()
	s.Press(key)
	s.isAt(item)
}

// focused waits until what a selector finds first has the focus.
func (s *shown) focused(selector string) {
	s.w.T.Helper()
	s.Until("document.activeElement === document.querySelector(`" + selector + "`)")
}
