package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

const megabyte = 1_000_000

// measure measures all there is.
func (p plan) measure(ctx context.Context) (all measure.Results, err error) {
	for _, part := range []func(context.Context) (measure.Results, error){p.one, p.four, p.several} {
		results, err := part(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, results...)
	}
	return all, nil
}

// one measures one original from one peer.
func (p plan) one(ctx context.Context) (measure.Results, error) {
	s, err := newShelf(ctx, 1, p.large, 1, 0)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	took, err := p.byTurns(s.bare, s.hashed, s.unchecked, s.fetch)
	bare, hashed, unchecked, checked := took[0], took[1], took[2], took[3]
	return measure.Results{
		measure.Shown("MB/s of a stream of libp2p", float64(p.large)/bare/megabyte, measure.Higher),
		measure.Shown("what SHA-256 adds to that stream", hashed/bare-1, measure.Lower),
		measure.AtLeast("one original, unchecked, against the stream", bare/unchecked, 0.8),
		measure.AtMost("what verification adds", checked/unchecked-1, 0.25),
	}, errors.Join(err, s.close())
}

// four measures one original from four peers.
func (p plan) four(ctx context.Context) (measure.Results, error) {
	s, err := newShelf(ctx, 1, p.shaped, 4, p.speed)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	took, err := p.byTurns(s.fetch)
	return measure.Results{
		measure.AtLeast("one original from four sources, against their sum", float64(p.shaped)/took[0]/float64(4*p.speed), 0.85),
	}, errors.Join(err, s.close())
}

// several measures many originals from one peer.
func (p plan) several(ctx context.Context) (measure.Results, error) {
	s, err := newShelf(ctx, p.many, megabyte, 1, 0)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	took, err := p.byTurns(s.bare, s.fetch)
	return measure.Results{
		measure.AtLeast("many originals of 1 MB, against one stream of all", took[0]/took[1], 0.75),
	}, errors.Join(err, s.close())
}

// byTurns does several things by turns, after each was done once, and returns the median of how many seconds each
// has taken.
func (p plan) byTurns(things ...func() (time.Duration, error)) (medians []float64, err error) {
	took := make([][]float64, len(things))
	for turn := range p.times + 1 {
		for i, do := range things {
			t, err := do()
			if err != nil {
				return make([]float64, len(things)), err
			}
			if turn > 0 {
				took[i] = append(took[i], t.Seconds())
			}
		}
	}
	for _, all := range took {
		slices.Sort(all)
		medians = append(medians, all[len(all)/2])
	}
	return medians, nil
}
