package mediafiles_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"os"
	"testing"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

type bytesBlob struct{ *bytes.Reader }

func (bytesBlob) Close() error { return nil }

// screenOf renders the screen version of a file.
func screenOf(t *testing.T, r *mediafiles.Renderer, path string) ([]byte, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	var out bytes.Buffer
	err = r.Render(t.Context(), peer.Picture{Version: label.DefaultLadder()[1], Original: bytesBlob{bytes.NewReader(data)}}, &out)
	return out.Bytes(), err
}

// TestRenderer: photos and videos have screen versions, and the same bytes each
// time.
func TestRenderer(t *testing.T) {
	needFFmpeg(t)
	dir := t.TempDir()
	var r mediafiles.Renderer
	for _, path := range []string{photo(t, dir), film(t, dir)} {
		made, err := screenOf(t, &r, path)
		must(t, err)
		picture, err := jpeg.DecodeConfig(bytes.NewReader(made))
		if err != nil || picture.Width != 640 || picture.Height > 480 {
			t.Errorf("%s: %d × %d, %v", path, picture.Width, picture.Height, err)
		}
		if again, err := screenOf(t, &r, path); err != nil || !bytes.Equal(again, made) {
			t.Errorf("%s: other bytes the second time, %v", path, err)
		}
	}
}

// TestRendererCannot: what cannot be made is said in the way that a peer goes on
// after.
func TestRendererCannot(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile(photo(t, dir))
	must(t, err)
	r := mediafiles.Renderer{Maker: media.Maker{FFmpeg: "ffmpeg-that-is-not-there"}}
	for path, want := range map[string]error{
		document(t, dir): media.ErrFormat,
		write(t, dir, "torn.jpg", whole[:len(whole)/2]):                media.ErrCorrupt,
		write(t, dir, "waves.mp4", []byte("\x00\x00\x00\x18ftypisom")): media.ErrNoFFmpeg,
	} {
		if made, err := screenOf(t, &r, path); !errors.Is(err, want) || !errors.Is(err, errors.ErrUnsupported) || len(made) > 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
}
