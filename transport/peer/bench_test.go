package peer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// BenchmarkOriginals fetches originals from a home over loopback, beside what any program
// must do: GET, write to a file, fsync, SHA-256. It reports the ratios of the medians of one
// run:
//
//	x-bare     a fetch to the bare one, of one after the other
//	x-bare-8   a fetch to the bare one, of as many at once as a fetch has streams
//	x-share    what is left after 95 %, gone on with by a new process, to that share of a fetch
//
//	go test ./transport/peer -run '^$' -bench Originals -benchtime 7x
func BenchmarkOriginals(b *testing.B) {
	for name, c := range map[string]struct{ items, size int }{
		"200x1MB": {200, 1 << 20},
		"1x1GB":   {1, 1 << 30},
	} {
		b.Run(name, func(b *testing.B) { benchmarkOriginals(b, newShelf(b, c.items, c.size)) })
	}
}

func benchmarkOriginals(b *testing.B, s *shelf) {
	var bare, atOnce, whole, rest medians
	for b.Loop() {
		dir := b.TempDir()
		bare.time(func() { s.getBare(b, dir, 1) })
		must(b, os.RemoveAll(dir))
		dir = b.TempDir()
		atOnce.time(func() { s.getBare(b, dir, streams) })
		must(b, os.RemoveAll(dir))
		r := s.reader(b, dir, nil)
		whole.time(func() { r.fetch(b, s.refs) })
		r.close(b)
		must(b, os.RemoveAll(dir))
		s.breakOff(b, dir)
		r = s.reader(b, dir, nil)
		rest.time(func() { r.fetch(b, s.refs) })
		r.close(b)
		must(b, os.RemoveAll(dir))
	}
	b.SetBytes(int64(len(s.refs)) * s.size)
	b.ReportMetric(whole.median()/bare.median(), "x-bare")
	b.ReportMetric(whole.median()/atOnce.median(), "x-bare-8")
	b.ReportMetric(rest.median()/whole.median()/s.left, "x-share")
	b.ReportMetric(bare.median()*1000, "bare-ms")
	b.ReportMetric(whole.median()*1000, "fetch-ms")
	b.ReportMetric(rest.median()*1000, "rest-ms")
}

// medians are seconds.
type medians []float64

func (m *medians) time(work func()) {
	start := time.Now()
	work()
	*m = append(*m, time.Since(start).Seconds())
}

func (m medians) median() float64 {
	sorted := slices.Sorted(slices.Values(m))
	return sorted[len(sorted)/2]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shelf is a home with originals in files, which a bare server serves, too.
type shelf struct {
	ann, bob collection.UserID
	keys     [2]*signature.Signer
	home     *httptest.Server
	bare     *httptest.Server
	source   transport.Source // the home
	name     collection.Name
	refs     []transport.Ref
	size     int64
	left     float64 // share of what is left where a fetch breaks off
	files    string
}

func newShelf(b *testing.B, items, size int) *shelf {
	s := &shelf{
		ann: collection.UserID{1}, bob: collection.UserID{2}, keys: [2]*signature.Signer{newSigner(), newSigner()},
		size: int64(size), files: b.TempDir(), left: 0.05,
	}
	var body collection.Body
	body.Recipients = []collection.UserID{s.bob}
	random := rand.NewChaCha8([32]byte{1})
	for i := range items {
		id := collection.ItemID{1, byte(i >> 8), byte(i)}
		body.Items = append(body.Items, collection.Item{ID: id})
		f, err := os.Create(filepath.Join(s.files, id.String()))
		must(b, err)
		_, err = io.CopyN(f, random, s.size)
		must(b, errors.Join(err, f.Close()))
	}
	s.bare = httptest.NewServer(http.FileServer(http.Dir(s.files)))
	b.Cleanup(s.bare.Close)
	s.publish(b, body)
	return s
}

// publish makes the home and has it serve the originals.
func (s *shelf) publish(b *testing.B, body collection.Body) {
	s.home = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }))
	b.Cleanup(s.home.Close)
	store, err := filestore.Open(b.TempDir())
	must(b, err)
	b.Cleanup(func() { store.Close() })
	ann, err := peer.New(b.Context(), s.ann, s.keys[0], peer.Config{Store: store, Keys: s.keyring(b), URL: s.home.URL})
	must(b, err)
	s.home.Config.Handler = httplink.PeerHandler(ann, httplink.HandlerOptions{})
	s.source = ann.Source()
	s.name, err = ann.Author.Make(b.Context(), collection.Header{Title: "Picnic"}, body, s.open)
	must(b, err)
	must(b, ann.Author.Publish(b.Context(), s.name))
	for _, item := range body.Items {
		s.refs = append(s.refs, transport.Ref{Collection: s.name, Item: item.ID, Version: 2})
	}
}

