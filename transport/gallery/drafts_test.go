package gallery_test

import (
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// drafts counts the albums that a browser keeps for the hub.
const drafts = `(async () => {
	const db = await new Promise((done) => { const r = indexedDB.open('glimpse'); r.onsuccess = () => done(r.result) })
	const n = await new Promise((done) => { const r = db.transaction('drafts').objectStore('drafts').count(); r.onsuccess = () => done(r.result) })
	db.close()
	return n
})()`

// TestDraftsAreTheirMakers: an album that has not reached the hub is not for who comes next: signing
// out forgets it, and another user who signs in never sees it.
func TestDraftsAreTheirMakers(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	eve := a.User("eve")
	a.joins(signature.StationDevice)
	breaks := func() {
		t.Helper()
		a.makes("Mine alone", original(5))
		a.pages.at("/v1/")
		a.Click(`.dock .primary`)
		a.Until(`document.querySelector('.problem')`)
		a.pages.at("/none")
		if n := browsertest.Eval[int](a.Page, drafts); n != 1 {
			t.Fatalf("%d are kept", n)
		}
	}
	breaks()
	a.SignIn(a.origin, eve)
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.dock')`)
	for browsertest.Eval[int](a.Page, drafts) > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if browsertest.Eval[bool](a.Page, `!!document.querySelector('.problem')`) {
		t.Error("another user sees it")
	}

	a.SignIn(a.origin, a.user)
	breaks()
	a.Open(a.origin + "/settings")
	a.Until(`document.querySelector('#station').textContent.includes('“browser”')`)
	a.Until(`document.querySelector('#signout .hint')?.textContent.startsWith('1 album that has not been sent')`)
	looks(a.Page, "settings-drafts")
	a.Click(`#signout button`)
	a.Until(`document.querySelector('#ways') && !document.querySelector('#ways').hidden`)
	if n := browsertest.Eval[int](a.Page, drafts); n != 0 {
		t.Errorf("after signing out %d are kept", n)
	}
}
