package witness

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
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

// photos are just larger than a screen version, and so that each has several blocks.
func photos() (all [][]byte) {
	for n := range 3 {
		var b bytes.Buffer
		mediatest.Sample(&b, n, 720, 540, mediatest.EXIF{Orientation: 1 + 2*n}) // never fails
		all = append(all, append(b.Bytes(), noise(150_000+n)...))
	}
	return all
}

// noise returns bytes that look random, as those behind the end of a photo in which
// a phone keeps a short video.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

func thumbnailOf(t *testing.T, data []byte) []byte {
	t.Helper()
	_, pictures, err := new(media.Maker).Make(t.Context(), bytes.NewReader(data), int64(len(data)), media.Box{W: 160, H: 120})
	if err != nil {
		t.Fatal(err)
	}
	return pictures[0].JPEG
}

func witnessOf(t *testing.T) (w *Witness, originals [][]byte) {
	t.Helper()
	w, originals = new(Witness), photos()
	for _, data := range originals {
		if err := w.Learn(t.Context(), bytes.NewReader(data), int64(len(data))); err != nil {
			t.Fatal(err)
		}
	}
	return w, originals
}

// What passes in, or out, is told by its content, wherever it is and however it
// is cut into pieces.
func TestWitnessSeesOriginals(t *testing.T) {
	w, originals := witnessOf(t)
	server := httptest.NewServer(w.Watch(echo))
	defer server.Close()
	for _, data := range originals {
		before := w.Passed()
		wrapped := "before" + string(data) + "after"
		answer, err := http.Post(server.URL+"/harmless", "text/plain", struct{ io.Reader }{strings.NewReader(wrapped)})
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if seen := w.Passed() - before; seen != 2*int64(len(data)) {
			t.Errorf("%d bytes seen of %d, in and out", seen, len(data))
		}
	}
}

func TestWitnessIgnoresThumbnails(t *testing.T) {
	w, originals := witnessOf(t)
	for _, data := range originals {
		(&look{witness: w}).see(thumbnailOf(t, data))
	}
	if seen := w.Passed(); seen != 0 {
		t.Errorf("%d bytes taken for originals", seen)
	}
}

// A file that is just like a thumbnail passes as one, and all others are still told.
func TestWitnessAllowsEqualThumbnail(t *testing.T) {
	w, originals := witnessOf(t)
	thumb := thumbnailOf(t, originals[0])
	if err := w.Learn(t.Context(), bytes.NewReader(thumb), int64(len(thumb))); err != nil {
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
		w.Allow(c.allow)
		before := w.Passed()
		(&look{witness: w}).see(c.pass)
		if seen := w.Passed() - before; seen != int64(c.seen) {
			t.Errorf("%d bytes seen of %d", seen, c.seen)
		}
	}
}

// Copies are one original: what passes of it counts once.
func TestWitnessKnowsCopies(t *testing.T) {
	w, originals := witnessOf(t)
	if err := w.Learn(t.Context(), bytes.NewReader(originals[0]), int64(len(originals[0]))); err != nil {
		t.Fatal(err)
	}
	(&look{witness: w}).see(originals[0])
	if seen := w.Passed(); seen != int64(len(originals[0])) {
		t.Errorf("%d bytes seen of %d", seen, len(originals[0]))
	}
}

// In a film with large holes, what little there is is found, and who interrupts
// does not wait for the end of it.
func TestWitnessOfHoles(t *testing.T) {
	w := new(Witness)
	holes := make([]byte, 3*digest.BlockSize+100)
	copy(holes[digest.BlockSize+sampleSize:], noise(sampleSize))
	if err := w.Learn(t.Context(), bytes.NewReader(holes), int64(len(holes))); err != nil || len(w.samples) != 1 {
		t.Errorf("%d samples instead of 1, %v", len(w.samples), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Learn(ctx, bytes.NewReader(holes), 1<<62); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
