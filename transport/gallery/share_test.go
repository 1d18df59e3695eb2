package gallery_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestSharesAlbum: an album that was made in the browser is at the hub as a camera's would be.
func TestSharesAlbum(t *testing.T) {
	a := newAuthor(t, hub.Config{RequiredFromDevice: 2})
	bob := a.User("bob")
	a.joins(signature.StationDevice)
	cam := a.Camera(bob, 1)
	cam.Shares(cam.Album("Bob's", a.user)) // so that ann knows him
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('input[type=file]')`)

	large := append(bytes.Clone(original(3)), bytes.Repeat([]byte("after the picture "), 400_000)...) // 7 MB
	files := map[string][]byte{"1.jpg": original(0), "2.jpg": original(1), "3.jpg": large, "4.pdf": []byte("%PDF-1.4"), "copy.jpg": original(0)}
	a.picks(files)
	a.Until(`document.body.dataset.made === '5'`)
	a.types(`.title`, "Lake <b>&amp;")
	a.Do(chromedp.SetValue(`.card:first-child .caption`, "the boat"))
	browsertest.Eval[bool](a.Page, `document.querySelector('.card:first-child .caption').dispatchEvent(new Event('input'))`)
	first := browsertest.Eval[string](a.Page, `document.querySelector('.card:first-child .caption').getAttribute('aria-label')`)
	a.types(`.choosing input[type=text]`, "Bob\r")
	a.Until(`document.querySelector('.people .who')?.textContent === 'bob'`)
	a.types(`.choosing input[type=text]`, "bob@example.org\r") // who is among them already
	a.Until(`document.querySelectorAll('.people .who').length === 2`)
	looks(a.Page, "new-people")
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	looks(a.Page, "new-shared")

	c := a.shared(bob)
	if c.Title() != "Lake <b>&amp;" || c.Len() != len(files) || c.Labelled() != len(files) {
		t.Errorf("%q with %d items, %d labelled", c.Title(), c.Len(), c.Labelled())
	}
	if len(c.Header().AuthorSeal) == 0 || c.Authority() != a.Authority() {
		t.Error("it is not sealed by the author, or for another authority")
	}
	for i := range c.Len() {
		item := c.Item(i)
		name := item.Caption
		if name == "the boat" {
			name = strings.TrimPrefix(first, "Caption of ")
		}
		want, _, err := digest.Of(bytes.NewReader(files[name]))
		labtest.Must(t, err)
		if got, _ := c.Digest(i, 2); got != want {
			t.Errorf("%s: the digest of the original is %v, not %v", name, got, want)
		}
		if len(item.Preview) == 0 || !strings.HasPrefix(item.MediaType, "image/") && name != "4.pdf" {
			t.Errorf("%s: a preview of %d bytes, of type %q", name, len(item.Preview), item.MediaType)
		}
		for v := range 2 {
			a.isJPEG(bob, c, i, v)
		}
	}
	a.Until(`document.querySelector('a[href="/album/` + c.Author().String() + "/" + c.ID().String() + `"]')`)
}

// makes opens the page of a new album and makes one of a photo, for somebody, up to the button.
func (a *author) makes(title string, photo []byte, to ...string) {
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('input[type=file]')`)
	a.picks(map[string][]byte{"photo.jpg": photo})
	a.types(`.title`, title)
	for i, one := range to {
		a.types(`.choosing input[type=text]`, one+"\r")
		a.Until(fmt.Sprintf(`document.querySelectorAll('.people li').length === %d`, i+1))
	}
	a.Until(`document.querySelector('.dock .primary').disabled === false`)
}

