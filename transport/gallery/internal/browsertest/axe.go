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
// that good practice, and says where something is wrong.
const axeRun = `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.flatMap((v) =>
	v.nodes.map((n) => v.id + ' (' + v.impact + '): ' + n.target.join(' ') + ': ' + n.html.slice(0, 200))))`

// Accessible fails the test for everything that axe-core finds in the page as it is now. Without
// axe-core it skips the test, or fails it if GLIMPSE_NEED_ENGINES is 1.
func (p *Page) Accessible() {
	p.t.Helper()
	script, err := os.ReadFile(axeFile)
	switch {
	case err != nil && os.Getenv("GLIMPSE_NEED_ENGINES") == "1":
		p.t.Fatal(err)
	case err != nil:
		p.t.Skip("no axe-core: npm ci in transport/gallery/js: ", err)
	}
	p.Do(chromedp.Evaluate[chromedp.Void](string(script)))
	if found := Eval[[]string](p, axeRun); len(found) > 0 {
		p.t.Errorf("axe-core finds:\n%s", strings.Join(found, "\n"))
	}
}
