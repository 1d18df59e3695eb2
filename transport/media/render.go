package media

import (
	"bytes"
	"context"
	"errors"
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/icc"
	"github.com/glimpse-go/glimpse/transport/media/internal/jpeg"
	"github.com/glimpse-go/glimpse/transport/media/internal/png"
	"github.com/glimpse-go/glimpse/transport/media/internal/raster"
)

// fullChroma is the quality from which on chroma is not halved.
const fullChroma = 90

// FromImage does all but the decoding, for engines that only decode: it scales m,
// as it is stored, to the sizes of the job, turns its colours into sRGB and the
// picture upright, and encodes it. It holds no more than [FromImageCost] beside m.
// The error is that of a quality or a size for which there is no JPEG.
func FromImage(job Job, m image.Image) ([]Picture, error) {
	return render(job, raster.FromImage(m, job.largest()))
}

// FromImageCost returns the bytes that [FromImage] holds for a job, without those
// of the picture itself.
func FromImageCost(job Job) (cost int64) {
	from := turned(image.Pt(job.Info.Width, job.Info.Height), job.Info.Orientation)
	for _, size := range job.stored() {
		cost = max(cost, 4*raster.Cost(from, size)+bytesFor(size.X, size.Y, 16))
	}
	return cost
}

// stored returns the sizes of the versions before they are turned upright.
func (job Job) stored() []image.Point {
	sizes := make([]image.Point, len(job.Boxes))
	for i, b := range job.Boxes {
		sizes[i] = turned(b.Fit(image.Pt(job.Info.Width, job.Info.Height)), job.Info.Orientation)
	}
	return sizes
}

// largest returns the smallest size that holds all that are stored.
func (job Job) largest() (size image.Point) {
	for _, s := range job.stored() {
		size = image.Pt(max(size.X, s.X), max(size.Y, s.Y))
	}
	return size
}

// render makes all versions of a decoded picture.
func render(job Job, p raster.Picture) ([]Picture, error) {
	colours := toSRGB(job.Profile)
	made := make([]Picture, len(job.Boxes))
	for i, size := range job.stored() {
		small := raster.Upright(inSRGB(p, colours, size, job.Quality < fullChroma), job.Info.Orientation)
		if size = turned(size, job.Info.Orientation); job.Quality < fullChroma {
			small = raster.Scale(small, size)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, small, job.Quality); err != nil {
			return nil, because(ErrTooLarge, err) // a side of 65,536 or more
		}
		made[i] = Picture{JPEG: b.Bytes(), Width: size.X, Height: size.Y}
	}
	return made, nil
}

// inSRGB scales a picture and turns its colours into those of sRGB. The result is
// gray or YCbCr, of which the chroma may be halved already if it is going to be.
func inSRGB(p raster.Picture, colours *icc.Transform, size image.Point, halved bool) raster.Picture {
	if p.Space == raster.Gray {
		small := raster.Scale(p, size)
		if colours != nil {
			small.Planes[0].Pix = bytes.Clone(small.Planes[0].Pix) // it may be that of p
			colours.Gray(small.Planes[0].Pix)
		}
		return small
	}
	if p.Space == raster.YCbCr && colours == nil && halved {
		return raster.Scale(p, size)
	}
	pix := raster.ToRGB(p, size)
	colours.RGB(pix)
	return raster.FromRGB(pix, size, false)
}

// toSRGB returns what turns the colours of a profile into those of sRGB: nothing
// if there is no profile, or none that is understood.
func toSRGB(profile []byte) *icc.Transform {
	p, err := icc.Parse(profile)
	if err != nil {
		return nil
	}
	return p.ToSRGB()
}

// undecoded makes an error of a decoder's.
func undecoded(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return because(nil, err)
	case errors.Is(err, jpeg.ErrWork):
		return because(ErrTooLarge, err)
	}
	return because(ErrCorrupt, err)
}

var adobeRGB = icc.AdobeRGB().Bytes()

// chromaticities returns the profile that a PNG says without having one, nil if
// it says nothing that makes sense, or that it is sRGB.
func chromaticities(h png.Header) []byte {
	const most = 10 // exponent
	if h.Gamma < 100000/most || h.Gamma > 100000*most || likeSRGB(h) {
		return nil
	}
	xy := [4]icc.XY{{X: 0.3127, Y: 0.3290}, {X: 0.64, Y: 0.33}, {X: 0.30, Y: 0.60}, {X: 0.15, Y: 0.06}}
	if h.Chroma != [8]uint32{} {
		for i := range xy {
			xy[i] = icc.XY{X: float64(h.Chroma[2*i]) / 100000, Y: float64(h.Chroma[2*i+1]) / 100000}
		}
	}
	p, err := icc.FromChromaticities(xy[0], xy[1], xy[2], xy[3], 100000/float64(h.Gamma))
	if err != nil {
		return nil
	}
	return p.Bytes()
}

// likeSRGB reports whether the chunks are those that pictures in sRGB have for
// programs that do not know it (PNG third edition, section 11.3.2.5).
func likeSRGB(h png.Header) bool {
	near := func(v, want uint32) bool { return max(v, want)-min(v, want) <= 100 }
	for i, want := range [8]uint32{31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000} {
		if h.Chroma != [8]uint32{} && !near(h.Chroma[i], want) {
			return false
		}
	}
	return near(h.Gamma, 45455)
}
