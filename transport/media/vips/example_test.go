package vips_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/media/vips"
)

// A program takes libvips where it was built with it, and pure Go everywhere else.
func Example() {
	var maker media.Maker
	engine, err := vips.New()
	switch {
	case err == nil:
		maker.Engines = []media.Engine{engine}
	case !errors.Is(err, vips.ErrNotBuilt):
		panic(err) // built with libvips, which does not start
	}
	var photo bytes.Buffer
	if err := mediatest.Sample(&photo, 1, 800, 600, mediatest.EXIF{}); err != nil {
		panic(err)
	}
	_, pictures, err := maker.Make(context.Background(), bytes.NewReader(photo.Bytes()), int64(photo.Len()), media.Box{W: 160, H: 160})
	if err != nil {
		panic(err)
	}
	fmt.Println(pictures[0].Width, "×", pictures[0].Height)
	// Output: 160 × 120
}
