package main

import (
	"image"
	"math"
	"path/filepath"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

var (
	lake     = drawn{"lake.jpg", landscape(0, 10), 0, asCamera}
	portrait = drawn{"portrait.jpg", landscape(1, 6), 6, asPhone}
	pictures = []drawn{lake, portrait, {"fence.jpg", fence, 1, asCamera}, {"screenshot.png", letter, 0, asPNG}}
)

// The reference agrees with what another implementation of Lanczos makes of all
// pixels, turned ones too: it is the right kernel, in the right place.
func TestReferenceIsAsVips(t *testing.T) {
	b := photosIn(t, pictures...)
	for _, p := range b.photos {
		whole, err := b.full(t.Context(), p.link, filepath.Join(b.dir, "whole.png"))
		if err != nil {
			t.Fatal(err)
		}
		small := filepath.Join(b.dir, "small.png")
		if err := b.run(t.Context(), "reduce", filepath.Join(b.dir, "whole.png"), small, "5", "5"); err != nil {
			t.Fatal(err)
		}
		theirs, err := readPNG(small)
		if err != nil {
			t.Fatal(err)
		}
		size := image.Pt(160, 120)
		if theirs.Bounds().Size() != size {
			t.Fatalf("%s: %v", p.name, theirs.Bounds())
		}
		if s := ssim(reference(whole, size), reference(theirs, size)); s < 0.995 {
			t.Errorf("%s: SSIM %.4f", p.name, s)
		}
	}
}

// What is scaled without a filter is found out.
func TestSSIMSeesMoire(t *testing.T) {
	whole, size := fence(800, 600), image.Pt(160, 120)
	nearest := newLuma(size.X, size.Y)
	for i := range nearest.pix {
		nearest.pix[i] = float64(whole.Y[i/160*5*whole.YStride+i%160*5])
	}
	if s := ssim(reference(whole, size), nearest); s > 0.8 {
		t.Errorf("SSIM %.3f", s)
	}
}

func TestQuality(t *testing.T) {
	b := photosIn(t, lake, portrait)
	results, err := b.quality(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * len(boxes) * len(b.engines); len(results) != want {
		t.Errorf("%d results instead of %d", len(results), want)
	}
	for _, r := range results {
		if math.IsNaN(r.Value) || math.Abs(r.Value) > 1.02 {
			t.Errorf("%+v", r)
		}
	}
}

func TestNearestBytes(t *testing.T) {
	for _, c := range []struct {
		less, more float64
		quality    int
		ratio      float64
	}{{95, 101, 80, 1.01}, {99.5, 101, 79, 0.995}, {90, 103, 79, 0.9}, {97, 102, 80, 1.02}} {
		k := contest{means: map[int][len(boxes)]float64{79: {c.less}, 80: {c.more}}}
		quality, ratio, err := k.nearest(t.Context(), 0, 80, 100)
		if quality != c.quality || ratio != c.ratio || err != nil {
			t.Errorf("%g and %g: quality %d, ratio %g, error %v", c.less, c.more, quality, ratio, err)
		}
	}
}

func TestNearestOrientation(t *testing.T) {
	scene := mediatest.Scene(3, 120, 90)
	for o := 1; o <= 8; o++ {
		if got := nearest(asLuma(stored(scene, o)), scene); got != o {
			t.Errorf("%d is taken for %d", o, got)
		}
	}
}

func TestOrientation(t *testing.T) {
	needVips(t)
	list, err := engines(t.Output())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{engines: list, dir: t.TempDir(), notes: t.Output()}
	results, err := b.orientation(t.Context())
	if err != nil || len(results) != len(list) || results.Err() != nil {
		t.Errorf("%+v, error %v", results, err)
	}
}
