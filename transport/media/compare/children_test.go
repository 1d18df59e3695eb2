package main

import (
	"os"
	"testing"
)

func TestColour(t *testing.T) {
	b := photosIn(t, lake)
	results, err := b.colour(t.Context())
	if err != nil || len(results) != 6 || results.Err() != nil {
		t.Errorf("%+v, error %v", results, err)
	}
}

func TestChildren(t *testing.T) {
	b := photosIn(t, lake, portrait)
	for _, e := range b.engines {
		took, err := b.asChild(t.Context(), e, b.dir, boxes[0], []string{b.photos[0].link, b.photos[1].link})
		if err != nil || took <= 0 {
			t.Errorf("%s: %v, error %v", e.name, took, err)
		}
		for _, p := range b.photos {
			if _, err := os.Stat(thumbnailOf(b.dir, p.link)); err != nil {
				t.Error(err)
			}
		}
		results, err := b.heldBy(t.Context(), e, b.photos[0].link, "small")
		if err != nil || results.Err() != nil || results[0].Value <= 0 {
			t.Errorf("%s: %+v, error %v", e.name, results, err)
		}
	}
}

// A child that ends in any way but by an answer is a result that is not good.
func TestChildThatEnds(t *testing.T) {
	b := photosIn(t, lake)
	results, err := b.heldBy(t.Context(), engine{name: "none"}, b.photos[0].link, "small")
	if err != nil || results[1].OK {
		t.Errorf("%+v, error %v", results, err)
	}
	if _, err := b.asChild(t.Context(), engine{name: "none"}, b.dir, boxes[0], []string{b.photos[0].link}); err == nil {
		t.Error("no error")
	}
}
