//go:build vips && cgo

package vips

import (
	"image"
	"strconv"
)

// format is how libvips reads a kind of picture.
type format struct {
	loader string             // operation of libvips
	held   func(header) int64 // bytes that the decoder holds beside the rows asked for
	mapped bool               // the loader reads the whole file into memory, even for its header
	// reduced returns the loader's option that has the decoder shrink; nil if it
	// cannot
	reduced func(shrink int) string
	// fragile: libheif 1.15 ends the process by an assertion where reading fails
	fragile bool
}

// header is what is known of a picture before it is decoded.
type header struct {
	width, height int64
	pixel         int64 // bytes of a pixel as the decoder returns it
	interlaced    bool  // progressive, or in several scans
	subsampled    bool  // JPEG: at least one component is
	read          int64 // bytes of the file that were read for this
}

// formats are by media type. Bytes held are those of libjpeg-turbo, libpng,
// libnsgif, libwebp, libtiff (a strip may be the whole picture) and
// libheif (planes of the decoder, their copy, and the colours).
var formats = map[string]format{
	"image/jpeg": {loader: "jpegload_source", held: coefficients, reduced: byShrink},
	"image/png":  {loader: "pngload_source", held: passes},
	"image/gif":  {loader: "gifload_source", held: pixels(6), mapped: true},
	"image/webp": {loader: "webpload_source", held: pixels(10), mapped: true, reduced: byScale},
	"image/tiff": {loader: "tiffload_source", held: func(h header) int64 { return h.width * h.height * h.pixel }},
	"image/heic": {loader: "heifload_source", held: planes, fragile: true},
	"image/heif": {loader: "heifload_source", held: planes, fragile: true},
	"image/avif": {loader: "heifload_source", held: planes, fragile: true},
}

// coefficients are two bytes a sample where several scans add to them.
func coefficients(h header) int64 {
	switch {
	case !h.interlaced:
		return 0
	case h.subsampled && h.pixel == 3: // 4:2:2 or fewer
		return 4 * h.width * h.height
	}
	return 2 * h.pixel * h.width * h.height
}

// passes are put together in memory.
func passes(h header) int64 {
	if !h.interlaced {
		return 0
	}
	return h.width * h.height * h.pixel
}

func planes(h header) int64 { return h.width * h.height * h.pixel * 5 / 2 }

func pixels(bytes int64) func(header) int64 {
	return func(h header) int64 { return h.width * h.height * bytes }
}

func byShrink(shrink int) string { return ",shrink=" + strconv.Itoa(shrink) }

func byScale(shrink int) string {
	return ",scale=" + strconv.FormatFloat(1/float64(shrink), 'f', -1, 64)
}

// leftToScale is what the decoder leaves to be scaled properly: its own shrinking
// is nearly averaging, which leaves moire. Four would decode common photos in full
// for a screen.
const leftToScale = 3

// shrink returns by how much the decoder is told to shrink.
func (f format) shrink(stored, want image.Point) int {
	shrink := 1
	for f.reduced != nil && shrink < 8 && min(stored.X/want.X, stored.Y/want.Y) >= 2*shrink*leftToScale {
		shrink *= 2
	}
	return shrink
}

// options returns the loader's options. It fails on what the word failOn of
// libvips says: "none" leaves blank what is missing at the end of the file.
func (f format) options(shrink int, failOn string) string {
	options := "fail_on=" + failOn
	if f.reduced != nil {
		options += f.reduced(shrink)
	}
	return options
}
