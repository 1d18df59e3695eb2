package gallery_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
)

// TestAlbumsSayWhatIsNew: the page of all albums says what is new since each was opened, and a new
// one appears, and one that has ended says so, without reload.
func TestAlbumsSayWhatIsNew(t *testing.T) {
	s := showing(t, 3, nil)
	s.Open(s.origin + "/")
	s.Until(`document.querySelector('.albums .news')?.textContent === 'New'`)
	s.Open(s.url())
	s.Until(ready)
	s.Open(s.origin + "/")
	s.Until(ready + ` && !document.querySelector('.albums .news')`)

	browsertest.Photos(t, s.cam, 1) // another one: what comes for one album comes for all that have it
	other, err := s.cam.Make(t.Context(), collection.Header{Title: "Mountains", Authority: s.w.Authority()},
		collection.Body{Items: s.cam.Items[3:], Recipients: []collection.UserID{s.bob}})
	labtest.Must(t, err)
	s.cam.Shares(other)
	s.Until(`document.querySelector('.albums li b').textContent === 'Mountains'`)
	browsertest.Eval[any](s.Page, `document.querySelectorAll('.albums a')[1].focus()`)
	s.cam.Syncs(s.home, s.name)
	s.home.Publishes(s.name)
	s.Until(`document.querySelector('.albums li b').textContent === 'Holidays' && document.querySelector('.albums .news').textContent === '3 originals are new'`)
	s.focused(`.albums a`)
	s.Until(`[...document.querySelectorAll('.albums img')].every((e) => e.naturalWidth)`)
	looks(s.Page, "albums-news")

	labtest.Must(t, s.home.Station.Peer.Author.End(t.Context(), s.name))
	s.Until(`document.querySelector('.albums .over .news')?.textContent === 'Has ended'`)
}

// TestAlbumOffline: what was seen is shown where nobody answers, and says so; nothing of it is left
// to another user.
func TestAlbumOffline(t *testing.T) {
	s := showing(t, 4, nil)
	s.Open(s.url())
	s.Until(`document.querySelectorAll('.thumb.in').length === 4 && navigator.serviceWorker.controller`)
	s.Open(s.url()) // which the worker sees
	s.Until(ready)
	for browsertest.Eval[int](s.Page, kept) < 4 { // thumbnails are kept when the page has nothing else to do
		time.Sleep(10 * time.Millisecond)
	}
	s.down.Store(true)
	s.Open(s.url())
	s.Until(`document.querySelectorAll('.thumb.in').length === 4`)
	s.Until(`document.querySelector('.offline')?.textContent.startsWith('Offline, as of')`)
	looks(s.Page, "offline")
	s.Forgive()
	s.down.Store(false)
	browsertest.Eval[any](s.Page, `dispatchEvent(new Event('online'))`) // as browsers do that have a network again
	s.Until(`!document.querySelector('.offline')`)

	s.SignIn(s.origin, s.w.User("eve"))
	s.Open(s.origin + "/")
	s.Until(ready)
	if n := browsertest.Eval[int](s.Page, left); n != 0 {
		t.Errorf("%d pages, pictures and texts are left to another user", n)
	}
	s.Open(s.url())
	s.Until(`document.title && !document.querySelector('.grid')`)
	looks(s.Page, "not-there")

	s.SignIn(s.origin, s.bob)
	s.Open(s.url())
	s.Until(`document.querySelectorAll('.thumb.in').length === 4`)
	if kept := browsertest.Eval[bool](s.Page, `fetch('/signout').then(() => caches.has('glimpse-seen'))`); !kept {
		t.Error("what was seen goes without anybody signing out")
	}
	s.Forgive() // the browser notes the refusal
	s.Open(s.origin + "/settings")
	s.Click(`[action="/signout"] button`)
	s.Until(`document.querySelector('#ways') && !document.querySelector('#ways').hidden`)
	if n := browsertest.Eval[int](s.Page, left); n != 0 {
		t.Errorf("of what was seen, %d things are left by who signs out", n)
	}
}

// kept counts the thumbnails that a browser has kept.
const kept = `caches.open('glimpse-seen').then((c) => c.keys()).then((all) => all.filter((r) => r.url.includes('/versions/')).length)`

// left counts what a browser has kept of albums: pages, pictures, states and originals.
const left = `(async () => {
	let n = 0
	for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) n += /album|versions/.test(r.url) ? 1 : 0
	const db = await new Promise((done) => { const r = indexedDB.open('glimpse'); r.onsuccess = () => done(r.result) })
	const keys = await new Promise((done) => { const r = db.transaction('seen').objectStore('seen').getAllKeys(); r.onsuccess = () => done(r.result) })
	db.close()
	n += keys.filter((k) => k.includes('/')).length
	for await (const name of (await navigator.storage.getDirectory()).keys()) n += name === 'originals' ? 1 : 0
	return n
})()`

// TestAlbumOnAPhone: at 390 by 844, in the dark, all is there and nothing is wider than the screen.
func TestAlbumOnAPhone(t *testing.T) {
	s := showing(t, 12, nil)
	s.Phone()
	s.Do(browsertest.Prefer("prefers-color-scheme", "dark"))
	s.Open(s.url())
	s.Until(`document.querySelectorAll('.thumb.in').length > 5`)
	top := browsertest.Eval[float64](s.Page, `document.querySelector('.grid').getBoundingClientRect().top`)
	s.Until(`document.querySelector('a.vouch')`)
	if got := browsertest.Eval[float64](s.Page, `document.querySelector('.grid').getBoundingClientRect().top`); got != top {
		t.Errorf("what is about to be touched goes from %v to %v", top, got)
	}
	if wide := browsertest.Eval[int](s.Page, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("it is %d pixels too wide", wide)
	}
	s.Screenshot("phone")
	s.Accessible("an album on a phone")
	s.Tap(`.tile[data-i="1"] .mark`)
	s.Until(`document.querySelector('.tip:popover-open')`)
	s.Screenshot("phone-tip")
	s.Accessible("a tip on a phone")
	s.Tap(`h1`)
	s.Until(`!document.querySelector('.tip:popover-open')`)
	s.Tap(`.tile[data-i="1"] a`)
	s.Until(`document.querySelector('.viewer[open] [data-layer=screen]')`)
	s.Screenshot("phone-viewer")
	s.Accessible("the viewer on a phone")
	s.fits(t)
	s.Swipe(`.stage`, -200)
	s.isAt(3)
	s.Swipe(`.stage`, 200)
	s.isAt(2)
	s.Pinch(`.stage`, 40, 160)
	s.Until(`document.querySelector('.stage.zoomed')`)
}
