package p2plink_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// film is how many bytes an original has that comes from several stations at once.
const film = 4 << 20

// newFilm makes a world in which Ann, Eve and Dan serve a large original, as Bob knows.
func newFilm(t *testing.T) *world {
	w := newWorldOf(t, 1, false, film)
	w.holds(w.eve)
	w.holds(w.dan)
	w.announces(w.ann)
	if found, err := w.bob.Reader.Search(t.Context(), w.cam.Ref(w.name, 0, 2)); err != nil || len(found) != 3 {
		t.Fatalf("%d stations serve it: %v", len(found), err)
	}
	return w
}

// counts counts what a station sends, before something stands between.
func (w *world) counts(name string, sent *atomic.Int64, then between) {
	w.net.put(name, func(out http.ResponseWriter, r *http.Request, station http.Handler) {
		counted := &through{ResponseWriter: out}
		counted.write = func(_ int, p []byte) (int, error) {
			n, err := out.Write(p)
			sent.Add(int64(n))
			return n, err
		}
		then(counted, r, station)
	})
}

func asItIs(out http.ResponseWriter, r *http.Request, station http.Handler) {
	station.ServeHTTP(out, r)
}

// TestSpreadOverHosts: a large original comes from three hosts at once, whatever one of them
// does; what was sent comes twice only as far as it was on the way, or a lie.
func TestSpreadOverHosts(t *testing.T) {
	const part = 10*digest.BlockSize + 2000
	for what, wrong := range map[string]func(w *world) between{
		"all well": func(*world) between { return asItIs },
		"gone": func(w *world) between {
			var once sync.Once
			return after(part, func() { once.Do(func() { go w.net.stop("eve") }) })
		},
		"breaks off": func(*world) between { return after(part, func() {}) },
		"lies": func(*world) between {
			return func(out http.ResponseWriter, r *http.Request, station http.Handler) {
				lie := &through{ResponseWriter: out}
				lie.write = func(sent int, p []byte) (int, error) {
					p = bytes.Clone(p)
					if at := part - sent; at >= 0 && at < len(p) {
						p[at] ^= 1
					}
					return out.Write(p)
				}
				station.ServeHTTP(lie, r)
			}
		},
		"stalls": func(w *world) between {
			stalled, end := context.WithCancel(w.T.Context())
			w.T.Cleanup(end)
			return after(part, func() { <-stalled.Done() })
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := newFilm(t)
			var ann, eve, dan atomic.Int64
			w.counts("ann", &ann, asItIs)
			w.counts("eve", &eve, wrong(w))
			w.counts("dan", &dan, asItIs)
			w.bob.FetchesAll(w.cam, w.name, 2, false)
			w.bob.Shows(w.cam, w.name, 2)
			others := ann.Load() + dan.Load()
			if ann.Load() == 0 || eve.Load() == 0 || dan.Load() == 0 || others > film+256<<10 {
				t.Errorf("Ann has sent %d bytes, Eve %d, Dan %d", ann.Load(), eve.Load(), dan.Load())
			}
			if sum := others + eve.Load(); sum < film || what == "all well" && sum > film+256<<10 {
				t.Errorf("%d bytes were sent of %d", sum, film)
			}
		})
	}
}

// TestSpreadOverAPartition: what came before nobody was reached any more does not come again when
// they are.
func TestSpreadOverAPartition(t *testing.T) {
	w := newFilm(t)
	var sent atomic.Int64
	var cut atomic.Bool
	for _, name := range []string{"ann", "eve", "dan"} {
		w.net.put(name, func(out http.ResponseWriter, r *http.Request, station http.Handler) {
			if cut.Load() {
				panic(http.ErrAbortHandler)
			}
			counted := &through{ResponseWriter: out}
			counted.write = func(_ int, p []byte) (int, error) {
				if cut.Load() {
					return 0, http.ErrAbortHandler
				}
				n, err := out.Write(p)
				cut.Store(sent.Add(int64(n)) > film/2)
				return n, err
			}
			station.ServeHTTP(counted, r)
		})
	}
	ref := w.cam.Ref(w.name, 0, 2)
	if err := w.bob.Reader.Fetch(t.Context(), ref); !errors.Is(err, transport.ErrUnreachable) {
		t.Fatal(err)
	}
	d, _ := w.bob.Views(w.name).Digest(0, 2)
	part, err := w.bob.Store.Part(t.Context(), "v/"+w.name.Author.String()+"/"+d.String())
	must(t, err)
	sent.Store(math.MinInt64 / 2)
	cut.Store(false)
	must(t, w.bob.Reader.Fetch(t.Context(), ref))
	w.bob.Shows(w.cam, w.name, 2)
	if n := sent.Load() - math.MinInt64/2; part == 0 || n > film-part+256<<10 {
		t.Errorf("%d bytes were here, and %d came after", part, n)
	}
}
