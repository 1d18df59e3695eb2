package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
)

// echo answers with what it is sent, in pieces.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	for piece := range slices.Chunk(data, 1000) {
		w.Write(piece)
	}
})

func witnessOf(t *testing.T) (w *witness, originals [][]byte) {
	t.Helper()
	w = new(witness)
	card, err := findFiles(photos(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range card.Files {
		data, err := os.ReadFile(f.Path)
		if err == nil {
			err = w.learn(t.Context(), bytes.NewReader(data), int64(len(data)))
		}
		if err != nil {
			t.Fatal(err)
		}
		originals = append(originals, data)
	}
	return w, originals
}

// What passes in, or out, is told by its content, wherever it is and however it
// is cut into pieces.
func TestWitnessSeesOriginals(t *testing.T) {
	w, originals := witnessOf(t)
	server := httptest.NewServer(w.watch(echo))
	defer server.Close()
	for _, data := range originals {
		before := w.passed.Load()
		wrapped := "before" + string(data) + "after"
		answer, err := http.Post(server.URL+"/harmless", "text/plain", struct{ io.Reader }{strings.NewReader(wrapped)})
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if seen := w.passed.Load() - before; seen != 2*int64(len(data)) {
			t.Errorf("%d bytes seen of %d, in and out", seen, len(data))
		}
	}
}

func TestWitnessIgnoresThumbnails(t *testing.T) {
	w, originals := witnessOf(t)
	server := httptest.NewServer(w.watch(echo))
	defer server.Close()
	c, err := newCamera(&stage{timeline: &timeline{}, root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	card, err := findFiles(photos(t))
	if err != nil {
		t.Fatal(err)
	}
	made, _, err := c.takePhotos(t.Context(), card.Files)
	if err != nil || len(made) != len(originals) {
		t.Fatal(len(made), err)
	}
	for _, p := range made {
		data, err := contents(c.card.Open(t.Context(), p.ID, thumbnail))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := http.Post(server.URL, "image/jpeg", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
	}
	if seen := w.passed.Load(); seen != 0 {
		t.Errorf("%d bytes taken for originals", seen)
	}
}

// A file that is just like a thumbnail passes as one, and all others are still told.
func TestWitnessAllowsEqualThumbnail(t *testing.T) {
	w, originals := witnessOf(t)
	thumb := thumbnailOf(originals[0])
	if err := w.learn(t.Context(), bytes.NewReader(thumb), int64(len(thumb))); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		allow []byte
		pass  []byte
		seen  int
	}{
		{nil, thumb, len(thumb)},
		{thumb, thumb, 0},
		{originals[0], originals[0], len(originals[0])}, // larger than a screen: no partial version
		{thumb, originals[1], len(originals[1])},
	} {
		w.allow(c.allow)
		before := w.passed.Load()
		(&look{witness: w}).see(c.pass)
		if seen := w.passed.Load() - before; seen != int64(c.seen) {
			t.Errorf("%d bytes seen of %d", seen, c.seen)
		}
	}
}

// Copies are one original: what passes of it counts once.
func TestWitnessKnowsCopies(t *testing.T) {
	w, originals := witnessOf(t)
	if err := w.learn(t.Context(), bytes.NewReader(originals[0]), int64(len(originals[0]))); err != nil {
		t.Fatal(err)
	}
	(&look{witness: w}).see(originals[0])
	if seen := w.passed.Load(); seen != int64(len(originals[0])) {
		t.Errorf("%d bytes seen of %d", seen, len(originals[0]))
	}
}

func TestBrokenPromises(t *testing.T) {
	r := result{Items: 8, LabelledFirst: 8, NotifiedFirst: 2, NotifiedSecond: 2, SearchesRefused: 2, OriginalsFetched: 16,
		Seal: verified, recipients: 2, othersRefused: 4}
	if broken := r.broken(); len(broken) > 0 {
		t.Fatal(broken)
	}
	for name, spoil := range map[string]func(*result){
		"labelled_first":          func(r *result) { r.LabelledFirst-- },
		"labelled_second":         func(r *result) { r.LabelledSecond++ },
		"notified_first":          func(r *result) { r.NotifiedFirst-- },
		"notified_second":         func(r *result) { r.NotifiedSecond-- },
		"searches_refused":        func(r *result) { r.SearchesRefused-- },
		"requests_for_refused":    func(r *result) { r.RequestsForRefused++ },
		"originals_fetched":       func(r *result) { r.OriginalsFetched-- },
		"digest_mismatches":       func(r *result) { r.DigestMismatches++ },
		"seal":                    func(r *result) { r.Seal = "" },
		"bytes_originals_via_hub": func(r *result) { r.BytesOriginalsViaHub++ },
	} {
		spoilt := r
		spoil(&spoilt)
		if broken := spoilt.broken(); len(broken) != 1 || !strings.HasPrefix(broken[0], name+" is") {
			t.Errorf("%s: %q", name, broken)
		}
	}
}

// In a film with large holes, what little there is is found, and who interrupts
// does not wait for the end of it.
func TestWitnessOfHoles(t *testing.T) {
	w := new(witness)
	holes := make([]byte, 3*digest.BlockSize+100)
	copy(holes[digest.BlockSize+sampleSize:], noise(sampleSize))
	if err := w.learn(t.Context(), bytes.NewReader(holes), int64(len(holes))); err != nil || len(w.samples) != 1 {
		t.Errorf("%d samples instead of 1, %v", len(w.samples), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.learn(ctx, bytes.NewReader(holes), 1<<62); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
