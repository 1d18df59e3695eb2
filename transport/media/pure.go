package media

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Pure is the pure Go engine. It needs nothing installed and is the last that a
// [Maker] tries. Its zero value is ready for use.
type Pure struct{}

// String implements [Engine].
func (Pure) String() string { return "pure Go" }

// Cost implements [Engine].
func (Pure) Cost(job Job) (int64, error) {
	src := &source{ctx: context.Background(), r: job.Source, size: job.Size}
	h, err := inspect(src)
	if err == nil && (h.cost == nil || formats[h.MediaType].decode == nil) {
		err = because(ErrNoEngine, engineFor[h.MediaType])
	}
	if err != nil {
		return 0, src.fail(job.Info.MediaType, err)
	}
	return h.cost(scaleFor(h, job)) + FromImageCost(job), nil
}

// Make implements [Engine].
func (Pure) Make(ctx context.Context, job Job) ([]Picture, error) {
	src := &source{ctx: ctx, r: job.Source, size: job.Size}
	h, err := inspect(src)
	if err != nil {
		return nil, src.fail(job.Info.MediaType, err)
	}
	p, err := formats[h.MediaType].decode(ctx, src.file(), scaleFor(h, job), job.largest())
	if partial := (*section.PartialError)(nil); src.err == nil && errors.As(err, &partial) && shows(partial) {
		err = nil
	}
	if err != nil {
		return nil, src.fail(job.Info.MediaType, undecoded(err))
	}
	return render(job, p)
}

// engineFor says what reads the pictures that Pure does not.
var engineFor = map[string]error{
	"image/heic": errors.New("module media/heif or libvips reads it"),
	"image/avif": errors.New("module media/heif or libvips reads it"),
	"image/tiff": errors.New("libvips reads TIFF pictures of this kind"),
}

// shows says whether what was decoded is enough to be shown: no more than the
// last quarter is missing.
func shows(p *section.PartialError) bool { return 4*p.Rows >= 3*p.Height }

// scaleFor returns the scale at which a picture is decoded: the smallest picture
// of which the filter still sees two samples for each that is wanted.
func scaleFor(h *header, job Job) int {
	if !h.scales {
		return 1
	}
	want, scale := job.largest(), 8
	for scale > 1 && (h.w < 2*scale*want.X || h.h < 2*scale*want.Y) {
		scale /= 2
	}
	return scale
}
