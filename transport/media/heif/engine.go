package heif

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// Engine is a [media.Engine] for HEIC and AVIF. Its zero value is ready for use;
// it compiles the decoders when they are first needed, so one Engine should serve
// a whole process. It is safe for concurrent use and must not be copied.
type Engine struct {
	heic, avif program
}

var _ media.Engine = (*Engine)(nil)

// String implements media.Engine.
func (*Engine) String() string { return "libheif and libavif in WebAssembly" }

// Make implements media.Engine. The picture is turned as its container says, not
// as job.Info or EXIF data in it. Decoding ends when the context ends.
func (e *Engine) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	p, err := read(job)
	if err != nil {
		return nil, err
	}
	if n := cost(p, job); n > job.Budget {
		return nil, &media.Error{Kind: media.ErrTooLarge, Err: fmt.Errorf("%d bytes of %d", n, job.Budget)}
	}
	if p.Codec == codecAVIF {
		return e.makeAVIF(ctx, p, job)
	}
	return e.makeHEIC(ctx, p, job)
}

func (e *Engine) makeHEIC(ctx context.Context, p bmff.Picture, job media.Job) ([]media.Picture, error) {
	in, err := e.heic.open(ctx, heicProgram, heicCheckpoints, decoderMemory(p, job))
	if err != nil {
		return nil, err
	}
	defer in.close()
	m, err := in.heic(ctx, job)
	if err != nil {
		return nil, err
	}
	if m.Bounds().Size() != p.Size() {
		return nil, corrupt(fmt.Errorf("%v decoded of %v pixels", m.Bounds().Size(), p.Size()))
	}
	// libheif does this itself with the tiles of a grid
	if m, ok := m.(*image.YCbCr); ok && !p.Grid {
		toJFIF(m, p.NCLX)
	}
	job.Info.Orientation = 1
	return media.FromImage(job, m)
}

func (e *Engine) makeAVIF(ctx context.Context, p bmff.Picture, job media.Job) ([]media.Picture, error) {
	in, err := e.avif.open(ctx, avifProgram, avifCheckpoints, decoderMemory(p, job))
	if err != nil {
		return nil, err
	}
	defer in.close()
	m, err := in.avif(ctx, job)
	if err != nil {
		return nil, err
	}
	if m.Rect.Size() != p.Coded {
		return nil, corrupt(fmt.Errorf("%v decoded of %v pixels", m.Rect.Size(), p.Coded))
	}
	job.Info.Orientation = p.Orientation
	return media.FromImage(job, m.SubImage(p.Crop))
}

// open loads the program and starts an instance.
func (p *program) open(ctx context.Context, packed []byte, checkpoints []uint32, limit int64) (*instance, error) {
	if err := p.load(ctx, packed, checkpoints); err != nil {
		return nil, err
	}
	return p.start(ctx, limit)
}

// Types of items that are decoded.
const (
	codecHEIC = "hvc1"
	codecAVIF = "av01"
)

// read reads the header of the picture.
func read(job media.Job) (bmff.Picture, error) {
	p, err := bmff.ReadPicture(section.File{R: job.Source, Size: job.Size})
	switch {
	case errors.Is(err, bmff.ErrFormat):
		return p, &media.Error{Kind: media.ErrFormat, Err: err}
	case errors.Is(err, bmff.ErrBox), errors.Is(err, bmff.ErrPicture), errors.Is(err, section.ErrShort):
		return p, corrupt(err)
	case err == nil && p.Codec != codecHEIC && p.Codec != codecAVIF:
		err = &media.Error{Kind: media.ErrFormat, Err: fmt.Errorf("a picture of %q", p.Codec)}
	}
	return p, err
}

func corrupt(err error) error { return &media.Error{Kind: media.ErrCorrupt, Err: err} }
