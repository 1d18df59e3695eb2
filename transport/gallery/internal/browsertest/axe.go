package browsertest

import (
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

// axeFile is axe-core, as `npm ci` in transport/gallery/js puts it there, seen from the folder of
// the gallery's tests.
const axeFile = "js/node_modules/axe-core/axe.min.js"

// axeRun has axe-core look for everything that WCAG 2.2 asks for at level AA, and what is beyond
// that good practice, and says where something is wrong. What is still fading in is looked at as it
// will be.
const axeRun = `(async () => {
	document.getAnimations().forEach((a) => a.finish())
	const r = await axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
	return r.violations.flatMap((v) => v.nodes.map((n) => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ': ' + n.html.slice(0, 200)))
})()`

// Accessible fails the test for everything that axe-core finds in the page as it is now; what says
// which state that is. Without axe-core nothing is looked for, or the test fails if
// GLIMPSE_NEED_ENGINES is 1.
func (p *Page) Accessible(what string) {
	p.t.Helper()
	script, err := os.ReadFile(axeFile)
	switch {
	case err != nil && os.Getenv("GLIMPSE_NEED_ENGINES") == "1":
		p.t.Fatal(err)
	case err != nil:
		p.t.Log("no axe-core: npm ci in transport/gallery/js: ", err)
		return
	}
	if !Eval[bool](p, `'axe' in globalThis`) {
		p.Do(chromedp.Evaluate[chromedp.Void](string(script)))
	}
	if found := Eval[[]string](p, axeRun); len(found) > 0 {
		p.t.Errorf("%s: axe-core finds:\n%s", what, strings.Join(found, "\n"))
	}
}
