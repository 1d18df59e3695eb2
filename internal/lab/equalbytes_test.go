package lab_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// palette is all that versions consist of.
var palette = [][]byte{{}, lab.Noise("a", 1), lab.Noise("b", 150), lab.Noise("c", 5000), lab.Noise("d", 70_000)}

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
	cam           *labtest.Camera
	home          *labtest.Peer
	toHub, toHome transport.ShareReceiver // the camera's ways
}

func (p plan) play(t *testing.T) {
	w := labtest.New(t, hub.Config{Store: &onceStore{t: t}})
	b := w.Peer(w.User("bob"), "bob")
	books := []*ledger{keeps(t, w, b)}
	var albums []album
	for i, plan := range p.Authors {
		a := newAuthor(w, fmt.Sprint("author-", i), plan.Photos)
		books = append(books, keeps(t, w, a.home))
		for _, photos := range plan.Albums {
			albums = append(albums, a.album(photos, b.User))
		}
		toHub, toHome := new(ledger), new(ledger)
		w.Put(a.cam.Name, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			if r.URL.Host == a.home.Name {
				return toHome.write(r, network)
			}
			return toHub.write(r, network)
		})
		books = append(books, toHub, toHome)
	}
	p.each(t, albums, func(a album) error { return a.share(t, a.toHub) })
	hearsOf(t, b, len(albums))
	p.fetch(t, b, albums, 0)
	p.each(t, albums, func(a album) error { return a.share(t, a.toHome) })
	p.each(t, albums, func(a album) error { return a.home.Author.Publish(t.Context(), a.name) })
	hearsOf(t, b, len(albums))
	p.fetch(t, b, albums, 2)
	w.Pass(time.Minute) // nobody is told of screens that were made later
	p.fetch(t, b, albums, 1)
	for _, book := range books {
		book.judge(t, albums)
	}
}