// TestSharesByAddress: the hub puts users and blinded addresses in the place of mail addresses, and
// whom it does not reach is said.
func TestSharesByAddress(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob := a.User("bob")
	a.joins(signature.StationDevice)
	a.makes("By mail", original(4), "Bob@Example.org", "nobody@example.net")
	a.types(`.choosing input[type=text]`, "no@address\r")
	a.Until(`document.querySelector('.found')?.textContent.includes('no@address is no mail address')`)
	a.types(`.choosing input[type=text]`, strings.Repeat("\b", 10))
	a.types(`.choosing input[type=text]`, "Zoe\r")
	a.Until(`document.querySelector('.found')?.textContent.includes('nobody called Zoe') || document.querySelector('.found')?.textContent.includes('anybody called Zoe')`)
	a.types(`.choosing input[type=text]`, "\b\b\b")
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	a.Until(`document.querySelector('.good .problem')?.textContent.includes('nobody@example.net')`)
	looks(a.Page, "new-unknown")
	c := a.shared(bob)
	if !c.MayRead(bob) || len(slices.Collect(c.Addresses())) != 1 || len(c.Header().AuthorSeal) == 0 {
		t.Errorf("bob reads it: %t; %d blinded addresses; a seal of %d bytes", c.MayRead(bob), len(slices.Collect(c.Addresses())), len(c.Header().AuthorSeal))
	}
	a.isJPEG(bob, c, 0, 0)

	t.Run("the album in its place keeps them, and goes on where it broke off", func(t *testing.T) {
		a.Open(a.origin + "/album/" + c.Author().String() + "/" + c.ID().String() + "/edit")
		a.Until(`[...document.querySelectorAll('.people .who')].some((e) => e.textContent === 'nobody@example.net')`)
		a.Do(chromedp.SetUploadFiles(`input[type=file]`, []string{a.file("new.jpg", original(7))}))
		a.Until(`document.querySelector('[aria-label="To be added"] .card img')`)
		a.pages.at("/v1/share")
		a.Click(`.dock .primary`)
		a.Until(`document.querySelector('dialog[open]')`)
		if asks := browsertest.Eval[string](a.Page, `document.querySelector('dialog').innerText`); strings.Contains(asks, "mail address") {
			t.Errorf("it asks for an address that it knows: %q", asks)
		}
		a.Click(`dialog button[value=yes]`)
		a.Until(`document.querySelector('.problem button')`)
		looks(a.Page, "edit-broken")
		a.pages.at("/none")
		a.Click(`.problem button`)
		a.Until(`document.querySelector('.good a')`)
		path := browsertest.Eval[string](a.Page, `document.querySelector('.good a').pathname`)
		next := collection.Name{Author: a.user}
		labtest.Must(t, next.ID.UnmarshalText([]byte(path[strings.LastIndex(path, "/")+1:])))
		c := a.at(bob, next)
		if c.Len() != 2 || !c.MayRead(bob) || len(slices.Collect(c.Addresses())) != 1 {
			t.Errorf("%d items, for bob %t, %d blinded addresses", c.Len(), c.MayRead(bob), len(slices.Collect(c.Addresses())))
		}
	})
}

// TestShareBreaksOff: what breaks off goes on after a reload, and refusals are said in words.
func TestShareBreaksOff(t *testing.T) {
	a := newAuthor(t, hub.Config{Quotas: hub.Quotas{Collections: 1}})
	bob := a.User("bob")
	a.joins(signature.StationDevice)
	a.makes("Breaks off", original(5), "bob@example.org")
	a.pages.at("/v1/upload")
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.problem')?.textContent.includes('The hub does not answer')`)
	looks(a.Page, "new-broken")

	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.problem')?.textContent.includes('has not arrived')`)
	a.pages.at("/none")
	a.Click(`.problem button`)
	a.Until(`document.querySelector('.good h2')`)
	c := a.shared(bob)
	a.isJPEG(bob, c, 0, 0)
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.dock')`)
	if browsertest.Eval[bool](a.Page, `!!document.querySelector('.problem')`) {
		t.Error("it is still kept")
	}

	a.makes("One too many", original(6))
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.problem')?.textContent.includes('keeps no more for you')`)
	a.Open(a.origin + "/new")
	a.Click(`.problem button:last-child`)
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.dock')`)
	if browsertest.Eval[bool](a.Page, `!!document.querySelector('.problem')`) {
		t.Error("what was given up is still kept")
	}
}

