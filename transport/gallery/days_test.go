package gallery_test

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestDaysHeadAlbum: photos stand below the days on which they were taken, wherever they are looked
// at, also in the album that takes the place of theirs.
func TestDaysHeadAlbum(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob := a.User("bob")
	a.joins(signature.StationPeer)
	do(a.Page, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "America/New_York"})
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('input[type=file]')`)
	a.picks(map[string][]byte{
		"late.jpg":  taken(original(0), "2026:05:02 00:10:00", 1),
		"early.jpg": taken(original(1), "2026:05:01 23:50:00", 1),
		"also.jpg":  taken(original(2), "2026:05:02 23:50:00", 1),
	})
	a.Until(`document.body.dataset.made === '3'`)
	a.types(`.choosing input[type=text]`, "bob@example.org\r")
	a.Until(`document.querySelector('.people .who')`)
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	c := a.shared(bob)
	if days := c.Header().Metadata["days"]; days != "2026-05-01*1 2026-05-02*2" {
		t.Errorf("the album says %q", days)
	}
	headings := func(path, want string) {
		t.Helper()
		a.Open(a.origin + path)
		a.Until(`document.body.dataset.ready && document.querySelector('.day')`)
		got := browsertest.Eval[[]string](a.Page, `[...document.querySelectorAll('.day')].map((e) => e.textContent)`)
		if strings.Join(got, "; ") != want {
			t.Errorf("it is headed by %q", got)
		}
	}
	path := "/album/" + c.Author().String() + "/" + c.ID().String()
	headings(path, "May 1, 2026; May 2, 2026")
	a.Screenshot("days")

	a.Open(a.origin + path + "/edit")
	a.Until(`document.querySelectorAll('.card').length === 3`)
	a.Do(chromedp.SetUploadFiles(`input[type=file]`, []string{a.file("new.jpg", taken(original(3), "2026:05:03 01:00:00", 1))}))
	a.Until(`document.querySelector('[aria-label="To be added"] .card img')`)
	a.Click(`button[aria-label="Take out early.jpg"]`)
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('dialog[open]')`)
	a.Click(`dialog button[value=yes]`)
	a.Until(`document.querySelector('.good a')`)
	next := browsertest.Eval[string](a.Page, `document.querySelector('.good a').pathname`)
	headings(next, "May 2, 2026; May 3, 2026")
}
