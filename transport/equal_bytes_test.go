package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// palette is all that versions consist of.
var palette = [][]byte{{}, noise(0, 0, 1), noise(1, 0, 150), noise(2, 0, 5000), noise(3, 0, 70_000)}

// plan is what is played: authors with photos that are equal here and there, and
// collections of them.
type plan struct {
	Authors []authorPlan
	AtOnce  bool
}

type authorPlan struct {
	Photos [][2]int // thumbnail and original, by their places in the palette
	Albums [][]int  // photos, by their places
}

func drawPlan(t *rapid.T) plan {
	color := rapid.IntRange(0, len(palette)-1)
	author := rapid.Custom(func(t *rapid.T) authorPlan {
		var a authorPlan
		for range rapid.IntRange(1, 5).Draw(t, "photos") {
			a.Photos = append(a.Photos, [2]int{color.Draw(t, "thumbnail"), color.Draw(t, "original")})
		}
		photo := rapid.IntRange(0, len(a.Photos)-1)
		for range rapid.IntRange(1, 3).Draw(t, "albums") {
			a.Albums = append(a.Albums, rapid.SliceOfNDistinct(photo, 1, len(a.Photos), rapid.ID).Draw(t, "album"))
		}
		return a
	})
	return plan{rapid.SliceOfN(author, 1, 2).Draw(t, "authors"), rapid.Bool().Draw(t, "at once")}
}

// TestEqualBytes: whatever versions coincide, in whatever items, places of the
// ladder, collections and authors, all goes as if they did not, but that each
// author's bytes go over each link once and are stored once.
func TestEqualBytes(t *testing.T) {
	rapid.Check(t, func(draw *rapid.T) {
		p := drawPlan(draw)
		if !t.Run("", func(t *testing.T) { p.play(t) }) {
			draw.Fail()
		}
	})
}

// album is a collection of a play.
type album struct {
	*author
	name   collection.Name
	photos []collection.ItemID
}

// author is a user with a camera and a home.
type author struct {
	cam  *camera
	home *station
	link *httplink.Client // from the camera to the home
}

func (p plan) play(t *testing.T) {
	stores := []*onceStore{{t: t}, {t: t}}
	w := newWorld(t, hub.Config{Store: stores[0]})
	b := w.peer(w.user("bob"), "bob")
	b.store = stores[1]
	books := []*ledger{b.keeps()}
	var albums []album
	for i, plan := range p.Authors {
		a := w.author(fmt.Sprint("author-", i), plan.Photos)
		stores = append(stores, a.home.store.(*onceStore))
		books = append(books, a.home.keeps())
		for _, photos := range plan.Albums {
			albums = append(albums, a.album(photos, b.user))
		}
		books = append(books, a.links()...)
	}
	p.each(t, albums, func(a album) error { return shared(a.cam.Share(t.Context(), a.cam.hub, a.name)) })
	b.hearsOf(t, len(albums))
	p.fetch(t, b, albums, 0)
	p.each(t, albums, func(a album) error { return shared(a.cam.Share(t.Context(), a.link, a.name)) })
	p.each(t, albums, func(a album) error { return a.home.Publish(t.Context(), a.name) })
	b.hearsOf(t, len(albums))
	p.fetch(t, b, albums, 2)
	w.clock = w.clock.Add(time.Minute) // nobody is told of screens that were made later
	p.fetch(t, b, albums, 1)
	for _, book := range books {
		book.judge(t, albums)
	}
}

// each does something with all albums, at once or one after the other.
func (p plan) each(t *testing.T, albums []album, do func(album) error) {
	t.Helper()
	var all sync.WaitGroup
	for i, a := range albums {
		all.Go(func() {
			if err := do(a); err != nil {
				t.Errorf("album %d: %v", i, err)
			}
		})
		if !p.AtOnce {
			all.Wait()
		}
	}
	all.Wait()
}

