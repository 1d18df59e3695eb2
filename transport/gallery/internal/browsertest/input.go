package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Click clicks what a selector finds first.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Press presses keys, of package kb.
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(keys))
}

// Phone has the page on a phone, 390 by 844, that is touched.
func (p *Page) Phone() {
	p.t.Helper()
	p.Do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// Prefer sets what people prefer, such as prefers-color-scheme to dark, until it is set anew.
func (p *Page) Prefer(feature, value string) {
	p.t.Helper()
	p.Do(func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: feature, Value: value}}}
		_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, params)
		return none, err
	})
}

// Hover points at what a selector finds first.
func (p *Page) Hover(selector string) {
	p.t.Helper()
	at := Eval[[]float64](p, `(() => {
		const box = document.querySelector(`+"`"+selector+"`"+`).getBoundingClientRect()
		return [box.x + box.width / 2, box.y + box.height / 2]
	})()`)
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
}
