package heif

import (
	"context"
	"encoding/binary"
	"fmt"
	"image"

	"github.com/glimpse-go/glimpse/transport/media"
)

// What the decoder of HEIC answers, from libheif's heif_colorspace and
// heif_chroma.
const (
	spaceYCbCr = 0
	spaceRGB   = 1
	spaceGray  = 2

	chroma420 = 1
	chroma422 = 2
	chroma444 = 3
)

// heicAnswer is what is known before a picture is decoded, as the decoder writes
// it: five numbers.
type heicAnswer struct {
	width, height, space, chroma, premultiplied uint32
}

const heicAnswerSize = 20

func (a *heicAnswer) read(b []byte) {
	for i, v := range []*uint32{&a.width, &a.height, &a.space, &a.chroma, &a.premultiplied} {
		*v = binary.LittleEndian.Uint32(b[4*i:])
	}
}

// heic decodes a picture, which comes out cropped and turned. The pixels are in
// memory of the instance.
func (in *instance) heic(ctx context.Context, job media.Job) (image.Image, error) {
	file, err := in.load(ctx, job)
	if err != nil {
		return nil, err
	}
	answer, err := in.alloc(ctx, heicAnswerSize)
	if err != nil {
		return nil, err
	}
	args := func(only, out uint64) []uint64 {
		at := uint64(answer)
		return []uint64{uint64(file), uint64(job.Size), only, at, at + 4, at + 8, at + 12, at + 16, out}
	}
	const headerOnly = 1
	if err := in.decode(ctx, args(headerOnly, 0)...); err != nil {
		return nil, err
	}
	b, err := in.bytes(answer, heicAnswerSize)
	if err != nil {
		return nil, err
	}
	a := heicAnswer{}
	a.read(b)
	m, size, err := a.layout()
	if err != nil {
		return nil, err
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
	return m(b), nil
}

// layout returns how large the picture is in memory, and what makes a picture of
// that memory.
func (a heicAnswer) layout() (func([]byte) image.Image, int64, error) {
	rect := image.Rect(0, 0, int(a.width), int(a.height))
	y := stride(rect.Dx())
	switch a.space {
	case spaceYCbCr:
		return ycbcrLayout(rect, a.chroma)
	case spaceGray:
		return func(b []byte) image.Image { return &image.Gray{Pix: b, Stride: y, Rect: rect} }, int64(y) * int64(rect.Dy()), nil
	case spaceRGB:
		return a.rgbLayout(rect)
	}
	return nil, 0, corrupt(fmt.Errorf("colour space %d", a.space))
}

func ycbcrLayout(rect image.Rectangle, chroma uint32) (func([]byte) image.Image, int64, error) {
	m := image.YCbCr{YStride: stride(rect.Dx()), CStride: stride((rect.Dx() + 1) / 2), Rect: rect}
	rows := rect.Dy()
	switch chroma {
	case chroma420:
		m.SubsampleRatio, rows = image.YCbCrSubsampleRatio420, (rows+1)/2
	case chroma422:
		m.SubsampleRatio = image.YCbCrSubsampleRatio422
	case chroma444:
		m.SubsampleRatio, m.CStride = image.YCbCrSubsampleRatio444, m.YStride
	default:
		return nil, 0, corrupt(fmt.Errorf("chroma %d", chroma))
	}
	y, c := m.YStride*rect.Dy(), m.CStride*rows
	return func(b []byte) image.Image {
		m.Y, m.Cb, m.Cr = b[:y:y], b[y:y+c:y+c], b[y+c:]
		return &m
	}, int64(y + 2*c), nil
}

func (a heicAnswer) rgbLayout(rect image.Rectangle) (func([]byte) image.Image, int64, error) {
	stride := 4 * stride(rect.Dx())
	return func(b []byte) image.Image {
		if a.premultiplied == 1 {
			return &image.RGBA{Pix: b, Stride: stride, Rect: rect}
		}
		return &image.NRGBA{Pix: b, Stride: stride, Rect: rect}
	}, int64(stride) * int64(rect.Dy()), nil
}

// stride returns the bytes of a row of a plane in libheif: an even number of
// samples, at least 64, in units of 16.
func stride(w int) int { return max(64, (w+15)&^15) }
