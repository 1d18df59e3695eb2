package heif

import (
	"context"
	"encoding/binary"
	"image"

	"github.com/glimpse-go/glimpse/transport/media"
)

// avifAnswerSize is that of width, height, depth and number of pictures, which
// the decoder writes as 32-bit numbers, and then of a duration.
const avifAnswerSize = 16 + 8

// avif decodes a picture, neither cropped nor turned. The pixels, which are on
// black where they are transparent, are in memory of the instance.
func (in *instance) avif(ctx context.Context, job media.Job) (*image.RGBA, error) {
	file, err := in.load(ctx, job)
	if err != nil {
		return nil, err
	}
	answer, err := in.alloc(ctx, avifAnswerSize)
	if err != nil {
		return nil, err
	}
	args := func(only, out uint64) []uint64 {
		at := uint64(answer)
		return []uint64{uint64(file), uint64(job.Size), only, 0, at, at + 4, at + 8, at + 12, at + 16, out}
	}
	const headerOnly = 1
	if err := in.decode(ctx, args(headerOnly, 0)...); err != nil {
		return nil, err
	}
	b, err := in.bytes(answer, avifAnswerSize)
	if err != nil {
		return nil, err
	}
	w, h, depth := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	size := 4 * int64(w) * int64(h)
	if depth > 8 {
		size *= 2
	}
	out, err := in.alloc(ctx, size)
	if err != nil {
		return nil, err
	}
	if err := in.decode(ctx, args(0, uint64(out))...); err != nil {
		return nil, err
	}
	if b, err = in.bytes(out, size); err != nil {
		return nil, err
	}
	if depth > 8 {
		b = narrow(b)
	}
	return &image.RGBA{Pix: b, Stride: 4 * int(w), Rect: image.Rect(0, 0, int(w), int(h))}, nil
}

// narrow turns samples of 16 bits, little-endian, into those of 8, in place.
func narrow(b []byte) []byte {
	for i := range len(b) / 2 {
		v := uint32(binary.LittleEndian.Uint16(b[2*i:]))
		b[i] = uint8((v*255 + 32767) / 65535)
	}
	return b[: len(b)/2 : len(b)/2]
}
