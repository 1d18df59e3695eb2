package gallery_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// author is a member at a browser who makes albums.
type author struct {
	*labtest.World
	*browsertest.Page
	origin string
	user   collection.UserID
	pages  *breaking
}

// breaking is a gallery of which requests to some paths break off.
type breaking struct {
	*gallery.Gallery
	path    atomic.Pointer[string]
	instead http.HandlerFunc // nil = it breaks off
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path := b.path.Load(); path != nil && strings.HasPrefix(r.URL.Path, *path) {
		if b.instead != nil {
			b.instead(w, r)
			return
		}
		panic(http.ErrAbortHandler)
	}
	b.Gallery.ServeHTTP(w, r)
}

func (b *breaking) at(path string) { b.path.Store(&path) }

func newAuthor(t *testing.T, cfg hub.Config) *author {
	w := browsertest.World(t, cfg)
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	pages := &breaking{Gallery: g}
	a := &author{World: w, origin: browsertest.Serve(t, pages), user: w.User("ann"), Page: browsertest.New(t), pages: pages}
	a.SignIn(a.origin, a.user)
	return a
}

// joins makes the browser a station of the user's, with a role, as joining does it.
func (a *author) joins(role signature.StationRole) {
	public, secret, err := ed25519.GenerateKey(nil)
	labtest.Must(a.T, err)
	signer, err := signature.NewSigner(secret, nil)
	labtest.Must(a.T, err)
	statement, err := lab.Enroll(a.T.Context(), a.Hub.Hub, a.user, "browser", signer, role)
	labtest.Must(a.T, err)
	authority, err := a.Hub.Hub.PublicKey().MarshalBinary()
	labtest.Must(a.T, err)
	userKey, err := lab.UserKey(a.user).Public().MarshalBinary()
	labtest.Must(a.T, err)
	b64 := base64.RawURLEncoding.EncodeToString
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('input[type=file]')`)
	browsertest.Eval[bool](a.Page, fmt.Sprintf(station, b64(public), b64(secret.Seed()), a.user, hex.EncodeToString(userKey), hex.EncodeToString(authority), hex.EncodeToString(statement)))
}

// station keeps a key and an account, as js/app/me.js reads them.
const station = `(async () => {
	const jwk = {kty: 'OKP', crv: 'Ed25519', x: '%s', d: '%s'}, bytes = (hex) => Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16))
	const secret = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign'])
	const key = await crypto.subtle.importKey('jwk', {...jwk, d: undefined}, 'Ed25519', true, ['verify'])
	const db = await new Promise((opened) => { const r = indexedDB.open('glimpse'); r.onsuccess = () => opened(r.result) })
	const t = db.transaction('station', 'readwrite'), store = t.objectStore('station')
	store.put({public: key, secret}, 'key')
	store.put({user: bytes('%s'), name: 'browser', userKey: bytes('%s'), authority: bytes('%s'), hub: [], statement: bytes('%s'), root: false}, 'account')
	await new Promise((done) => { t.oncomplete = done })
	db.close()
	return true
})()`

// types has a text typed into a field.
func (a *author) types(selector, text string) {
	a.Do(chromedp.Focus(selector), chromedp.KeyEvent(text))
}

// shared is the one album that a user has at the hub.
func (a *author) shared(user collection.UserID) collection.Collection {
	a.T.Helper()
	entries := a.Waiting(user)
	if len(entries) != 1 {
		a.T.Fatalf("the hub has %d entries for the recipient", len(entries))
	}
	return a.at(user, collection.Name{Author: entries[0].Notification.Author, ID: entries[0].Notification.Collection})
}

// at is an album as the hub has it.
func (a *author) at(user collection.UserID, name collection.Name) collection.Collection {
	a.T.Helper()
	state, err := a.Hub.Hub.As(user).Collection(a.T.Context(), name)
	labtest.Must(a.T, err)
	c, err := collection.Decode(state.Collection)
	labtest.Must(a.T, err)
	return c
}

// picks has files of some content picked in the page.
func (a *author) picks(files map[string][]byte) {
	var paths []string
	for name, data := range files {
		paths = append(paths, a.file(name, data))
	}
	a.Do(chromedp.SetUploadFiles(`input[type=file]`, paths))
}

// taken is a JPEG with EXIF data: when it was taken, and how it is to be turned.
func taken(photo []byte, at string, orientation uint16) []byte {
	le := binary.LittleEndian
	exif := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00")
	entry := func(tag, kind uint16, n, value uint32) {
		exif = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(exif, tag), kind), n), value)
	}
	entry(0x112, 3, 1, uint32(orientation))
	entry(0x8769, 4, 1, 38)
	exif = le.AppendUint16(append(exif, 0, 0, 0, 0), 1)
	entry(0x9003, 2, 20, 56)
	exif = append(append(exif, 0, 0, 0, 0), at+"\x00"...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(exif)))
	return bytes.Join([][]byte{photo[:2], segment, exif, photo[2:]}, nil)
}

func original(i int) []byte {
	versions, _ := browsertest.Photo(i)
	return versions[2]
}

// captions are those of the cards, in their order.
func (a *author) captions() string {
	return browsertest.Eval[string](a.Page, `[...document.querySelectorAll('.card .caption')].map((c) => c.value).join(' ')`)
}

// TestPicksFiles: files of all kinds become items, in the order in which they were taken.
func TestPicksFiles(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('input[type=file]')`)
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), bytes.Repeat([]byte{7}, 5000)...)
	a.picks(map[string][]byte{
		"late.jpg": taken(original(0), "2026:05:02 10:00:00", 1), "early.jpg": taken(original(2), "2026:05:01 10:00:00", 6),
		"plan.pdf": []byte("%PDF-1.4 is all that it has"), "phone.heic": heic, "broken.jpg": original(1)[:200],
	})
	a.Until(`document.body.dataset.made === '5'`)
	if got := strings.Fields(a.captions()); got[0] != "early.jpg" || got[1] != "late.jpg" {
		t.Errorf("in the order %v", got)
	}
	card := func(name string) string {
		return `[...document.querySelectorAll('.card')].find((c) => c.querySelector('input').value === '` + name + `')`
	}

	t.Run("a photo that was taken upright stands upright", func(t *testing.T) {
		a.Until(card("early.jpg") + `.querySelector('img').complete`)
		if got := browsertest.Eval[string](a.Page, `(({naturalWidth: w, naturalHeight: h}) => w + '×' + h)(`+card("early.jpg")+`.querySelector('img'))`); got != "68×120" {
			t.Errorf("early.jpg is %s", got)
		}
	})
	t.Run("what the browser cannot show is there all the same", func(t *testing.T) {
		for _, name := range []string{"phone.heic", "broken.jpg"} {
			a.Until(card(name) + `.querySelector('.generic')`)
		}
		a.Until(card("plan.pdf") + `.querySelector('img').naturalWidth === 160`)
	})
	t.Run("it is ordered by keys", func(t *testing.T) {
		a.Do(chromedp.Focus(`.card:nth-child(2) button[aria-label="Move late.jpg earlier"]`), chromedp.KeyEvent(" "))
		a.Until(`document.querySelector('.status').textContent === 'late.jpg is now 1 of 5'`)
		a.Until(`document.activeElement.getAttribute('aria-label') === 'Move late.jpg earlier'`)
		if got := strings.Fields(a.captions()); got[0] != "late.jpg" || got[1] != "early.jpg" {
			t.Errorf("in the order %v", got)
		}
	})
	t.Run("a film shows its first frame", func(t *testing.T) {
		browsertest.Eval[bool](a.Page, film)
		a.Until(card("film.webm") + `?.querySelector('img')?.naturalWidth === 160`)
	})
	t.Run("one can be removed", func(t *testing.T) {
		a.Do(chromedp.Click(`button[aria-label="Remove plan.pdf"]`))
		a.Until(`document.querySelectorAll('.card').length === 5`)
		if strings.Contains(a.captions(), "plan.pdf") {
			t.Error("it is still there")
		}
	})
	looks(a.Page, "new")
}

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
	looks(a.Page, "new-people")
	a.Do(chromedp.Click(`.dock .primary`))
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
	a.Do(chromedp.Click(`.dock .primary`))
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
		a.Do(chromedp.Click(`.dock .primary`))
		a.Until(`document.querySelector('dialog[open]')`)
		if asks := browsertest.Eval[string](a.Page, `document.querySelector('dialog').innerText`); strings.Contains(asks, "mail address") {
			t.Errorf("it asks for an address that it knows: %q", asks)
		}
		a.Do(chromedp.Click(`dialog button[value=yes]`))
		a.Until(`document.querySelector('.problem button')`)
		looks(a.Page, "edit-broken")
		a.pages.at("/none")
		a.Do(chromedp.Click(`.problem button`))
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
	a.Do(chromedp.Click(`.dock .primary`))
	a.Until(`document.querySelector('.problem')?.textContent.includes('The hub does not answer')`)
	looks(a.Page, "new-broken")

	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.problem')?.textContent.includes('has not arrived')`)
	a.pages.at("/none")
	a.Do(chromedp.Click(`.problem button`))
	a.Until(`document.querySelector('.good h2')`)
	c := a.shared(bob)
	a.isJPEG(bob, c, 0, 0)
	a.Open(a.origin + "/new")
	a.Until(`document.querySelector('.dock')`)
	if browsertest.Eval[bool](a.Page, `!!document.querySelector('.problem')`) {
		t.Error("it is still kept")
	}

	a.makes("One too many", original(6))
	a.Do(chromedp.Click(`.dock .primary`))
	a.Until(`document.querySelector('.problem')?.textContent.includes('keeps no more for you')`)
	a.Open(a.origin + "/new")
	a.Do(chromedp.Click(`.problem button:last-child`))
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
	a.Do(chromedp.Click(`.dock .primary`))
	a.Until(`document.querySelector('.good h2')`)
	a.Do(chromedp.Click(`#album section button`))
	a.Until(`document.querySelector('#album section').textContent.includes('No computer of yours')`)

	cam, home := a.Camera(a.user, 1), a.Peer(a.user, "home")
	before := cam.Album("Before", a.user)
	cam.Syncs(home, before)
	home.Publishes(before)
	large := append(bytes.Clone(original(5)), bytes.Repeat([]byte("after the picture "), 400_000)...)
	a.makes("Originals", large, "bob@example.org")
	a.Do(chromedp.Click(`.dock .primary`))
	a.Until(`document.querySelector('.good h2')`)
	c := a.shared(bob)
	if a.Labelled(bob, c.Name()) != 1 {
		t.Fatal("it has no label")
	}
	a.Do(chromedp.Click(`#album section button`))
	a.Until(`document.querySelector('#album section').textContent.includes('All originals are at home')`)
	looks(a.Page, "new-home")
	home.Publishes(c.Name())
	if n := a.Labelled(bob, c.Name()); n != 0 {
		t.Errorf("%d labels are left", n)
	}
}