// fetch fetches a version of all photos, which are to be the right ones.
func (p plan) fetch(t *testing.T, b *station, albums []album, version int) {
	t.Helper()
	var wanted []album
	for _, a := range albums {
		for _, id := range a.photos {
			wanted = append(wanted, album{a.author, a.name, []collection.ItemID{id}})
		}
	}
	p.each(t, wanted, func(a album) error {
		return b.Fetch(t.Context(), transport.Ref{Collection: a.name, Item: a.photos[0], Version: version})
	})
	for _, a := range wanted {
		blob, err := b.Open(t.Context(), transport.Ref{Collection: a.name, Item: a.photos[0], Version: version})
		must(t, err)
		data, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
		must(t, err)
		if want := a.bytes(a.photos[0], version); !bytes.Equal(data, want) {
			t.Errorf("version %d of %v has %d bytes, not %d", version, a.photos[0], len(data), len(want))
		}
		must(t, blob.Close())
	}
}

// bytes are those that a version has.
func (a *author) bytes(id collection.ItemID, version int) []byte {
	if version != 1 {
		return a.cam.versions[id][version]
	}
	return head(a.cam.versions[id][2])
}

// head is the screen of an original: all of a small one.
func head(original []byte) []byte { return original[:min(len(original), 150)] }

func renderHead(_ context.Context, p peer.Picture, to io.Writer) error {
	_, err := io.Copy(to, io.NewSectionReader(p.Original, 0, min(p.Original.Size(), 150)))
	return err
}

func (w *world) author(name string, photos [][2]int) *author {
	user := w.user(name)
	a := &author{cam: w.camera(user, 0), home: w.peer(user, name)}
	a.home.store = &onceStore{t: w.t}
	for i, photo := range photos {
		a.cam.add(i)
		a.cam.versions[a.cam.items[i].ID] = [3][]byte{palette[photo[0]], nil, palette[photo[1]]}
	}
	return a
}

// links makes the links of an author's camera, to the home and to the hub, where all
// is written down.
func (a *author) links() []*ledger {
	c, books := a.cam, []*ledger{{}, {}}
	caller := c.caller()
	caller.Now = c.w.now
	a.link = httplink.NewClient(a.home.url, httplink.Sealed(caller, a.home.user), httplink.Options{HTTP: books[0].client()})
	_, _, token := c.w.credential(c.user, "the camera's other key")
	c.hub = httplink.NewClient(c.w.hubURL, httplink.Bearer(token), httplink.Options{HTTP: books[1].client()})
	return books
}

func (a *author) album(photos []int, to collection.UserID) album {
	var body collection.Body
	made := album{author: a}
	for _, i := range photos {
		body.Items = append(body.Items, a.cam.items[i])
		made.photos = append(made.photos, a.cam.items[i].ID)
	}
	all := a.cam.items
	a.cam.items, body.Recipients = body.Items, []collection.UserID{to}
	made.name = a.cam.makeBody("title", body)
	a.cam.items = all
	return made
}

// hearsOf has a station hear of a number of collections.
func (s *station) hearsOf(t *testing.T, n int) {
	t.Helper()
	heard := map[collection.Name]bool{}
	for tries := 0; len(heard) < n && tries < 2*n; tries++ {
		news, err := s.Receive(t.Context())
		must(t, err)
		for _, n := range news {
			heard[n.Name()] = true
		}
	}
	if len(heard) != n {
		t.Fatalf("heard of %d collections, not %d", len(heard), n)
	}
}

// onceStore is a store in which no version is stored twice.
type onceStore struct {
	memstore.Store
	t    *testing.T
	mu   sync.Mutex
	keys map[string]bool
}

func (s *onceStore) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	w, err := s.Store.Create(ctx, key)
	return &onceWriter{w, s, key}, err
}

type onceWriter struct {
	transport.BlobWriter
	store *onceStore
	key   string
}

func (w *onceWriter) Commit(ctx context.Context) error {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	if w.store.keys[w.key] {
		w.store.t.Errorf("%s is stored again", w.key)
	}
	if w.store.keys == nil {
		w.store.keys = map[string]bool{}
	}
	w.store.keys[w.key] = true
	return w.BlobWriter.Commit(ctx)
}
