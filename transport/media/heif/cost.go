package heif

import (
	"math"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
)

const (
	// programs is what the compiled decoders take, and compiling them for the
	// first picture. It is counted for each, though they share it.
	programs = 48 << 20
	// apart is what an instance takes beside pixels and the file.
	apart = 6 << 20
	// maxDecoder is less than a program can address.
	maxDecoder = 3 << 30
)

// Cost implements [media.Engine]. It is the memory that the decoder is given, of
// which most pictures need two thirds, and that of scaling.
func (*Engine) Cost(job media.Job) (int64, error) {
	p, err := read(job)
	if err != nil {
		return 0, err
	}
	return cost(p, job), nil
}

func cost(p bmff.Picture, job media.Job) int64 {
	n := decoderMemory(p, job)
	if n > maxDecoder {
		return math.MaxInt64 / 2 // beyond every budget
	}
	return n + programs + media.FromImageCost(job)
}

// decoderMemory returns the memory that the decoder may use, as measured with
// pictures of 0.25 to 48 megapixels and rounded up. That of HEIC holds up to six
// copies of all samples: decoded, put together of tiles, converted to 8 bits,
// cropped, turned and handed out. That of AVIF holds samples of 16 bits, and the
// picture as RGBA twice.
func decoderMemory(p bmff.Picture, job media.Job) int64 {
	pixels := int64(max(p.Coded.X, p.Tile.X)) * int64(max(p.Coded.Y, p.Tile.Y))
	if pixels > math.MaxInt32 {
		return maxDecoder + 1
	}
	bytes, pixel := int64(1), int64(24)
	if p.Bits > 8 {
		bytes, pixel = 2, 38
	}
	if p.Codec == codecHEIC {
		const copies = 6
		pixel = copies*bytes*int64(p.Samples)/2 + 1
	}
	return pixels*pixel + job.Size + apart
}