func (a album) share(t *testing.T, to transport.ShareReceiver) error {
	_, err := a.cam.Sync(t.Context(), to, a.name)
	return err
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
func (p plan) fetch(t *testing.T, b *labtest.Peer, albums []album, version int) {
	t.Helper()
	var wanted []album
	for _, a := range albums {
		for _, id := range a.photos {
			wanted = append(wanted, album{a.author, a.name, []collection.ItemID{id}})
		}
	}
	p.each(t, wanted, func(a album) error {
		return b.Reader.Fetch(t.Context(), transport.Ref{Collection: a.name, Item: a.photos[0], Version: version})
	})
	for _, a := range wanted {
		data := b.Reads(transport.Ref{Collection: a.name, Item: a.photos[0], Version: version})
		if want := a.bytes(a.photos[0], version); !bytes.Equal(data, want) {
			t.Errorf("version %d of %v has %d bytes, not %d", version, a.photos[0], len(data), len(want))
		}
	}
}

// bytes are those that a version has.
func (a *author) bytes(id collection.ItemID, version int) []byte {
	if version != 1 {
		return a.cam.Card[id][version]
	}
	return head(a.cam.Card[id][2])
}

// head is the screen of an original: all of a small one.
func head(original []byte) []byte { return original[:min(len(original), 150)] }

func renderHead(_ context.Context, p peer.Picture, to io.Writer) error {
	_, err := io.Copy(to, io.NewSectionReader(p.Original, 0, min(p.Original.Size(), 150)))
	return err
}

func newAuthor(w *labtest.World, name string, photos [][2]int) *author {
	user := w.User(name)
	a := &author{cam: w.Camera(user, len(photos)), home: w.Peer(user, name)}
	for i, photo := range photos {
		a.cam.Card[a.cam.Items[i].ID] = lab.Photo{palette[photo[0]], nil, palette[photo[1]]}
	}
	a.toHub, a.toHome = a.cam.ToHub(), a.cam.To(a.home.Station)
	return a
}

func (a *author) album(photos []int, to collection.UserID) album {
	var body collection.Body
	made := album{author: a}
	for _, i := range photos {
		body.Items = append(body.Items, a.cam.Items[i])
		made.photos = append(made.photos, a.cam.Items[i].ID)
	}
	all := a.cam.Items
	a.cam.Items, body.Recipients = body.Items, []collection.UserID{to}
	made.name = a.cam.AlbumOf("title", body)
	a.cam.Items = all
	return made
}

// hearsOf has a station hear of a number of collections.
func hearsOf(t *testing.T, s *labtest.Peer, n int) {
	t.Helper()
	heard := map[collection.Name]bool{}
	for tries := 0; len(heard) < n && tries < 2*n; tries++ {
		for _, n := range s.Receives() {
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

// ledger writes down which versions go over a link.
type ledger struct {
	mu      sync.Mutex
	reads   []string        // paths
	uploads []*bytes.Reader // streams
	paths   []string        // theirs
}

// write lets a request pass, and writes it down.
func (l *ledger) write(r *http.Request, network http.RoundTripper) (*http.Response, error) {
	body, err := lab.ReadBody(&r.Body)
	if err != nil {
		return nil, err
	}
	path := r.URL.Path
	if path == "/v1/push" {
		if path, body, err = pushedIn(r, body); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	switch {
	case strings.HasPrefix(path, "/v1/upload/"):
		l.uploads, l.paths = append(l.uploads, bytes.NewReader(body)), append(l.paths, path)
	case strings.HasPrefix(path, "/v1/versions/"), strings.HasPrefix(path, "/v1/originals/"):
		l.reads = append(l.reads, path)
	}
	l.mu.Unlock()
	return network.RoundTrip(r)
}

// pushedIn is the upload in a push, and the path that it would have alone.
func pushedIn(r *http.Request, body []byte) (path string, upload []byte, err error) {
	size, err := strconv.Atoi(r.URL.Query().Get("share"))
	if err != nil {
		return "", nil, err
	}
	share, err := transport.Decode[transport.Share](body[:size])
	if err != nil {
		return "", nil, err
	}
	c, err := collection.Decode(share.Collection)
	return "/v1/upload/" + c.Name().String(), body[size:], err
}

// keeps has all that a station sends, reads and stores written down.
func keeps(t *testing.T, w *labtest.World, s *labtest.Peer) *ledger {
	l := new(ledger)
	w.Put(s.Name, l.write)
	s.Store = &onceStore{t: t}
	s.Restart(func(cfg *peer.Config) { cfg.Render = peer.RendererFunc(renderHead) })
	return l
}

// judge checks that each author's bytes went over the link once in each direction.
func (l *ledger) judge(t *testing.T, albums []album) {
	t.Helper()
	seen := map[string]bool{}
	once := func(direction string, a album, data []byte) {
		t.Helper()
		what := fmt.Sprintf("%s %v %v", direction, a.name.Author, digest.Sum(data))
		if seen[what] {
			t.Errorf("%d bytes: %s again", len(data), direction)
		}
		seen[what] = true
	}
	for _, path := range l.reads {
		for _, a := range albums {
			for _, id := range a.photos {
				for version := range 3 {
					ref := fmt.Sprintf("%v/%v", a.name, id)
					if path == fmt.Sprintf("/v1/versions/%s/%d", ref, version) || version == 2 && path == "/v1/originals/"+ref {
						once("read", a, a.bytes(id, version))
					}
				}
			}
		}
	}
	for i, upload := range l.uploads {
		for _, a := range albums {
			if l.paths[i] == "/v1/upload/"+a.name.String() {
				for _, data := range framesOf(t, upload) {
					once("sent", a, data)
				}
			}
		}
	}
}

// framesOf are the versions of an upload.
func framesOf(t *testing.T, upload io.Reader) (all [][]byte) {
	t.Helper()
	in := transport.NewUploadReader(upload)
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		must(t, err)
		data, err := io.ReadAll(f)
		must(t, err)
		all = append(all, data)
	}
}
