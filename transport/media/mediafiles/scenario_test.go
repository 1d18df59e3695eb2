package mediafiles_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/scenario"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestScenario plays the scenario of videos and documents with real files, a real
// maker and ffmpeg: word by word what it is with made-up media.
func TestScenario(t *testing.T) {
	needFFmpeg(t)
	text, err := os.ReadFile("../../../internal/scenario/testdata/16-video-and-documents.txt")
	must(t, err)
	for name, net := range map[string]scenario.Network{"engine": &scenario.InProcess{}, "http": &scenario.OverHTTP{Dir: t.TempDir()}} {
		t.Run(name, func(t *testing.T) {
			w, err := scenario.New(t.Context(), net)
			must(t, err)
			files := newFiles(t)
			w.Media = files
			got, err := scenario.Play(w, string(text))
			must(t, errors.Join(err, w.Close()))
			same(t, got, string(text))
			if files.looks == 0 {
				t.Error("nothing was looked at")
			}
		})
	}
}

// same compares two texts line by line and shows where they part.
func same(t *testing.T, got, want string) {
	t.Helper()
	lines := strings.Split(want, "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(lines) || line != lines[i] {
			t.Fatalf("line %d is with real files:\n%s\ninstead of\n%s", i+1, line, lines[min(i, len(lines)-1)])
		}
	}
	if len(got) < len(want) {
		t.Errorf("%d bytes of %d", len(got), len(want))
	}
}

// files are media that are what they say.
type files struct {
	t             *testing.T
	with, without media.Maker // ffmpeg
	renderers     map[bool]*mediafiles.Renderer
	photos, looks int
}

func newFiles(t *testing.T) *files {
	const none = "ffmpeg-that-is-not-there"
	return &files{t: t, without: media.Maker{FFmpeg: none}, renderers: map[bool]*mediafiles.Renderer{
		true: {}, false: {Maker: media.Maker{FFmpeg: none}},
	}}
}

// write writes the original of a shot, which is like no other.
func (f *files) write(s scenario.Shot) string {
	dir := f.t.TempDir()
	switch s.Kind {
	case "photo":
		var b bytes.Buffer
		f.photos++
		must(f.t, mediatest.Sample(&b, f.photos, 800, 600, mediatest.EXIF{Orientation: 1}))
		return write(f.t, dir, s.Name+".jpg", b.Bytes())
	case "video":
		return film(f.t, dir)
	}
	return write(f.t, dir, s.Name+".pdf", []byte("%PDF-1.7 and so on: "+s.Name))
}

// Take implements scenario.Media.
func (f *files) Take(ctx context.Context, s scenario.Shot) (string, map[int][]byte, error) {
	folder := mediafiles.Folder{Maker: &f.with, Strict: true}
	if !s.FFmpeg {
		folder.Maker = &f.without
	}
	item, err := folder.Add(ctx, collection.ItemID{1}, f.write(s))
	if err != nil {
		return "", nil, inShort(err)
	}
	versions := map[int][]byte{}
	for _, v := range s.Versions {
		b, err := folder.Open(ctx, item.ID, v)
		must(f.t, err)
		versions[v], err = io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
		must(f.t, errors.Join(err, b.Close()))
	}
	return item.MediaType, versions, nil
}

// Renderer implements scenario.Media.
func (f *files) Renderer(ffmpeg bool) peer.Renderer {
	return peer.RendererFunc(func(ctx context.Context, p peer.Picture, w io.Writer) error {
		return inShort(f.renderers[ffmpeg].Render(ctx, p, w))
	})
}

// Look implements scenario.Media.
func (f *files) Look(version int, data []byte) (string, error) {
	f.looks++
	box := []media.Box{{W: 160, H: 120}, {W: 640, H: 480}}[version]
	if bytes.Equal(data, f.with.Icon("pdf", box).JPEG) {
		return "an icon", nil
	}
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	size := picture.Bounds().Size()
	if size.X > box.W || size.Y > box.H || size.X < box.W && size.Y < box.H {
		return "", fmt.Errorf("%v pixels for %v", size, box)
	}
	if reddish(picture) {
		return "its first frame", nil
	}
	return "a small picture", nil
}

// reddish reports whether all of a picture is as red as the first frame of a film
// is; those that follow are green.
func reddish(m image.Image) bool {
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
			if r, g, b, _ := m.At(x, y).RGBA(); r < 0xc000 || g > 0x4000 || b > 0x4000 {
				return false
			}
		}
	}
	return true
}

// inShort returns an error of package media without what differs from place to
// place.
func inShort(err error) error {
	if e := (*media.Error)(nil); errors.As(err, &e) && e.Kind != nil {
		return fmt.Errorf("%s: %w", e.MediaType, e.Kind)
	}
	return err
}
