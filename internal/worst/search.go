package main

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// A search looks for what is worst.
type search struct {
	*maker
	rng *rand.Rand
	all bool // that ids and labels are looked at is counted, too
}

// A finding is what a recipe costs.
type finding struct {
	recipe recipe
	ratio  float64
}

func newSearch(rng *rand.Rand) (*search, error) {
	m, err := newMaker()
	return &search{maker: m, rng: rng}, err
}

// recipes are those of findings.
func recipes(found []finding) (rs []recipe) {
	for _, f := range found {
		rs = append(rs, f.recipe)
	}
	return rs
}

// shown is how many findings are told, the worst first, of which each is of another family.
const shown = 6

// worst tries recipes at a size, and then changes of the worst ones.
func (s *search) worst(begin []recipe, size, tries int) ([]finding, error) {
	var found []finding
	for _, r := range begin {
		f, err := s.try(r, size)
		if err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	byRatio := func(a, b finding) int { return cmp.Compare(b.ratio, a.ratio) }
	slices.SortFunc(found, byRatio)
	for range tries {
		at := min(s.rng.IntN(shown), s.rng.IntN(shown), len(found)-1)
		f, err := s.try(found[at].recipe.changed(s.rng), size)
		if err != nil {
			return nil, err
		}
		if f.ratio > found[at].ratio {
			found[at] = f
			slices.SortFunc(found, byRatio)
		}
	}
	return found[:min(shown, len(found))], nil
}

// try measures one recipe.
func (s *search) try(r recipe, size int) (finding, error) {
	d, err := s.make(r, size)
	if err != nil {
		return finding{}, err
	}
	reading, err := s.fastest(len(d.data), func() error { return s.read(d.data) })
	if err != nil {
		return finding{}, err
	}
	least, err := s.least(d)
	return finding{r, float64(reading) / float64(least)}, err
}

// read does what is measured. That a seal does not stand is what it may find.
func (s *search) read(data []byte) error {
	c, err := collection.Decode(data)
	if err != nil {
		return err
	}
	v, err := collection.Verify(context.Background(), &s.ring, c)
	if errors.Is(err, collection.ErrSeal) {
		return nil
	}
	if err == nil && s.all {
		v.Collection().Labelled()
		err = c.Validate()
	}
	return err
}

// least is the time of hashing a dish and verifying as many seals as it has.
func (s *search) least(d dish) (time.Duration, error) {
	hash, err := s.fastest(len(d.data), func() error { sha256.Sum256(d.data); return nil })
	if err != nil {
		return 0, err
	}
	message := make([]byte, 200)
	seal := ed25519.Sign(s.private, message)
	verify, err := s.fastest(1<<14, func() error {
		if !ed25519.Verify(s.private.Public().(ed25519.PublicKey), message, seal) {
			return collection.ErrBadSeal
		}
		return nil
	})
	return hash + time.Duration(d.seals)*verify, err
}

// fastest is the least time of a few runs, of more where they are short.
func (s *search) fastest(size int, f func() error) (least time.Duration, err error) {
	for range min(max(3, 1<<18/size), 20) {
		start := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		if took := time.Since(start); least == 0 || took < least {
			least = took
		}
	}
	return least, nil
}

// ordinary is the ratio of verifying an ordinary collection, with its decoding, which is
// nothing beside it.
func (s *search) ordinary() (float64, error) {
	const items, words = 10_000, 3000
	r := recipe{Name: "ordinary", Items: 16 * items, Digests: 32 * items, Words: words, Values: 2, Run: 1, Keys: 1, Seals: 2}
	d, err := s.make(r, 48*items+words)
	if err == nil && d.seals != 3 {
		err = fmt.Errorf("%d seals", d.seals)
	}
	if err != nil {
		return 0, err
	}
	verifying, err := s.fastest(1<<14, func() error {
		c, err := collection.Decode(d.data) // anew, since what is hashed is remembered
		if err == nil {
			_, err = collection.Verify(context.Background(), &s.ring, c)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	least, err := s.least(d)
	return float64(verifying) / float64(least), err
}
