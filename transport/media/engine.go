package media

import (
	"context"
	"image"
	"io"
)

// Engine makes versions of pictures. The pure Go engine is always there and needs
// nothing; others, such as those of the modules media/heif and media/vips, are
// put in front of it in [Maker.Engines]. An Engine is safe for concurrent use.
// Package mediatest has the suite that each must pass.
type Engine interface {
	// String returns what the engine is, for people: "pure Go", "libvips 8.14.1".
	String() string
	// Cost returns the bytes of memory that Make will hold at once, from the
	// picture's header alone. The error wraps [ErrFormat] or [ErrNoEngine] if the
	// engine does not read this format, [ErrCorrupt] if the header is damaged, or
	// is that of the source.
	Cost(Job) (int64, error)
	// Make makes one version for each box, in the order of the boxes. It is
	// called for what Cost has answered no more than job.Budget for. The error
	// wraps one of [ErrFormat], [ErrCorrupt] and [ErrTooLarge], or is that of the
	// context or the source.
	Make(ctx context.Context, job Job) ([]Picture, error)
}

// Job is one picture, and what is wanted of it.
type Job struct {
	// Source holds the picture and nothing else: of a raw file, the JPEG preview
	// inside it. It may be read by several goroutines at once.
	Source io.ReaderAt
	Size   int64 // of Source in bytes
	// Info is what is known of the picture: the media type of what Source holds,
	// the size once it is upright, and the orientation that the engine must
	// apply, whatever Source says of it. It is 1 for HEIF, whose decoders turn.
	Info Info
	// Profile is the ICC profile of the samples; nil is sRGB.
	Profile []byte
	// Boxes are the spaces that the versions must fit; see [Box.Fit].
	Boxes   []Box
	Quality int   // of the JPEGs made, 1 to 100
	Budget  int64 // bytes of memory that the engine may hold
}

// Box is the space in pixels that a version must fit, keeping its shape. A side
// of zero or less sets no limit.
type Box struct{ W, H int }

// Picture is a version made, and belongs to the caller: a baseline JPEG in sRGB,
// upright, on white, without any metadata.
type Picture struct {
	JPEG          []byte
	Width, Height int  // pixels
	Embedded      bool // made from the thumbnail inside the file
}

// Fit returns the size of an upright picture of the given size in the box: in
// whole pixels, at least one a side, keeping the shape, never enlarged.
func (b Box) Fit(size image.Point) image.Point {
	num, den := int64(1), int64(1)
	for _, side := range [2][2]int{{b.W, size.X}, {b.H, size.Y}} {
		n, d := int64(side[0]), int64(side[1])
		if n > 0 && n < d && n*den < num*d {
			num, den = n, d
		}
	}
	scale := func(v int) int { return int(max(1, (int64(v)*num+den/2)/den)) }
	return image.Pt(scale(size.X), scale(size.Y))
}
