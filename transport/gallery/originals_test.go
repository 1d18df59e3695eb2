package gallery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// lent is an album of Ann's that a browser reads, which is a station of Bob's.
type lent struct {
	*inn
	p    *browsertest.Page
	bob  collection.UserID
	cam  *labtest.Camera
	home *labtest.Peer
	name collection.Name
}

// lends has Ann share photos with the user of a browser: her home has the originals and has said so.
func lends(t *testing.T, photos int) *lent {
	w := browsertest.World(t, hub.Config{})
	l := &lent{inn: newInn(t, w), p: browsertest.New(t)}
	l.bob = l.joins(l.p, "bob")
	ann := w.User("ann")
	l.cam, l.home = w.Camera(ann, 0), w.Peer(ann, "home")
	browsertest.Photos(t, l.cam, photos)
	l.name = l.cam.Album("Holidays", l.bob)
	l.p.SignIn(l.origin, l.bob)
	l.p.Open(l.origin + "/keys")
	return l
}

// load has the page know the modules, and read the album as `of`, with who vouches.
func (l *lent) load() {
	l.t.Helper()
	l.p.Until(`document.querySelector('#keys section')`)
	browsertest.Eval[bool](l.p, fmt.Sprintf(`(async () => {
		for (const name of %s) Object.assign(window, await import(name))
		window.album = { author: %q, id: %q }
		const bytes = (hex) => Uint8Array.from(hex.match(/../g), (b) => parseInt(b, 16))
		window.reread = async () => {
			const name = { author: bytes(album.author), id: bytes(album.id) }
			const state = await hub().collection(name)
			window.of = { ...await vouch(state, name), state }
			return of.kind
		}
		window.get = async (i, options) => {
			const call = fetch, asked = []
			window.fetch = (to, how) => (asked.push(String(to)), call(to, how))
			try {
				const { blob, from } = await original(of, i, options)
				const sum = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
				return { asked, size: blob.size, type: blob.type, from, sum: [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, '0')).join('') }
			} catch (err) {
				return { asked, kind: err.kind ?? String(err), text: err.message }
			} finally {
				window.fetch = call
			}
		}
		await reread()
		return true
	})()`, l.modules(), l.name.Author, l.name.ID))
}

func (l *lent) modules() string {
	var urls []string
	for _, name := range []string{"originals.js", "badge.js", "me.js", "store.js", "wishes.js", "ring.js", "news.js"} {
		urls = append(urls, l.g.Entry(name))
	}
	data, _ := json.Marshal(urls) // of strings
	return string(data)
}

// got is what comes of fetching an original.
type got struct {
	Size            int64
	Type, From, Sum string
	Kind, Text      string
	Asked           []string // URLs of all that the page has called
}

func (l *lent) get(i int) got {
	l.t.Helper()
	return browsertest.Eval[got](l.p, fmt.Sprintf(`get(%d)`, i))
}

// isOriginal checks that what came is an original, byte by byte.
func (l *lent) isOriginal(g got, i int) {
	l.t.Helper()
	want := l.cam.Card[l.cam.Items[i].ID][2]
	if g.Kind != "" || g.Size != int64(len(want)) || g.Sum != sum(want) {
		l.t.Errorf("item %d: %+v", i, g)
	}
}

// at has what is between answer in the place of Ann's home.
func (l *lent) at(between func(home http.Handler) http.Handler) {
	home := httplink.PeerHandler(l.home.Station.Peer, httplink.HandlerOptions{})
	l.w.Net.Serve("home", l.home.Key(), between(home))
}

// TestOriginals: an original comes straight from the home that serves it, once there is no label.
func TestOriginals(t *testing.T) {
	l := lends(t, 3)
	var asked atomic.Int64
	l.at(func(home http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1/originals/") && r.Method == http.MethodGet && r.Header.Get("Origin") != "" {
				asked.Add(1)
			}
			home.ServeHTTP(w, r)
		})
	})
	l.cam.Shares(l.name)
	l.load()
	if g := l.get(0); g.Kind != "pending" || g.Text == "" || len(g.Asked) > 0 || asked.Load() > 0 {
		t.Errorf("a labelled item: %+v, %d requests to the home", g, asked.Load())
	}

	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	if kind := browsertest.Eval[string](l.p, `reread()`); kind != "both" {
		t.Fatalf("%s vouches", kind)
	}
	for i := range l.cam.Items {
		g := l.get(i)
		l.isOriginal(g, i)
		if g.From != l.cam.User.String() || g.Type != "image/jpeg" || len(g.Asked) == 0 {
			t.Errorf("%+v", g)
		}
	}
	if asked.Load() != 3 {
		t.Errorf("the home was asked %d times", asked.Load())
	}
	if g := l.get(0); g.From != "" || len(g.Asked) > 0 || asked.Load() != 3 {
		t.Errorf("what is here is fetched again: %+v", g)
	}
	t.Run("never through the hub", func(t *testing.T) {
		path := fmt.Sprintf("/v1/originals/%v/%v", l.name, l.cam.Items[0].ID)
		if status := browsertest.Eval[int](l.p, fmt.Sprintf(`fetch(%q).then((r) => r.status)`, path)); status != http.StatusNotFound {
			t.Errorf("the hub answers %d", status)
		}
	})
}

