package main

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// Bounds of the quality of thumbnails.
const (
	moreBytes    = 1.02 // times vipsthumbnail's mean bytes
	lessAtMedian = -0.003
	lessAtWorse  = -0.005 // at the 10th percentile
	usual        = 75     // vipsthumbnail's quality
)

// contest is one engine's part of the comparison.
type contest struct {
	engine
	subjects []*subject
	means    map[int][len(boxes)]float64 // mean bytes at a quality
}

// qualityOf compares one engine, with the photos that it can make.
func (b *bench) qualityOf(ctx context.Context, e engine, subjects []*subject) (results measure.Results, err error) {
	c := &contest{engine: e, subjects: subjects, means: map[int][len(boxes)]float64{}}
	if err := b.prepare(ctx, c); err != nil {
		return nil, err
	}
	for i, box := range boxes {
		quality, ratio, err := c.equalBytes(ctx, i)
		if err != nil {
			return nil, err
		}
		less, err := b.lessLike(ctx, c, i, quality)
		if err != nil {
			return nil, err
		}
		name := boxName(box) + ", " + e.name
		results = append(results,
			measure.AtMost("quality: times vipsthumbnail's mean bytes, "+name, ratio, moreBytes),
			measure.AtLeast("quality: SSIM less vipsthumbnail's, median, "+name, median(less), lessAtMedian),
			measure.AtLeast("quality: SSIM less vipsthumbnail's, 10th percentile, "+name, percentile(0.1, less), lessAtWorse))
	}
	return results, nil
}

// lessLike returns by how much each thumbnail in box i is more like the reference
// than vipsthumbnail's.
func (b *bench) lessLike(ctx context.Context, c *contest, i, quality int) ([]float64, error) {
	made, err := c.make(ctx, quality)
	if err != nil {
		return nil, err
	}
	var less []float64
	for k, s := range c.subjects {
		ours, err := show(made[k][i])
		if err != nil {
			return nil, err
		}
		less = append(less, s.like(ours)-s.like(s.theirs[i]))
	}
	b.note("quality: %s, %s: %d photos, quality %d; the worst:%s", boxName(boxes[i]), c.name, len(less), quality, c.worst(less))
	return less, nil
}

// worst names the photos with the lowest values.
func (c *contest) worst(less []float64) (names string) {
	order := make([]int, len(less))
	for k := range order {
		order[k] = k
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(less[x], less[y]) })
	for _, k := range order[:min(len(order), 4)] {
		names += fmt.Sprintf(" %s %+.4f", c.subjects[k].name, less[k])
	}
	return names
}

// prepare drops what the engine cannot make and makes the references.
func (b *bench) prepare(ctx context.Context, c *contest) error {
	var kept []*subject
	k := c.maker(usual)
	for _, s := range c.subjects {
		sizes := s.sizes()
		pictures, err := k.file(ctx, s.link, boxes[:]...)
		for _, p := range pictures {
			sizes = append(sizes, image.Pt(p.Width, p.Height))
		}
		if err == nil {
			err = b.addReferences(ctx, s, sizes)
		}
		if err != nil {
			b.note("quality: %s is left out: %s: %v", s.name, c.name, err)
			continue
		}
		kept = append(kept, s)
	}
	c.subjects = kept
	return ctx.Err()
}

// make makes the thumbnails of all subjects, some at a time.
func (c *contest) make(ctx context.Context, quality int) ([][len(boxes)][]byte, error) {
	made := make([][len(boxes)][]byte, len(c.subjects))
	var g errgroup.Group
	const workers = 2
	for w := range workers {
		g.Go(func() error {
			k := c.maker(quality)
			for i := w; i < len(c.subjects); i += workers {
				pictures, err := k.file(ctx, c.subjects[i].link, boxes[:]...)
				if err != nil {
					return fmt.Errorf("%s: %w", c.subjects[i].name, err)
				}
				for n, p := range pictures {
					made[i][n] = p.JPEG
				}
			}
			return nil
		})
	}
	return made, g.Wait()
}