// TestLargeOriginalsDelayNothing: an album is shared before the digests of large files are made; they
// follow in another edition, also where that breaks off first.
func TestLargeOriginalsDelayNothing(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	a.joins(signature.StationPeer)
	large := append(bytes.Clone(original(5)), make([]byte, 65<<20)...)
	a.makes("Large", large)
	a.pages.at("/v1/share")
	a.Do(chromedp.Click(`.dock .primary`))
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
	a.Do(chromedp.Click(`#album > .problem button`))
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

// TestEditsAlbum: an author changes an album in the browser, and the hub, and the recipients' homes,
// take that as they would from a home computer.
func TestEditsAlbum(t *testing.T) {
	a := newAuthor(t, hub.Config{})
	bob, eve := a.User("bob"), a.User("eve")
	a.joins(signature.StationPeer) // which may withdraw
	cam := a.Camera(a.user, 0)
	browsertest.Photos(t, cam, 3)
	name := cam.Album("Lake", bob, eve)
	cam.Shares(name)
	home := a.Peer(bob, "bob's")
	home.Receives()
	opens := func() {
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelectorAll('.card img').length === 3 && [...document.querySelectorAll('.card img')].every((i) => i.naturalWidth)`)
	}
	confirms := func(says string) {
		a.Until(`document.querySelector('dialog[open]')`)
		if got := browsertest.Eval[string](a.Page, `document.querySelector('dialog').innerText`); !strings.Contains(got, says) {
			t.Errorf("it asks %q, without %q", got, says)
		}
		a.Do(chromedp.Click(`dialog button[value=yes]`))
	}

	t.Run("texts", func(t *testing.T) {
		opens()
		a.Do(chromedp.SetValue(`.title`, "Lake and hills"), chromedp.SetValue(`.card:nth-child(2) .caption`, "the boat"))
		browsertest.Eval[bool](a.Page, `['.title', '.card:nth-child(2) .caption'].every((s) => document.querySelector(s).dispatchEvent(new Event('input')))`)
		looks(a.Page, "edit")
		if !browsertest.Eval[bool](a.Page, `[...document.querySelectorAll('.card')].every((e) => {
			const card = e.getBoundingClientRect(), picture = e.querySelector('.picture').getBoundingClientRect()
			return Math.abs(picture.left - card.left - (card.right - picture.right)) < 1
		})`) {
			t.Error("a picture is not in the middle of its card")
		}
		a.Do(chromedp.Click(`.dock .primary`))
		a.Until(`document.querySelector('.good')?.textContent.includes('saved')`)
		c := a.at(bob, name)
		if c.Title() != "Lake and hills" || c.Item(1).Caption != "the boat" || c.Item(0).Caption != "photo 0" || c.Header().Edition != 1 {
			t.Errorf("%q, %q in edition %d", c.Title(), c.Item(1).Caption, c.Header().Edition)
		}
		home.Hears(notify.Edited, 3)
	})
	t.Run("withdraw", func(t *testing.T) {
		opens()
		a.Do(chromedp.Click(`button[aria-label="Withdraw the boat"]`))
		looks(a.Page, "edit-withdraw")
		confirms("will never come")
		a.Until(`document.querySelector('.card:nth-child(2)').classList.contains('gone')`)
		if _, rank := a.at(bob, name).At(1); !rank.Withdrawn() {
			t.Error("it is not withdrawn")
		}
	})
	var next collection.Name
	t.Run("grow, and leave somebody out", func(t *testing.T) {
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelectorAll('.card').length === 3`)
		a.Do(chromedp.SetUploadFiles(`input[type=file]`, []string{a.file("new.jpg", original(7))}))
		a.Until(`document.querySelector('[aria-label="To be added"] .card img')`)
		a.Do(chromedp.Click(`button[aria-label="Remove eve"]`), chromedp.Click(`.dock .primary`))
		looks(a.Page, "edit-succeed")
		confirms("eve: for them the album has ended")
		a.Until(`document.querySelector('.good a')`)
		path := browsertest.Eval[string](a.Page, `document.querySelector('.good a').pathname`)
		labtest.Must(t, next.ID.UnmarshalText([]byte(path[strings.LastIndex(path, "/")+1:])))
		next.Author = a.user
		c := a.at(bob, next)
		if c.Len() != 4 || c.Title() != "Lake and hills" || c.Item(1).Caption != "the boat" || c.Item(3).Caption != "new.jpg" || c.MayRead(eve) {
			t.Errorf("%q of %d items, for eve %t", c.Title(), c.Len(), c.MayRead(eve))
		}
		for i := range 3 {
			old, is := a.at(a.user, name).Item(i), c.Item(i)
			if old.ID != is.ID || !slices.Equal(old.Digests, is.Digests) {
				t.Errorf("item %d is another one", i)
			}
		}
		if _, rank := c.At(1); !rank.Withdrawn() {
			t.Error("what was withdrawn is there again")
		}
		if !a.at(a.user, name).Ended() {
			t.Error("what was replaced goes on")
		}
		a.isJPEG(bob, c, 3, 0)
		if _, err := a.Hub.Hub.As(eve).Collection(t.Context(), next); !errors.Is(err, transport.ErrForbidden) && !errors.Is(err, transport.ErrNotFound) {
			t.Errorf("eve reads it: %v", err)
		}
		home.Receives()
		if got := home.Views(next); got.Len() != 4 {
			t.Errorf("bob's home sees %d items", got.Len())
		}
	})
	t.Run("end", func(t *testing.T) {
		a.Open(a.origin + "/album/" + next.Author.String() + "/" + next.ID.String() + "/edit")
		a.Until(`document.querySelector('.danger')`)
		a.Do(chromedp.Click(`#album > .danger`))
		confirms("Lake and hills")
		a.Until(`document.querySelector('.good h2')?.textContent.includes('has ended')`)
		if !a.at(a.user, next).Ended() {
			t.Error("it goes on")
		}
	})
	t.Run("nothing that its author has not sealed", func(t *testing.T) {
		name := cam.Album("Sealed", bob)
		cam.Shares(name)
		state, err := a.Hub.Hub.As(a.user).Collection(t.Context(), name)
		labtest.Must(t, err)
		c, err := a.at(a.user, name).Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "the hub's" })
		labtest.Must(t, err)
		c, err = c.CoSign(t.Context(), a.Hub.Signer, a.Now())
		labtest.Must(t, err)
		state.Collection, err = c.MarshalBinary()
		labtest.Must(t, err)
		lie, err := transport.Encode(state)
		labtest.Must(t, err)
		a.pages.instead = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/cbor")
			_, _ = w.Write(lie)
		}
		a.pages.at("/v1/collections/")
		a.Open(a.origin + "/album/" + name.Author.String() + "/" + name.ID.String() + "/edit")
		a.Until(`document.querySelector('#album .problem')`)
		a.pages.at("/none")
	})
	t.Run("nobody else's", func(t *testing.T) {
		other := a.Camera(bob, 1)
		theirs := other.Album("Bob's", a.user)
		other.Shares(theirs)
		a.Open(a.origin + "/album/" + theirs.Author.String() + "/" + theirs.ID.String() + "/edit")
		if browsertest.Eval[bool](a.Page, `!!document.querySelector('#album')`) {
			t.Error("another's album can be edited")
		}
	})
}