// published is an album whose originals are at home.
func published(t *testing.T, photos int) *lent {
	l := lends(t, photos)
	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	l.load()
	return l
}

// TestOriginalGoesOn: what broke off goes on behind the last block that was verified, and a liar is
// found at its block and followed by another source.
func TestOriginalGoesOn(t *testing.T) {
	l := lends(t, 0)
	id, err := l.cam.NewItemID()
	labtest.Must(t, err)
	photo, preview := browsertest.Photo(0)
	photo[2] = bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	l.cam.Card[id] = photo
	l.cam.Items = []collection.Item{{ID: id, MediaType: "image/jpeg", Preview: preview}}
	l.name = l.cam.Album("Large", l.bob)
	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	l.load()

	var ranges []string
	// answers has the home answer, as change says, up to where it breaks off when that is to be.
	answers := func(change func(data []byte) []byte, until <-chan struct{}) {
		l.at(func(home http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodOptions {
					home.ServeHTTP(w, r)
					return
				}
				ranges = append(ranges, r.URL.RawQuery)
				rec := httptest.NewRecorder()
				home.ServeHTTP(rec, r)
				maps.Copy(w.Header(), rec.Header())
				w.Write(change(rec.Body.Bytes()))
				if until != nil {
					http.NewResponseController(w).Flush()
					<-until
					panic(http.ErrAbortHandler)
				}
			})
		})
	}
	seen := make(chan struct{})
	answers(func(data []byte) []byte { return data[:100_000] }, seen)
	browsertest.Eval[bool](l.p, `(window.pending = get(0, { onProgress: (done) => { window.progress = done } }), true)`)
	l.p.Until(`window.progress > 80_000`)
	close(seen)
	if g := browsertest.Eval[got](l.p, `pending`); g.Kind != "nobody" {
		t.Errorf("broken off: %+v", g)
	}
	answers(func(data []byte) []byte { data[200_000] ^= 1; return data }, nil)
	if g := l.get(0); g.Kind != "false" {
		t.Errorf("a liar: %+v", g)
	}
	answers(func(data []byte) []byte { return data }, nil)
	l.isOriginal(l.get(0), 0)
	var at []int
	for _, q := range ranges {
		var n int
		fmt.Sscanf(q, "offset=%d", &n)
		at = append(at, n)
	}
	if len(at) != 3 || at[0] != 0 || at[1] <= 80_000 || at[1]%16384 != 0 || at[2] <= 200_000 {
		t.Errorf("asked from %v", at)
	}
	l.p.Forgive() // the browser itself writes down what broke off
}

// TestOriginalIsCancelled: who does not want it any more ends it, and what has come stays.
func TestOriginalIsCancelled(t *testing.T) {
	l := published(t, 1)
	hold := make(chan struct{})
	l.at(func(home http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/v1/originals/") && r.Method == http.MethodGet {
				<-hold
			}
			home.ServeHTTP(w, r)
		})
	})
	g := browsertest.Eval[got](l.p, `(() => {
		const end = new AbortController()
		setTimeout(() => end.abort(), 100)
		return get(0, { signal: end.signal })
	})()`)
	close(hold)
	if !strings.Contains(g.Kind, "AbortError") {
		t.Errorf("%+v", g)
	}
	l.isOriginal(l.get(0), 0)
}

// TestOriginalFromAnother: where one source lies about the size, and the next one is gone, a third
// one brings it.
func TestOriginalFromAnother(t *testing.T) {
	l := published(t, 1)
	second := l.w.Peer(l.cam.User, "second")
	l.cam.Syncs(second, l.name)
	second.Publishes(l.name)
	if n := len(second.Source().Endpoint); n == 0 {
		t.Fatal("no endpoint")
	}
	l.at(func(http.Handler) http.Handler {
		return httplink.PeerHandler(liar{l.home.Station.Peer}, httplink.HandlerOptions{})
	})
	browsertest.Eval[string](l.p, `reread()`)
	l.isOriginal(l.get(0), 0)
	if n := browsertest.Eval[int](l.p, `of.state.sources.length`); n != 2 {
		t.Errorf("%d sources", n)
	}
}

