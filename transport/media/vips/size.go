//go:build vips && cgo

package vips

import (
	"image"

	"github.com/glimpse-go/glimpse/transport/media"
)

// turned returns the size as stored of an upright picture, and the other way round.
func turned(size image.Point, orientation int) image.Point {
	if orientation >= 5 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// storedSize returns the size of a job's picture before it is turned.
func storedSize(job media.Job) image.Point {
	return turned(image.Pt(job.Info.Width, job.Info.Height), job.Info.Orientation)
}

// storedSizes returns the size of each version wanted before it is turned.
func storedSizes(job media.Job) []image.Point {
	sizes := make([]image.Point, len(job.Boxes))
	for i, box := range job.Boxes {
		sizes[i] = turned(box.Fit(image.Pt(job.Info.Width, job.Info.Height)), job.Info.Orientation)
	}
	return sizes
}
