package media_test

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// A generic picture differs by kind, by name and by note, is the same everywhere,
// and holds nothing but itself.
func TestGeneric(t *testing.T) {
	var m media.Maker
	box := media.Box{W: 160, H: 120}
	kinds := [][2]string{
		{"image/heic", ""}, {"image/heic", "no preview yet"}, {"image/avif", ""}, {"image/x-canon-cr3", ""},
		{"video/quicktime", ""}, {"video/mp4", ""}, {"application/pdf", ""}, {"", ""}, {"image/jpeg", "größer\nals gedacht"},
	}
	var all [][]byte
	for _, k := range kinds {
		p := m.Generic(k[0], k[1], box)
		if p.Width != 160 || p.Height != 120 || len(mediatest.Beside(p.JPEG)) > 0 {
			t.Errorf("%q: %d × %d, %v", k, p.Width, p.Height, mediatest.Beside(p.JPEG))
		}
		if !bytes.Equal(p.JPEG, m.Generic(k[0], k[1], box).JPEG) {
			t.Errorf("%q: different bytes", k)
		}
		for i, other := range all {
			if bytes.Equal(p.JPEG, other) {
				t.Errorf("%q and %q look the same", k, kinds[i])
			}
		}
		all = append(all, p.JPEG)
	}
	if a, b := m.Generic("application/pdf", "", box), m.Icon("pdf", box); !bytes.Equal(a.JPEG, b.JPEG) {
		t.Error("a document is not the page of Icon")
	}
	for _, box := range []media.Box{{}, {W: 1, H: 1}, {W: 9999, H: 20}} {
		if p := m.Generic("video/mp4", "a long note that does not fit in small boxes", box); p.Width < 16 || p.Width > 512 {
			t.Errorf("%v: %d × %d", box, p.Width, p.Height)
		}
	}
}
