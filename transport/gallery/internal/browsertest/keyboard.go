package browsertest

import (
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stops has globalThis.stops be what Tab is to come to, in the page or the dialog that is over it, and
// globalThis.missed what it has not come to since.
const stops = `(() => {
	const within = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document
	const all = [...within.querySelectorAll('a[href], button, input, select, textarea, summary, video[controls], [tabindex]')]
	globalThis.stops = all.filter((e) => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && e.checkVisibility({ visibilityProperty: true }))
	globalThis.missed = new Set(globalThis.stops)
	return globalThis.stops.length
})()`

// stop takes note of where the focus is, and says what is wrong there.
const stop = `(() => {
	const e = document.activeElement
	globalThis.missed.delete(e)
	const none = e === document.body || getComputedStyle(e).outlineStyle !== 'none' && getComputedStyle(e).outlineWidth !== '0px'
	return none ? '' : 'no outline: ' + e.outerHTML.slice(0, 200)
})()`

// Walks has Tab go round the page, or the dialog that is over it, forwards and backwards, and fails
// the test for all that it does not come to, and for what does not show that it has the focus.
func (p *Page) Walks(what string) {
	p.t.Helper()
	for _, way := range []struct {
		name string
		keys []chromedp.KeyOption
	}{{"forwards", nil}, {"backwards", []chromedp.KeyOption{chromedp.KeyModifiers(chromedp.ModifierShift)}}} {
		n := Eval[int](p, stops)
		for range 2*n + 3 { // the browser itself is among them, and tips that open at what has the focus
			p.Do(chromedp.KeyEvent(kb.Tab, way.keys...))
			if wrong := Eval[string](p, stop); wrong != "" {
				p.t.Errorf("%s, %s: %s", what, way.name, wrong)
			}
			if Eval[int](p, `globalThis.missed.size`) == 0 {
				break
			}
		}
		missed := Eval[[]string](p, `[...globalThis.missed].filter((e) => e.checkVisibility({ visibilityProperty: true })).map((e) => e.outerHTML.slice(0, 200))`)
		if len(missed) > 0 {
			p.t.Errorf("%s, %s: Tab does not come to\n%s", what, way.name, strings.Join(missed, "\n"))
		}
	}
}