// liar is a home that calls originals larger than they are.
type liar struct{ transport.PeerServer }

func (l liar) As(who transport.Identity) transport.Home { return lyingHome{l.PeerServer.As(who)} }

type lyingHome struct{ transport.Home }

func (h lyingHome) Original(ctx context.Context, ref transport.Ref, offset, length int64) (*transport.Stream, error) {
	s, err := h.Home.Original(ctx, ref, offset, length)
	if err == nil {
		s.Size += 100_000
	}
	return s, err
}

// TestOriginalReasons: why an original cannot be had is told apart, with what to do.
func TestOriginalReasons(t *testing.T) {
	l := published(t, 2)
	word := func(change string) got {
		t.Helper()
		return browsertest.Eval[got](l.p, `(async () => {
			const { sources, keys } = of.state
			const kept = of
			`+change+`
			const answer = await get(0)
			window.of = kept
			return answer
		})()`)
	}
	for want, change := range map[string]string{
		"nobody":    `window.of = { ...of, state: { keys, sources: [] } }`,
		"ended":     `window.of = { ...of, collection: of.collection.with({ ends: [{}] }) }`,
		"forbidden": `window.of = { ...of, collection: of.collection.with({ fixed: { ...of.collection.fixed, recipients: new Uint8Array(0) } }) }`,
	} {
		if g := word(change); g.Kind != want || g.Text == "" || strings.HasPrefix(g.Text, "original.") {
			t.Errorf("%s: %+v", want, g)
		}
	}
	t.Run("a source is believed where its own station has sealed it", func(t *testing.T) {
		if g := word(`window.of = { ...of, state: { keys, sources: sources.map((s) => ({ ...s, endpoint: s.endpoint.map((b, i) => i === s.endpoint.length - 1 ? b ^ 1 : b) })) } }`); g.Kind != "nobody" {
			t.Errorf("%+v", g)
		}
	})
	t.Run("a home with a certificate of its own", func(t *testing.T) {
		e, err := collection.Endpoint{User: l.cam.User, Key: l.home.Key(), Number: 9, URLs: []string{"https://192.168.1.2:8443"}}.Sign(t.Context(), l.home.Signer)
		labtest.Must(t, err)
		data, err := e.MarshalBinary()
		labtest.Must(t, err)
		g := word(fmt.Sprintf(`window.of = { ...of, state: { keys, sources: sources.map((s) => ({ ...s, endpoint: new Uint8Array(%s) })) } }`, numbers(data)))
		if g.Kind != "tls" {
			t.Errorf("%+v", g)
		}
	})
	t.Run("a browser that is no station", func(t *testing.T) {
		browsertest.Eval[bool](l.p, `remove('station', 'account').then(() => true)`)
		if g := l.get(1); g.Kind != "station" {
			t.Errorf("%+v", g)
		}
	})
}

// TestWishes: a wish outlasts the page, asks nobody while there is a label, and comes when that has
// gone; where nobody answers, it waits.
func TestWishes(t *testing.T) {
	l := lends(t, 2)
	l.cam.Shares(l.name)
	l.load()
	try := func() string {
		t.Helper()
		return browsertest.Eval[string](l.p, `(async () => {
			const came = []
			const next = await tryWishes(of.collection, async (i) => came.push(i + ':' + (await original(of, i)).blob.size))
			return came.join() + ' ' + (next === Infinity ? 'later' : next > Date.now() ? 'soon' : 'now')
		})()`)
	}
	browsertest.Eval[bool](l.p, `wish(of.collection, 1).then(() => true)`)
	if was := try(); was != " later" {
		t.Errorf("with a label: %q", was)
	}
	l.cam.Syncs(l.home, l.name)
	l.home.Publishes(l.name)
	l.at(func(http.Handler) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	})
	l.p.Open(l.origin + "/keys")
	l.load()
	if was := try(); was != " soon" {
		t.Errorf("nobody answers: %q", was)
	}
	l.at(func(home http.Handler) http.Handler { return home })
	if was := try(); was != " soon" {
		t.Errorf("tried before its time: %q", was)
	}
	browsertest.Eval[bool](l.p, `(async () => {
		for (const [name, w] of await wishes()) await write('wishes', name, { ...w, next: 0 })
		return true
	})()`)
	if was, want := try(), fmt.Sprintf("1:%d later", len(l.cam.Card[l.cam.Items[1].ID][2])); was != want {
		t.Errorf("when it may come: %q, want %q", was, want)
	}
	if n := browsertest.Eval[int](l.p, `wished(of.collection).then((all) => all.length)`); n != 0 {
		t.Errorf("%d wishes are left", n)
	}
	l.p.Forgive()
}