func (s *shelf) keyring(b *testing.B) *signature.Keyring {
	keys := new(signature.Keyring)
	must(b, keys.Trust(s.ann, s.keys[0].Public()))
	must(b, keys.Trust(s.bob, s.keys[1].Public()))
	return keys
}

// fileBlob is an original in a file.
type fileBlob struct {
	*os.File
	size int64
}

func (f fileBlob) Size() int64 { return f.size }

func (s *shelf) open(_ context.Context, item collection.ItemID, version int) (transport.Blob, error) {
	switch version {
	case 0:
		return blob{bytes.NewReader(item[:])}, nil
	case 1:
		return nil, transport.ErrNotFound
	}
	f, err := os.Open(filepath.Join(s.files, item.String()))
	return fileBlob{f, s.size}, err
}

// reader is a recipient's peer, from its start to its end.
type reader struct {
	*peer.Peer
	store *filestore.Store
}

// reader starts the recipient's peer, which has heard of the collection.
func (s *shelf) reader(b *testing.B, dir string, transportOf http.RoundTripper) reader {
	store, err := filestore.Open(dir)
	must(b, err)
	dial := httplink.Dialer(httplink.Caller{User: s.bob, Signer: s.keys[1]}, httplink.Options{HTTP: &http.Client{Transport: transportOf}})
	p, err := peer.New(b.Context(), s.bob, s.keys[1], peer.Config{Store: store, Keys: s.keyring(b), Dial: dial})
	must(b, err)
	must(b, p.Reader.Refresh(b.Context(), s.name, s.source))
	return reader{p, store}
}

func (r reader) fetch(b *testing.B, refs []transport.Ref) {
	must(b, r.Reader.Fetch(b.Context(), refs...))
}

func (r reader) close(b *testing.B) {
	must(b, r.Close(context.Background()))
	must(b, r.store.Close())
}

// streams is how many answers a fetch reads at once.
const streams = 8

// getBare gets all originals in the plainest way, so many at once.
func (s *shelf) getBare(b *testing.B, dir string, atOnce int) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(s.refs); i = int(next.Add(1)) - 1 {
				if err := getBare(s.bare.URL+"/"+s.refs[i].Item.String(), filepath.Join(dir, strconv.Itoa(i))); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func getBare(url, path string) error {
	r, err := http.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	hash := sha256.New()
	if _, err = io.Copy(io.MultiWriter(f, hash), r.Body); err == nil {
		err = f.Sync()
	}
	hash.Sum(nil)
	return errors.Join(err, f.Close())
}

// breakOff has a new recipient's peer fetch all but what is to be left.
func (s *shelf) breakOff(b *testing.B, dir string) {
	if left := int(float64(len(s.refs)) * s.left); left > 0 {
		r := s.reader(b, dir, nil)
		r.fetch(b, s.refs[:len(s.refs)-left])
		r.close(b)
		return
	}
	ctx, end := context.WithCancel(b.Context())
	r := s.reader(b, dir, breaksOff{int64(float64(s.size) * (1 - s.left)), end})
	if r.Reader.Fetch(ctx, s.refs[0]) == nil {
		b.Fatal("has not broken off")
	}
	r.close(b)
}

// breaksOff has originals break off, and then ends the fetch, which would go on by itself;
// a nil end does not.
type breaksOff struct {
	after int64
	end   func()
}

func (t breaksOff) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && strings.HasPrefix(r.URL.Path, "/v1/originals/") {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(answer.Body, t.after), failing{t.end}), answer.Body}
	}
	return answer, err
}

type failing struct{ end func() }

func (f failing) Read([]byte) (int, error) {
	if f.end != nil {
		f.end()
	}
	return 0, io.ErrUnexpectedEOF
}
