//go:build vips && cgo

package vips

import (
	"context"
	"errors"
	"fmt"
	"image"
	"slices"

	"github.com/glimpse-go/glimpse/transport/media"
)

var errNothing = errors.New("cut short before the first samples")

// Make implements [media.Engine]. When the context ends, it stops at the next
// rows; HEIF and WebP, which are decoded in one step, only after that.
func (e *engine) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	f, ok := e.formats[job.Info.MediaType]
	if !ok {
		return nil, fail(job, media.ErrFormat, nil)
	}
	w := &work{ctx: ctx, job: job, format: f, r: newReader(ctx, job, f)}
	defer func() { w.last.free() }()
	made := make([]media.Picture, len(job.Boxes))
	sizes := storedSizes(job)
	for _, i := range largestFirst(sizes) {
		err := w.scale(sizes[i])
		if err == nil {
			made[i], err = w.encode()
		}
		if err = errors.Join(err, w.r.failed()); err != nil {
			return nil, w.r.fail(job, err)
		}
	}
	return made, nil
}

// work is one call of Make.
type work struct {
	ctx    context.Context
	job    media.Job
	format format
	r      *reader
	last   picture // the version made last
}

// scale makes the next version from the last one if that is at least twice as
// large, where no difference is to be seen, and else from the file again.
func (w *work) scale(size image.Point) (err error) {
	var next picture
	if from := w.last.size(); from.X >= 2*size.X && from.Y >= 2*size.Y {
		next, err = w.last.scaled(w.ctx, size)
	} else if next, err = w.fromFile(size, "none"); err == nil && next.uniform() {
		err = w.intact(size)
	}
	w.last.free()
	w.last = next
	return err
}

// intact tells a picture of one colour from one of which nothing was decoded.
func (w *work) intact(size image.Point) error {
	m, err := w.fromFile(size, "truncated")
	m.free()
	if err != nil {
		return errNothing
	}
	return nil
}

// fromFile decodes and scales.
func (w *work) fromFile(size image.Point, failOn string) (picture, error) {
	source, closeSource := w.r.open()
	defer closeSource()
	stored := storedSize(w.job)
	shrink := w.format.shrink(stored, size)
	m, err := load(source, w.format.loader, w.format.options(shrink, failOn))
	if err != nil {
		return picture{}, err
	}
	defer m.free()
	if err := m.expect(stored, shrink); err != nil {
		return picture{}, err
	}
	if len(w.job.Profile) > 0 {
		m.setProfile(w.job.Profile)
	}
	return m.scaled(w.ctx, size)
}

// expect checks that libvips sees the picture that the job speaks of, by which its
// shape and its memory were worked out.
func (m picture) expect(stored image.Point, shrink int) error {
	got := m.size()
	off := got.Mul(shrink).Sub(stored)
	if off.X <= -shrink || off.Y <= -shrink || off.X >= shrink || off.Y >= shrink {
		return fmt.Errorf("%d × %d pixels at 1/%d instead of %d × %d", got.X, got.Y, shrink, stored.X, stored.Y)
	}
	return nil
}

func (w *work) encode() (media.Picture, error) {
	data, err := w.last.jpeg(w.job.Info.Orientation, w.job.Quality)
	size := turned(w.last.size(), w.job.Info.Orientation)
	return media.Picture{JPEG: data, Width: size.X, Height: size.Y}, err
}

// largestFirst returns the indices of the sizes, the largest first.
func largestFirst(sizes []image.Point) []int {
	order := make([]int, len(sizes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return sizes[j].X + sizes[j].Y - sizes[i].X - sizes[i].Y })
	return order
}
