package mediatest

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
)

// sampleQuality is that of the JPEGs made.
const sampleQuality = 90

// Sample writes landscape n as a JPEG whose upright picture is width by height
// pixels (each 1 to 65,535), with the EXIF data of x. If x has an orientation
// above 1, the picture is stored turned, as by a camera that was held so. The
// errors are those of the writer, or of the encoder for a size out of range.
func Sample(w io.Writer, n, width, height int, x EXIF) error {
	data, err := stored(n, width, height, x.Orientation)
	if err != nil {
		return err
	}
	_, err = w.Write(x.AddTo(data))
	return err
}

// Thumbnail returns the thumbnail for EXIF.Thumbnail of a sample of the same
// number, size and orientation: it fits 160 by 120 pixels as stored. It panics
// if the size is out of range.
func Thumbnail(n, width, height, orientation int) []byte {
	long, short := 160, 120
	if orientation >= 5 {
		long, short = short, long
	}
	w, h := long, (2*height*long+width)/(2*width)
	if h > short {
		w, h = (2*width*short+height)/(2*height), short
	}
	data, err := stored(n, max(w, 1), max(h, 1), orientation)
	if err != nil {
		panic(err)
	}
	return data
}

func stored(n, width, height, orientation int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, turn(Scene(n, width, height), orientation), &jpeg.Options{Quality: sampleQuality})
	return b.Bytes(), err
}

// turn returns the picture as it is stored for an orientation.
func turn(m *image.YCbCr, orientation int) *image.YCbCr {
	if orientation <= 1 {
		return m
	}
	size := m.Rect.Size()
	if orientation >= 5 {
		size = image.Pt(size.Y, size.X)
	}
	t := image.NewYCbCr(image.Rectangle{Max: size}, m.SubsampleRatio)
	half := size.Add(image.Pt(1, 1)).Div(2)
	turnPlane(t.Y, m.Y, t.YStride, m.YStride, size, orientation)
	turnPlane(t.Cb, m.Cb, t.CStride, m.CStride, half, orientation)
	turnPlane(t.Cr, m.Cr, t.CStride, m.CStride, half, orientation)
	return t
}

// turnPlane fills dst, of the given size, from the upright src. For each
// orientation it knows how the place in src changes along a stored row and from
// one stored row to the next.
func turnPlane(dst, src []byte, dstStride, srcStride int, size image.Point, orientation int) {
	right, down := size.X-1, size.Y-1
	walk := [9]struct{ start, across, along int }{
		2: {right, -1, srcStride},
		3: {down*srcStride + right, -1, -srcStride},
		4: {down * srcStride, 1, -srcStride},
		5: {0, srcStride, 1},
		6: {down, srcStride, -1},
		7: {right*srcStride + down, -srcStride, -1},
		8: {right * srcStride, -srcStride, 1},
	}[orientation]
	for y := range size.Y {
		at := walk.start + y*walk.along
		row := dst[y*dstStride:][:size.X]
		for x := range row {
			row[x] = src[at]
			at += walk.across
		}
	}
}
