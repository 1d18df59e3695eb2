// Package browsertest has tests look at pages in a real browser, Chromium, as people do.
package browsertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take to come to what is awaited, on a machine that is busy.
const patience = 90 * time.Second

// Page is a tab of a browser with a profile of its own.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	broken []string // what scripts have failed at
}

// New opens a browser that ends with the test. It skips the test if there is none, or fails it if
// GLIMPSE_NEED_ENGINES is 1; in short it skips it, too. What scripts fail at, or write as an error,
// fails the test.
func New(t testing.TB, flags ...chromedp.ExecAllocatorOption) *Page {
	t.Helper()
	if testing.Short() {
		t.Skip("in short no browser is started, which no race detector sees into")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program(t)),
		chromedp.NoSandbox, chromedp.WindowSize(1280, 800), chromedp.Flag("disable-dev-shm-usage", true))
	all, end := chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
	ctx, cancel := chromedp.NewContext(all)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() { cancel(); end(); p.check() })
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	return p
}

func program(t testing.TB) string {
	t.Helper()
	if name := os.Getenv("GLIMPSE_CHROMIUM"); name != "" {
		return name
	}
	name, err := exec.LookPath("chromium")
	switch {
	case err == nil:
		return name
	case os.Getenv("GLIMPSE_NEED_ENGINES") == "1":
		t.Fatal(err)
	}
	t.Skip("no chromium: ", err)
	return ""
}

// hear takes note of what scripts fail at.
func (p *Page) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		p.broken = append(p.broken, text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			p.broken = append(p.broken, fmt.Sprintf("%+v", e.Args))
		}
	}
}

func (p *Page) check() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.broken {
		p.t.Errorf("a script failed: %s", b)
	}
}

// Forgive forgets what scripts have failed at so far, and returns it.
func (p *Page) Forgive() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	broken := p.broken
	p.broken = nil
	return broken
}

// Do does things in the page, one after the other; what cannot be done ends the test.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	Run(p, chromedp.Steps(actions...))
}

// Run does something in the page and returns what comes of it; what cannot be done ends the test.
func Run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%v; scripts: %q", err, p.Forgive())
	}
	return value
}

// Open goes to a page.
func (p *Page) Open(url string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(url))
}

// Eval returns what an expression is in the page, a promise's value where it is one.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return Run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Until waits until an expression is true in the page, also in another one that it goes to.
func (p *Page) Until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if is {
			return
		}
		if ctx.Err() != nil {
			p.Screenshot("failed")
			p.t.Fatalf("it is never so that %s: %v; scripts: %q", expression, err, p.Forgive())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Screenshot keeps what is on the screen as a PNG in the folder that GLIMPSE_SCREENSHOTS names;
// without that it keeps nothing.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	if os.Getenv("GLIMPSE_SCREENSHOTS") != "" {
		p.keep(name+".png", Run(p, chromedp.CaptureScreenshot()))
	}
}

// Picture keeps what is on the screen as a JPEG for people to look at, where Screenshot does, and
// fails the test if that has more bytes than a page that shows it should load.
func Picture(p *Page, name string, most int) {
	p.t.Helper()
	screen, err := png.Decode(bytes.NewReader(Run(p, chromedp.CaptureScreenshot())))
	if err != nil {
		p.t.Fatal(err)
	}
	data := encode(screen)
	if len(data) > most {
		p.t.Errorf("%s has %d bytes", name, len(data))
	}
	if os.Getenv("GLIMPSE_SCREENSHOTS") != "" {
		p.keep(name+".jpg", data)
	}
}

func (p *Page) keep(name string, data []byte) {
	p.t.Helper()
	folder := os.Getenv("GLIMPSE_SCREENSHOTS")
	err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), data, 0o644))
	if err != nil {
		p.t.Fatal(err)
	}
}
