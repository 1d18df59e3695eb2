package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/profiler"
	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// most is how many functions a profile names.
const most = 15

// printProfile prints, on the standard error stream, what takes the page's time while something
// is done: of the browser's work, and of functions themselves, without what they call.
func printProfile(t *testing.T, p *browsertest.Page, do func()) {
	ask(p, performance.Enable, performance.EnableParams{})
	ask(p, profiler.Enable, cdp.Empty{})
	before := works(p)
	ask(p, profiler.Start, cdp.Empty{})
	do()
	got := ask(p, profiler.Stop, cdp.Empty{})
	for name, seconds := range works(p) {
		_, err := fmt.Fprintf(os.Stderr, "%8.0f ms %s\n", 1000*(seconds-before[name]), name)
		labtest.Must(t, err)
	}
	for _, f := range selves(got.Profile) {
		_, err := fmt.Fprintf(os.Stderr, "%8.1f ms %s\n", f.ms, f.name)
		labtest.Must(t, err)
	}
}

// ask has the browser answer a command.
func ask[P, R any](p *browsertest.Page, c cdp.Command[P, R], params P) R {
	return browsertest.Run(p, chromedp.Action[R](func(ctx context.Context, t *chromedp.Target) (R, error) {
		return cdp.Call(ctx, t, c, params)
	}))
}

// works is for how many seconds the page has worked so far, by the kind of work.
func works(p *browsertest.Page) map[string]float64 {
	all := map[string]float64{}
	for _, m := range ask(p, performance.GetMetrics, cdp.Empty{}).Metrics {
		if strings.HasSuffix(m.Name, "Duration") {
			all[m.Name] = m.Value
		}
	}
	return all
}

// self is the time of a function itself.
type self struct {
	name string
	ms   float64
}

// selves are the functions of a profile that took most.
func selves(of *profiler.Profile) []self {
	names, times := map[int64]string{}, map[string]float64{}
	for _, n := range of.Nodes {
		f := n.CallFrame
		names[n.ID] = fmt.Sprintf("%s %s:%d", cmp.Or(f.FunctionName, "(anonymous)"), path.Base(f.URL), f.ColumnNumber)
	}
	for i, id := range of.Samples {
		times[names[id]] += float64(of.TimeDeltas[i]) / 1000
	}
	var all []self
	for name, ms := range times {
		all = append(all, self{name, ms})
	}
	slices.SortFunc(all, func(a, b self) int { return cmp.Compare(b.ms, a.ms) })
	return all[:min(len(all), most)]
}
