package mediafiles_test

import (
	"bytes"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// needFFmpeg skips a test where ffmpeg is not installed, unless the environment
// says that it must be.
func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("ffmpeg is not installed")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// photo, film and document write a file each.
func photo(t *testing.T, dir string) string {
	var b bytes.Buffer
	taken := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	must(t, mediatest.Sample(&b, 1, 800, 600, mediatest.EXIF{Orientation: 1, Taken: taken}))
	return write(t, dir, "beach.jpg", b.Bytes())
}

func film(t *testing.T, dir string) string {
	path := filepath.Join(dir, "waves.mp4")
	out, err := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi",
		"-i", "color=c=red:s=640x360:r=10:d=0.1,format=yuv420p[a];color=c=green:s=640x360:r=10:d=1,format=yuv420p[b];[a][b]concat",
		"-c:v", "mpeg4", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func document(t *testing.T, dir string) string {
	return write(t, dir, "tickets.pdf", []byte("%PDF-1.7 and so on"))
}

func write(t *testing.T, dir, name string, data []byte) string {
	path := filepath.Join(dir, name)
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// TestMixedShare shares a photo, a film and a document from a device over HTTP:
// the recipient sees a thumbnail of each, with its media type, before any
// original is anywhere.
func TestMixedShare(t *testing.T) {
	needFFmpeg(t)
	w := newWorld(t)
	dir := t.TempDir()
	name := w.share(photo(t, dir), film(t, dir), document(t, dir))

	_, err := w.bob.Reader.Receive(t.Context())
	must(t, err)
	v, err := w.bob.Reader.View(t.Context(), name)
	must(t, err)
	for i, want := range []struct {
		caption, mediaType string
		size               image.Point
	}{
		{"beach.jpg", "image/jpeg", image.Pt(160, 120)},
		{"waves.mp4", "video/mp4", image.Pt(160, 90)},
		{"tickets.pdf", "application/pdf", image.Pt(160, 120)},
	} {
		item := v.Collection().Item(i)
		if _, rank := v.Collection().At(i); item.Caption != want.caption || item.MediaType != want.mediaType || !rank.Labelled() {
			t.Errorf("item %d: %q, %s, %v", i, item.Caption, item.MediaType, rank)
		}
		shown := w.thumbnail(transport.Ref{Collection: name, Item: item.ID})
		if shown.Bounds().Size() != want.size {
			t.Errorf("%s: the thumbnail has %v pixels", item.Caption, shown.Bounds().Size())
		}
		if r, g, _, _ := shown.At(80, 45).RGBA(); i == 1 && (r < 0xc000 || g > 0x4000) {
			t.Error("the film's thumbnail is not its first frame")
		}
	}
}

// TestNoFFmpeg: where ffmpeg is not installed, a film is shared without a
// thumbnail, and refused with a clear error only by a strict folder.
func TestNoFFmpeg(t *testing.T) {
	dir := t.TempDir()
	folder := mediafiles.Folder{Maker: &media.Maker{FFmpeg: "ffmpeg-that-is-not-there"}}
	mp4 := write(t, dir, "waves.mp4", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomiso2\x00\x00\x00\x08mdat"))
	withoutThumbnail(t, &folder, mp4, "video/mp4")
	strict := mediafiles.Folder{Maker: folder.Maker, Strict: true}
	_, err := strict.Add(t.Context(), collection.ItemID{1}, mp4)
	var refused *media.Error
	if !errors.Is(err, media.ErrNoFFmpeg) || !errors.As(err, &refused) || refused.Name != "waves.mp4" || refused.MediaType != "video/mp4" {
		t.Errorf("a film without ffmpeg: %v", err)
	}
	if _, err := strict.Open(t.Context(), collection.ItemID{1}, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("what was refused: %v", err)
	}
	for i, path := range []string{photo(t, dir), document(t, dir)} {
		if _, err := strict.Add(t.Context(), collection.ItemID{byte(2 + i)}, path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// withoutThumbnail checks that a file is shared, and has its original alone.
func withoutThumbnail(t *testing.T, folder *mediafiles.Folder, path, mediaType string) {
	t.Helper()
	id := collection.ItemID{9}
	item, err := folder.Add(t.Context(), id, path)
	if err != nil || item.MediaType != mediaType || item.Caption != filepath.Base(path) {
		t.Errorf("%+v %v", item, err)
	}
	if _, err := folder.Open(t.Context(), id, 0); !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("thumbnail of %s: %v", path, err)
	}
	blob, err := folder.Open(t.Context(), id, 2)
	must(t, err)
	must(t, blob.Close())
}

// TestCannotBeShown: what cannot be decoded is shared all the same; what has no
// bytes, or is not there, is not.
func TestCannotBeShown(t *testing.T) {
	var folder mediafiles.Folder
	dir := t.TempDir()
	whole, err := os.ReadFile(photo(t, dir))
	must(t, err)
	var told []error
	folder.Unshown = func(_ collection.ItemID, why error) { told = append(told, why) }
	torn := write(t, dir, "torn.jpg", whole[:600])
	withoutThumbnail(t, &folder, torn, "image/jpeg")
	if len(told) != 1 || !errors.Is(told[0], media.ErrCorrupt) {
		t.Errorf("told why there is no thumbnail: %v", told)
	}
	withoutThumbnail(t, &folder, write(t, dir, "icon.ico", []byte("\x00\x00\x01\x00 and so on")), "image/x-icon")
	_, err = folder.Add(t.Context(), collection.ItemID{1}, write(t, dir, "empty.jpg", nil))
	if !errors.Is(err, media.ErrEmpty) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err = folder.Add(t.Context(), collection.ItemID{1}, filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestChanged: a file that is not what it was when it was added is not there any more.
func TestChanged(t *testing.T) {
	var folder mediafiles.Folder
	path := document(t, t.TempDir())
	item, err := folder.Add(t.Context(), collection.ItemID{1}, path)
	must(t, err)
	must(t, os.WriteFile(path, []byte("something else"), 0o600))
	if _, err := folder.Open(t.Context(), item.ID, 2); !errors.Is(err, device.ErrChanged) || !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("a changed file: %v", err)
	}
}

// TestPreview: an item comes with what shows it before its thumbnail is there.
func TestPreview(t *testing.T) {
	var folder mediafiles.Folder
	item, err := folder.Add(t.Context(), collection.ItemID{1}, photo(t, t.TempDir()))
	must(t, err)
	if m, err := media.DecodePreview(item.Preview); err != nil || m.Bounds().Dx() <= m.Bounds().Dy() {
		t.Errorf("the preview of a photo that is wider than high: %v", err)
	}
}

// TestNameThatIsNoText: the caption is one that a collection takes.
func TestNameThatIsNoText(t *testing.T) {
	w := newWorld(t)
	name := w.share(write(t, t.TempDir(), "caf\xe9\n.pdf", []byte("%PDF-1.7")))
	c, err := w.camera.Collection(t.Context(), name)
	must(t, err)
	if got := c.Item(0).Caption; got != "café␊.pdf" {
		t.Errorf("%q", got)
	}
}

// TestOriginal: originals are opened as the program says, and nothing else is.
func TestOriginal(t *testing.T) {
	var opened []string
	folder := mediafiles.Folder{Original: func(path string) (transport.Blob, error) {
		opened = append(opened, path)
		return transport.BytesBlob([]byte("from elsewhere")), nil
	}}
	path := document(t, t.TempDir())
	item, err := folder.Add(t.Context(), collection.ItemID{1}, path)
	must(t, err)
	for version, size := range map[int]int64{0: 0, 2: 14} {
		b, err := folder.Open(t.Context(), item.ID, version)
		must(t, err)
		if size > 0 && b.Size() != size {
			t.Errorf("version %d has %d bytes", version, b.Size())
		}
	}
	if len(opened) != 1 || opened[0] != path {
		t.Errorf("opened %q", opened)
	}
}
