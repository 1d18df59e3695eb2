//go:build vips && cgo

package vips

import (
	"context"

	"github.com/glimpse-go/glimpse/transport/media"
)

// Of libvips 8.14, by measurement with one thread: how many rows of the picture as
// it comes from the decoder are held on its way to a small version, the bytes for
// a pixel of the version made, and what any picture takes.
const (
	rowsHeld      = 2304
	bytesOfResult = 8
	bytesOfAny    = 4 << 20
)

// Cost implements [media.Engine]. What it answers is bounded, because the
// sides of pictures are bounded by libvips and Info.
func (e *engine) Cost(job media.Job) (int64, error) {
	f, ok := e.formats[job.Info.MediaType]
	if !ok {
		return 0, fail(job, media.ErrFormat, nil)
	}
	size := storedSize(job)
	h := header{width: int64(size.X), height: int64(size.Y), pixel: 4}
	if !f.mapped {
		var err error
		if h, err = e.header(job, f); err != nil {
			return 0, err
		}
	}
	cost := f.held(h) + bytesOfAny + h.read
	if f.mapped {
		cost += 2 * job.Size
	}
	most := int64(0)
	for _, want := range storedSizes(job) {
		shrink := int64(f.shrink(size, want))
		rows := min(rowsHeld, h.height/shrink+1) * (h.width/shrink + 1) * h.pixel
		most = max(most, rows+bytesOfResult*int64(want.X)*int64(want.Y))
	}
	return cost + most, nil
}

// header opens the picture without decoding it.
func (e *engine) header(job media.Job, f format) (header, error) {
	r := newReader(context.Background(), job, f)
	source, closeSource := r.open()
	defer closeSource()
	m, err := load(source, f.loader, f.options(1, "none"))
	if err != nil {
		return header{}, r.fail(job, err)
	}
	defer m.free()
	h := m.header()
	h.read = r.most
	return h, nil
}
