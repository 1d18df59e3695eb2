package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// samples is how many photos are made when no folder is given.
const samples = 8

// sampleWidth and sampleHeight make five megapixels.
const sampleWidth, sampleHeight = 2560, 1920

// makeSamples fills the camera's card with photos, as cameras write them: some held upright, some with a thumbnail in their EXIF data.
func makeSamples(ctx context.Context, t *timeline, dir string, width, height int) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	var done atomic.Int64
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range samples {
		group.Go(func() error {
			defer func() { t.progress("photos", done.Add(1), samples, number) }()
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return makeSample(filepath.Join(dir, fmt.Sprintf("DSC0%04d.JPG", 4711+i)), i, width, height)
		})
	}
	return group.Wait()
}

func makeSample(path string, n, width, height int) error {
	exif := mediatest.EXIF{Orientation: 1, Taken: time.Date(2026, 7, 4, 14, 5*n, 0, 0, time.UTC), Place: true}
	if n%4 == 3 {
		width, height, exif.Orientation = height, width, 6
	}
	if n%2 == 0 {
		var small bytes.Buffer
		if err := jpeg.Encode(&small, mediatest.Scene(n, 160, 120), nil); err != nil {
			return err
		}
		exif.Thumbnail = small.Bytes()
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := mediatest.Sample(file, n, width, height, exif); err != nil {
		return err
	}
	return file.Close()
}
