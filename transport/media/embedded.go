package media

import (
	"bytes"
	"image"

	"github.com/glimpse-go/glimpse/transport/media/internal/jpeg"
)

// embedded returns the job of making the versions from the thumbnail in the EXIF
// data, if there is one that has the shape of the picture and at least nine
// tenths of every size wanted.
func (h *header) embedded(job Job) (Job, bool) {
	if len(h.thumbnail) == 0 {
		return job, false
	}
	t, err := jpeg.ReadHeader(bytes.NewReader(h.thumbnail))
	if err != nil {
		return job, false
	}
	across, down := int64(t.Width)*int64(h.h), int64(t.Height)*int64(h.w)
	if t.Width > h.w || t.Height > h.h || max(across-down, down-across) > across/50 {
		return job, false
	}
	for _, b := range job.Boxes {
		want := turned(b.Fit(image.Pt(h.Width, h.Height)), h.Orientation)
		if t.Width < want.X*9/10 || t.Height < want.Y*9/10 {
			return job, false
		}
	}
	upright := turned(image.Pt(t.Width, t.Height), h.Orientation)
	job.Source, job.Size = bytes.NewReader(h.thumbnail), int64(len(h.thumbnail))
	job.Info.MediaType, job.Info.Width, job.Info.Height = "image/jpeg", upright.X, upright.Y
	return job, true
}