// file is a file of some content.
func (a *author) file(name string, data []byte) string {
	path := filepath.Join(a.T.TempDir(), name)
	labtest.Must(a.T, os.WriteFile(path, data, 0o644))
	return path
}

// isJPEG reads a version at the hub: a JPEG without metadata, of the digest that was sealed.
func (a *author) isJPEG(user collection.UserID, c collection.Collection, i, v int) {
	a.T.Helper()
	id, _ := c.At(i)
	s, err := a.Hub.Hub.As(user).Version(a.T.Context(), transport.Ref{Collection: c.Name(), Item: id, Version: v}, 0)
	labtest.Must(a.T, err)
	data, err := io.ReadAll(s)
	labtest.Must(a.T, errors.Join(err, s.Close()))
	if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil || bytes.Contains(data, []byte("Exif")) {
		a.T.Errorf("version %d of item %d: %v, or it has EXIF data", v, i, err)
	}
	got, _, err := digest.Of(bytes.NewReader(data))
	if want, _ := c.Digest(i, v); err != nil || got != want {
		a.T.Errorf("version %d of item %d has another digest", v, i)
	}
}

// film records a film of a red picture and drops it on the page.
const film = `(async () => {
	const c = Object.assign(document.createElement('canvas'), {width: 320, height: 240}), g = c.getContext('2d')
	const r = new MediaRecorder(c.captureStream(30), {mimeType: 'video/webm'}), parts = []
	r.ondataavailable = (e) => parts.push(e.data)
	r.start(50)
	for (let i = 0; i < 10 || parts.reduce((n, part) => n + part.size, 0) < 1000; i++) { g.fillStyle = i % 2 ? 'red' : '#e00'; g.fillRect(0, 0, 320, 240); await new Promise(requestAnimationFrame) }
	await new Promise((stopped) => { r.onstop = stopped; r.stop() })
	const data = new DataTransfer()
	data.items.add(new File(parts, 'film.webm', {type: 'video/webm'}))
	document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))
	return true
})()`