// TestSharesByKeyboard: an album is made and shared by keys alone; all that has the focus has a name
// and can be seen, and there is a way on from it.
func TestSharesByKeyboard(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob := a.User("bob")
	a.joins(signature.StationDevice)
	a.makes("", original(1))
	tab := func() (name string) {
		a.Do(chromedp.KeyEvent("\t"))
		return browsertest.Eval[string](a.Page, `(() => {
			const e = document.activeElement, seen = e.matches('[type=file]') ? e.parentElement : e, r = seen.getBoundingClientRect()
			const on = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)
			if (e !== document.body && !seen.contains(on)) return 'covered: ' + e.outerHTML
			return e.getAttribute('aria-label') ?? e.labels?.[0]?.firstChild.textContent ?? e.textContent
		})()`)
	}
	to := func(want string) {
		t.Helper()
		var seen []string
		for range 40 {
			name := tab()
			if strings.HasPrefix(name, "covered") || name == "" {
				t.Fatalf("behind %q: %q", seen, name)
			}
			if name == want {
				return
			}
			seen = append(seen, name)
		}
		t.Fatalf("%q is not among %q", want, seen)
	}
	a.Do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0); document.activeElement.blur()`))
	to("Choose files")
	to("Caption of photo.jpg")
	to("Remove photo.jpg")
	to("Name or mail address")
	a.Do(chromedp.KeyEvent("bob@example.org\r"))
	a.Until(`document.querySelector('.people .who')`)
	to("Remove bob@example.org")
	to("Share album")
	to("Title") // once around
	a.Do(chromedp.KeyEvent("By keys"))
	to("Share album")
	a.Do(chromedp.KeyEvent(" "))
	a.Until(`document.activeElement.matches('.good h2')`)
	if c := a.shared(bob); c.Title() != "By keys" {
		t.Errorf("it is called %q", c.Title())
	}
}

// TestBringsOriginals: what was picked goes to the author's home from the browser, where that can be
// reached, and the labels go.
func TestBringsOriginals(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob := a.User("bob")
	a.joins(signature.StationDevice)
	a.makes("Nobody at home", original(6))
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	a.Click(`#album section button`)
	a.Until(`document.querySelector('#album section').textContent.includes('No computer of yours')`)

	cam, home := a.Camera(a.user, 1), a.Peer(a.user, "home")
	before := cam.Album("Before", a.user)
	cam.Syncs(home, before)
	home.Publishes(before)
	large := append(bytes.Clone(original(5)), bytes.Repeat([]byte("after the picture "), 400_000)...)
	a.makes("Originals", large, "bob@example.org")
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	c := a.shared(bob)
	if a.Labelled(bob, c.Name()) != 1 {
		t.Fatal("it has no label")
	}
	a.Click(`#album section button`)
	a.Until(`document.querySelector('#album section').textContent.includes('All originals are at home')`)
	looks(a.Page, "new-home")
	home.Publishes(c.Name())
	if n := a.Labelled(bob, c.Name()); n != 0 {
		t.Errorf("%d labels are left", n)
	}
}

// TestBringsFirstOriginals: a browser knows its user's home from joining there, before that serves
// anything.
func TestBringsFirstOriginals(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	a.joins(signature.StationDevice)
	home := a.Peer(a.user, "home")
	e, err := collection.DecodeEndpoint(home.Station.Peer.Source().Endpoint)
	labtest.Must(t, err)
	browsertest.Eval[bool](a.Page, fmt.Sprintf(`(async () => {
		const db = await new Promise((opened) => { const r = indexedDB.open('glimpse'); r.onsuccess = () => opened(r.result) })
		const store = db.transaction('station', 'readwrite').objectStore('station')
		const account = await new Promise((got) => { const r = store.get('account'); r.onsuccess = () => got(r.result) })
		account.homes = [{ key: Uint8Array.from('%s'.match(/../g), (b) => parseInt(b, 16)), urls: ['%s'], web: [] }]
		await new Promise((put) => { store.put(account, 'account').onsuccess = put })
		db.close()
		return true
	})()`, e.Key, e.URLs[0]))
	a.makes("First", original(6))
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	a.Click(`#album section button`)
	a.Until(`document.querySelector('#album section').textContent.includes('All originals are at home')`)
}

// TestLargeOriginalsDelayNothing: an album is shared before the digests of large files are made; they
// follow in another edition, also where that breaks off first.
func TestLargeOriginalsDelayNothing(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	a.joins(signature.StationPeer)
	large := append(bytes.Clone(original(5)), make([]byte, 65<<20)...)
	a.makes("Large", large)
	a.pages.at("/v1/share")
	a.Click(`.dock .primary`)
	a.Until(`document.querySelector('.good h2')`)
	a.Until(`document.querySelector('#album > .problem button')`)
	path, name := browsertest.Eval[string](a.Page, `document.querySelector('.good a').pathname`), collection.Name{Author: a.user}
	labtest.Must(t, name.ID.UnmarshalText([]byte(path[strings.LastIndex(path, "/")+1:])))
	if browsertest.Eval[bool](a.Page, `dispatchEvent(new Event('beforeunload', {cancelable: true}))`) {
		t.Error("the page can be closed before they are made, and says nothing")
	}
	c := a.at(a.user, name)
	if _, there := c.Digest(0, 2); there || c.Header().Edition != 0 {
		t.Errorf("edition %d has a digest of the original: %t", c.Header().Edition, there)
	}
	a.pages.at("/none")
	a.Click(`#album > .problem button`)
	a.Until(`document.querySelector('#album section button')`)
	want, _, err := digest.Of(bytes.NewReader(large))
	labtest.Must(t, err)
	c = a.at(a.user, name)
	if got, _ := c.Digest(0, 2); got != want || c.Header().Edition != 1 {
		t.Errorf("edition %d has the digest %v, not %v", c.Header().Edition, got, want)
	}
	small, _ := c.Digest(0, 0)
	if small.IsZero() {
		t.Error("another digest has gone")
	}
}
