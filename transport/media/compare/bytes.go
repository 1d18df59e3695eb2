package main

import "context"

// Between these qualities of ours lies that at which the bytes are equal.
const lowest, highest = 50, 95

// equalBytes returns the quality at which the mean bytes of the thumbnails in box
// i are nearest to vipsthumbnail's, and the ratio of the two. Where qualities are
// too far apart, as with a few flat pictures, it is less than 1.
func (c *contest) equalBytes(ctx context.Context, i int) (quality int, ratio float64, err error) {
	wanted := 0.0
	for _, s := range c.subjects {
		wanted += float64(s.theirs[i].bytes) / float64(len(c.subjects))
	}
	low, high := lowest, highest
	for low < high {
		middle := (low + high) / 2
		mean, err := c.mean(ctx, middle, i)
		switch {
		case err != nil:
			return 0, 0, err
		case mean < wanted:
			low = middle + 1
		default:
			high = middle
		}
	}
	return c.nearest(ctx, i, high, wanted)
}

// nearest chooses between the quality at which there are enough bytes and the one
// below: the nearer, unless it has too many.
func (c *contest) nearest(ctx context.Context, i, high int, wanted float64) (quality int, ratio float64, err error) {
	more, err := c.mean(ctx, high, i)
	if err != nil {
		return 0, 0, err
	}
	less, err := c.mean(ctx, high-1, i)
	if err != nil {
		return 0, 0, err
	}
	if more/wanted <= moreBytes && more-wanted <= wanted-less {
		return high, more / wanted, nil
	}
	return high - 1, less / wanted, nil
}

// mean returns the mean bytes of the thumbnails in box i at a quality.
func (c *contest) mean(ctx context.Context, quality, i int) (float64, error) {
	if known, ok := c.means[quality]; ok {
		return known[i], nil
	}
	made, err := c.make(ctx, quality)
	if err != nil {
		return 0, err
	}
	var means [len(boxes)]float64
	for _, list := range made {
		for k, thumbnail := range list {
			means[k] += float64(len(thumbnail)) / float64(len(made))
		}
	}
	c.means[quality] = means
	return means[i], nil
}
