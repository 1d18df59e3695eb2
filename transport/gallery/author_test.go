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
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
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
	store.put({user: bytes('%s'), name: 'browser', userKey: bytes('%s'), authority: bytes('%s'), hub: [], statement: bytes('%s'), homes: [], root: false}, 'account')
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
		a.Click(`button[aria-label="Remove plan.pdf"]`)
		a.Until(`document.querySelectorAll('.card').length === 5`)
		if strings.Contains(a.captions(), "plan.pdf") {
			t.Error("it is still there")
		}
	})
	looks(a.Page, "new")
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
