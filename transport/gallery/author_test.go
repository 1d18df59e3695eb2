package gallery_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
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
}

func newAuthor(t *testing.T) *author {
	w := browsertest.World(t, hub.Config{})
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, httplink.HandlerOptions{}), gallery.Config{})
	labtest.Must(t, err)
	a := &author{World: w, origin: browsertest.Serve(t, g), user: w.User("ann"), Page: browsertest.New(t)}
	a.SignIn(a.origin, a.user)
	return a
}

// picks has files of some content picked in the page.
func (a *author) picks(files map[string][]byte) {
	folder := a.T.TempDir()
	var paths []string
	for name, data := range files {
		paths = append(paths, filepath.Join(folder, name))
		labtest.Must(a.T, os.WriteFile(paths[len(paths)-1], data, 0o644))
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

// dark has pages shown in the dark.
var dark = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	return err
})

// TestPicksFiles: files of all kinds become items, in the order in which they were taken.
func TestPicksFiles(t *testing.T) {
	a := newAuthor(t)
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
	a.Screenshot("new")
	a.Do(dark, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	a.Screenshot("new-phone-dark")
}

// film records a film of a red picture and drops it on the page.
const film = `(async () => {
	const c = Object.assign(document.createElement('canvas'), {width: 320, height: 240}), g = c.getContext('2d')
	const r = new MediaRecorder(c.captureStream(30), {mimeType: 'video/webm'}), parts = []
	r.ondataavailable = (e) => parts.push(e.data)
	r.start()
	for (let i = 0; i < 10; i++) { g.fillStyle = i % 2 ? 'red' : '#e00'; g.fillRect(0, 0, 320, 240); await new Promise(requestAnimationFrame) }
	await new Promise((stopped) => { r.onstop = stopped; r.stop() })
	const data = new DataTransfer()
	data.items.add(new File(parts, 'film.webm', {type: 'video/webm'}))
	document.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))
	return true
})()`
