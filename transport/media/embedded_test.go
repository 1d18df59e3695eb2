package media_test

import (
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// The picture is red and the thumbnail inside is green, so one sees which was
// used.
func TestEmbeddedThumbnail(t *testing.T) {
	photo := asJPEG(t, corners(640, 480, red, red, red, red))
	wide := asJPEG(t, corners(640, 360, red, red, red, red))
	thumb := func(w, h int) []byte { return asJPEG(t, corners(w, h, green, green, green, green)) }
	for name, c := range map[string]struct {
		photo, thumb   []byte
		boxes          []media.Box
		distrust, want bool
	}{
		"fits":                  {photo: photo, thumb: thumb(160, 120), want: true},
		"larger":                {photo: photo, thumb: thumb(320, 240), want: true},
		"a little smaller":      {photo: photo, thumb: thumb(148, 111), want: true},
		"much smaller":          {photo: photo, thumb: thumb(120, 90)},
		"another shape":         {photo: wide, thumb: thumb(160, 120)},
		"turned otherwise":      {photo: photo, thumb: thumb(120, 160)},
		"larger than the photo": {photo: photo, thumb: thumb(800, 600)},
		"damaged":               {photo: photo, thumb: thumb(160, 120)[:500]},
		"not a JPEG":            {photo: photo, thumb: []byte("thumbnail")},
		"bomb":                  {photo: photo, thumb: jpegHeader(640, 480, 0xc2)},
		"not trusted":           {photo: photo, thumb: thumb(160, 120), distrust: true},
		"one box too large":     {photo: photo, thumb: thumb(160, 120), boxes: []media.Box{small, {W: 320, H: 240}}},
		"all boxes served":      {photo: photo, thumb: thumb(320, 240), boxes: []media.Box{small, {W: 320, H: 240}}, want: true},
	} {
		file := mediatest.EXIF{Thumbnail: c.thumb}.AddTo(c.photo)
		if c.boxes == nil {
			c.boxes = []media.Box{small}
		}
		_, pictures := mustMake(t, &media.Maker{TrustEmbedded: !c.distrust}, file, c.boxes...)
		for _, p := range pictures {
			if p.Embedded != c.want || near(shown(t, p).At(p.Width/2, p.Height/2), green) != c.want {
				t.Errorf("%s: embedded thumbnail used: %v", name, p.Embedded)
			}
		}
	}
}

// The thumbnails of the samples do for their pictures, however they are held.
func TestSamplesHaveThumbnails(t *testing.T) {
	for orientation := 1; orientation <= 8; orientation++ {
		for _, size := range [][2]int{{640, 480}, {480, 640}, {600, 400}, {1000, 300}} {
			x := mediatest.EXIF{Orientation: orientation, Thumbnail: mediatest.Thumbnail(1, size[0], size[1], orientation)}
			_, p := mustMake(t, &media.Maker{TrustEmbedded: true}, sample(t, 1, size[0], size[1], x), media.Box{W: 120, H: 90})
			if held := size[0] > size[1] == (orientation < 5); held && !p[0].Embedded {
				t.Errorf("orientation %d, %v: not used", orientation, size)
			}
		}
	}
}
