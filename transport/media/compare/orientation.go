package main

import (
	"context"
	"image"
	"math"
	"os"
	"path/filepath"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// orientation counts the thumbnails that are not upright, of photos stored in all
// eight ways, with and without an embedded thumbnail.
func (b *bench) orientation(ctx context.Context) (results measure.Results, err error) {
	for _, e := range b.engines {
		wrong := 0
		for o := 1; o <= 8; o++ {
			for _, thumbnail := range [][]byte{nil, mediatest.Thumbnail(o, 1200, 900, o)} {
				x := mediatest.EXIF{Orientation: o, Thumbnail: thumbnail}
				ok, err := b.upright(ctx, e, o, x)
				if err != nil {
					return nil, err
				}
				if !ok {
					wrong++
					b.note("orientation: %s: %d is wrong, embedded thumbnail: %t", e.name, o, thumbnail != nil)
				}
			}
		}
		results = append(results, measure.AtMost("orientation: thumbnails of 16 that are not upright, "+e.name, float64(wrong), 0))
	}
	return results, nil
}

// upright says whether thumbnails of landscape n are upright: of its own size,
// and more like it than like any of it turned.
func (b *bench) upright(ctx context.Context, e engine, n int, x mediatest.EXIF) (bool, error) {
	file := filepath.Join(b.dir, "turned.jpg")
	err := writeFile(file, func(f *os.File) error { return mediatest.Sample(f, n, 1200, 900, x) })
	if err != nil {
		return false, err
	}
	made, err := e.maker(0).file(ctx, file, boxes[:]...)
	if err != nil {
		return false, err
	}
	for i, p := range made {
		t, err := show(p.JPEG)
		if err != nil {
			return false, err
		}
		if t.w != boxes[i].W || t.h != boxes[i].H || nearest(t.luma, mediatest.Scene(n, t.w, t.h)) != 1 {
			return false, nil
		}
	}
	return true, nil
}

// nearest returns the orientation in which the scene differs least from m.
func nearest(m luma, scene *image.YCbCr) (orientation int) {
	least := math.Inf(1)
	for o := 1; o <= 8; o++ {
		turned := asLuma(stored(scene, o))
		if turned.w != m.w {
			continue
		}
		difference := 0.0
		for i, v := range turned.pix {
			difference += math.Abs(v - m.pix[i])
		}
		if difference < least {
			least, orientation = difference, o
		}
	}
	return orientation
}
