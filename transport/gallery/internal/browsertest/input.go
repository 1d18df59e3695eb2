package browsertest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Click clicks what a selector finds first.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.hits(selector, func(x, y float64) { p.Do(chromedp.MouseClickXY(x, y)) })
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
func Prefer(feature, value string) chromedp.Action[chromedp.Void] {
	features := []*emulation.MediaFeature{{Name: feature, Value: value}}
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
}

// Medium has the page be as it is printed (print), or on the screen again (none).
func Medium(name string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name})
}

// Hover points at what a selector finds first.
func (p *Page) Hover(selector string) {
	p.t.Helper()
	x, y := p.middle(selector)
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y))
}

// Tap touches what a selector finds first.
func (p *Page) Tap(selector string) {
	p.t.Helper()
	p.hits(selector, func(x, y float64) { p.Do(chromedp.TapXY(x, y)) })
}

// Swipe has a finger go by so many pixels to the right.
func (p *Page) Swipe(selector string, by float64) {
	p.t.Helper()
	x, y := p.middle(selector)
	p.touch([]touched{{{x, y}}, {{x + by/2, y}}, {{x + by, y}}, nil})
}

// Pinch has two fingers go apart, from one distance to another.
func (p *Page) Pinch(selector string, from, to float64) {
	p.t.Helper()
	x, y := p.middle(selector)
	apart := func(d float64) touched { return touched{{x - d/2, y}, {x + d/2, y}} }
	p.touch([]touched{apart(from), apart((from + to) / 2), apart(to), nil})
}

// touched is where fingers are.
type touched [][2]float64

// touch has fingers go from place to place.
func (p *Page) touch(path []touched) {
	p.t.Helper()
	typ := input.DispatchTouchEventTypeTouchStart
	for _, at := range path {
		params := input.DispatchTouchEventParams{Type: typ, TouchPoints: []*input.TouchPoint{}}
		for i, f := range at {
			params.TouchPoints = append(params.TouchPoints, &input.TouchPoint{X: f[0], Y: f[1], ID: new(float64(i))})
		}
		if at == nil {
			params.Type = input.DispatchTouchEventTypeTouchEnd
		}
		p.Do(call(input.DispatchTouchEvent, params))
		typ = input.DispatchTouchEventTypeTouchMove
	}
}

// hits has something pointed at, and again where a page has moved under it meanwhile.
func (p *Page) hits(selector string, point func(x, y float64)) {
	p.t.Helper()
	for astray, n := true, 0; astray; n++ {
		if n == 20 {
			p.t.Fatalf("something is over %s", selector)
		}
		x, y := p.middle(selector)
		Eval[bool](p, "addEventListener('pointerdown', (e) => { astray = !e.target.closest?.(`"+selector+"`) }, { capture: true, once: true }), !(globalThis.astray = false)")
		point(x, y)
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		astray, _ = chromedp.Run(ctx, chromedp.Evaluate[bool](`globalThis.astray === true`)) // what fails has led to another page
		cancel()
	}
}

// middle is where the middle of an element is on the screen, once it is seen, works, and is at
// rest; it is scrolled to. The element may be replaced at any time by another one that the selector finds.
func (p *Page) middle(selector string) (x, y float64) {
	p.t.Helper()
	element := "document.querySelector(`" + selector + "`)"
	p.Until(element + "?.checkVisibility({ visibilityProperty: true }) && !" + element + ".disabled")
	at := Eval[[]float64](p, `(async () => {
		for (let before = [], same = 0; ;) {
			const e = `+element+`
			e?.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
			const box = e?.getBoundingClientRect() ?? new DOMRect()
			const at = [box.x + box.width / 2, box.y + box.height / 2]
			same = box.width && at.join() === before.join() ? same + 1 : 0
			if (same === 2) return at
			before = at
			await new Promise(requestAnimationFrame)
		}
	})()`)
	return at[0], at[1]
}

// call is a command of the browser's that returns nothing.
func call[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (none chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, c, params)
		return none, err
	}
}

// Throttle has the page's processor be slower so many times.
func Throttle(times float64) chromedp.Action[chromedp.Void] {
	return call(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times})
}

// NothingCached has the page load all that it loads anew each time.
func NothingCached() chromedp.Action[chromedp.Void] {
	return chromedp.Steps(call(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}),
		call(network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}))
}

// AtStart has a script run in each page before its own.
func AtStart(script string) chromedp.Action[chromedp.Void] {
	return call(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}
