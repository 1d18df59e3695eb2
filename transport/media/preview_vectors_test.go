package media_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image"
	"image/draw"
	"os"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// TestPreviewVectors keeps what previews are decoded to, for implementations elsewhere: pixels of
// red, green, blue and alpha, by which the colours are multiplied; none = it is refused. They may
// be off by two. Pictures of which one side has less than three waves are not among them: how
// long that side is, decoders do not agree on.
func TestPreviewVectors(t *testing.T) {
	file, err := os.ReadFile("testdata/previews.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Preview       string
		Width, Height int
		RGBA          []byte
	}
	if err := json.Unmarshal(file, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		preview, err := hex.DecodeString(v.Preview)
		if err != nil {
			t.Fatal(err)
		}
		m, err := media.DecodePreview(preview)
		if errors.Is(err, media.ErrCorrupt) != (v.RGBA == nil) {
			t.Errorf("%s: %v", v.Preview, err)
		}
		if err != nil {
			continue
		}
		have := image.NewRGBA(m.Bounds())
		draw.Draw(have, have.Rect, m, image.Point{}, draw.Src)
		if have.Rect.Size() != image.Pt(v.Width, v.Height) || !bytes.Equal(have.Pix, v.RGBA) {
			t.Errorf("%s: other pixels", v.Preview)
		}
	}
	if len(vectors) < 10 {
		t.Errorf("%d vectors", len(vectors))
	}
}
