package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media/mediatest"
)

// outcome is what a user sees of a run.
type outcome struct {
	status      int
	out, errors string
}

// quickstart runs the command with a temporary folder of its own, in which it must
// leave nothing behind.
func quickstart(t *testing.T, tr tricks, args ...string) outcome {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var out, errs bytes.Buffer
	o := outcome{status: run(t.Context(), args, &out, &errs, tr)}
	o.out, o.errors = out.String(), errs.String()
	left, err := os.ReadDir(temp)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return o
}

// refused checks that a run ended with one clear line that has all the words.
func (o outcome) refused(t *testing.T, status int, words ...string) {
	t.Helper()
	if o.status != status {
		t.Errorf("exit status %d instead of %d: %s", o.status, status, o.errors)
	}
	if strings.Count(o.errors, "\n") != 1 {
		t.Errorf("not one line: %q", o.errors)
	}
	for _, word := range words {
		if !strings.Contains(o.errors, word) {
			t.Errorf("%q is missing in %q", word, o.errors)
		}
	}
}

// threePhotos are drawn once for all tests. They are just larger than a screen
// version, and so that each has several blocks.
var threePhotos = sync.OnceValue(func() (all [3][]byte) {
	for n := range all {
		all[n] = append(drawn(n, 720, 540, mediatest.EXIF{Orientation: 1 + 2*n}), noise(150_000+n)...)
	}
	return all
})

// noise gives bytes that look random, as those behind the end of a photo in which
// a phone keeps a short video.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// photos makes a folder with three small photos.
func photos(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for n, data := range threePhotos() {
		write(t, filepath.Join(dir, fmt.Sprintf("DSC0471%d.JPG", n)), data)
	}
	return dir
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// drawn draws a photo.
func drawn(n, width, height int, x mediatest.EXIF) []byte {
	var b bytes.Buffer
	mediatest.Sample(&b, n, width, height, x) // never fails
	return b.Bytes()
}

// grey draws a picture in sixteen greys.
func grey(n int) *image.Paletted {
	scene := mediatest.Scene(n, 660, 500)
	palette := make(color.Palette, 16)
	for i := range palette {
		palette[i] = color.Gray{uint8(17 * i)}
	}
	m := image.NewPaletted(scene.Rect, palette)
	for i := range m.Pix {
		m.Pix[i] = scene.Y[i/m.Stride*scene.YStride+i%m.Stride] / 16
	}
	return m
}

// goodFiles are pictures as cameras and people make them, by name. They are made
// once for all tests.
var goodFiles = sync.OnceValue(func() map[string][]byte {
	var small, aPNG, aGIF bytes.Buffer
	jpeg.Encode(&small, mediatest.Scene(3, 160, 120), nil) // these never fail, either
	png.Encode(&aPNG, grey(4))
	gif.Encode(&aGIF, grey(5), nil)
	return map[string][]byte{
		"plain.jpg":           drawn(1, 720, 540, mediatest.EXIF{}),
		"upright.jpg":         drawn(2, 540, 720, mediatest.EXIF{Orientation: 6, Taken: time.Unix(1.7e9, 0)}),
		"with thumbnail.JPEG": drawn(3, 720, 540, mediatest.EXIF{Orientation: 3, Thumbnail: small.Bytes(), Place: true}),
		"picture.png":         aPNG.Bytes(),
		"picture.gif":         aGIF.Bytes(),
		"no extension":        drawn(6, 660, 500, mediatest.EXIF{}),
		"hurt inside.jpg":     hurt(drawn(8, 720, 540, mediatest.EXIF{Thumbnail: small.Bytes()})),
		"deeper/below.jpg":    drawn(7, 100, 80, mediatest.EXIF{}),
	}
})

// hurt spoils the middle of a photo, whose thumbnail stays good.
func hurt(photo []byte) []byte {
	copy(photo[len(photo)*3/4:], []byte{0xff, 0xc4, 0, 1})
	return photo
}

// huge gives a PNG whose header claims 60,000 by 60,000 pixels.
func huge(small []byte) []byte {
	b := bytes.Clone(small)
	binary.BigEndian.PutUint32(b[16:], 60_000)
	binary.BigEndian.PutUint32(b[20:], 60_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// cameraFolder makes a folder as people have them, and gives the number of photos
// and the names of the files in it that cannot be shared.
func cameraFolder(t *testing.T) (dir string, photos int, bad []string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "deeper"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range goodFiles() {
		write(t, filepath.Join(dir, name), data)
	}
	webp, err := os.ReadFile("../../transport/media/testdata/lossy.webp")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "picture.webp"), webp)
	whole := goodFiles()["plain.jpg"]
	wrong := map[string][]byte{
		"truncated.jpg":     whole[:len(whole)/2],
		"text.jpg":          []byte("Dear diary, this is no photo.\n"),
		"empty.jpg":         nil,
		"huge.png":          huge(goodFiles()["picture.png"]),
		"evil\x1b[2J\n.jpg": []byte("%PDF-1.7"),
	}
	for name, data := range wrong {
		write(t, filepath.Join(dir, name), data)
	}
	for name, target := range map[string]string{"device.jpg": os.DevNull, "dangling.jpg": "nowhere"} {
		wrong[name] = nil
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, len(goodFiles()) + 1, slices.Sorted(maps.Keys(wrong))
}

func TestJSONOfCameraFolder(t *testing.T) {
	dir, n, bad := cameraFolder(t)
	o := quickstart(t, tricks{}, "-json", "-photos", dir)
	if o.status != 0 || o.errors != "" {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(o.out), &got); err != nil {
		t.Fatalf("%v in %q", err, o.out)
	}
	skipped := make([]any, len(bad))
	for i, name := range bad {
		skipped[i] = name
	}
	for name, want := range map[string]any{
		"items": float64(n), "labelled_first": float64(n), "labelled_second": 0.0,
		"notified_first": 2.0, "notified_second": 2.0,
		"searches_refused": 2.0, "requests_for_refused": 0.0,
		"originals_fetched": float64(2 * n), "digest_mismatches": 0.0,
		"seal": "verified", "bytes_originals_via_hub": 0.0, "skipped": skipped,
	} {
		if list, ok := want.([]any); ok {
			if have, _ := got[name].([]any); !slices.Equal(have, list) {
				t.Errorf("%s is %q instead of %q", name, got[name], want)
			}
		} else if got[name] != want {
			t.Errorf("%s is %v instead of %v", name, got[name], want)
		}
		delete(got, name)
	}
	for _, name := range []string{"bytes_device_to_hub", "bytes_second_notification"} {
		if n, _ := got[name].(float64); n <= 0 {
			t.Errorf("%s is %v", name, got[name])
		}
		delete(got, name)
	}
	if len(got) > 0 {
		t.Errorf("more than the issue names: %v", got)
	}
}

func TestStoryIsPlainWithoutTerminal(t *testing.T) {
	dir, _, _ := cameraFolder(t)
	keep := filepath.Join(t.TempDir(), "kept")
	o := quickstart(t, tricks{}, "-photos", dir, "-keep", keep)
	if o.status != 0 {
		t.Fatalf("exit status %d: %s", o.status, o.errors)
	}
	for _, words := range []string{
		"skipped: truncated.jpg (damaged or cut short)", "skipped: text.jpg", "skipped: huge.png (larger than the memory budget)", "skipped: evil?[2J?.jpg",
		"home: no screen version of hurt inside.jpg", "camera → hub", "Bob → home", "3 refused, 0 requests left", "the item is not complete yet", "Everything held",
	} {
		if !strings.Contains(o.out, words) {
			t.Errorf("the story lacks %q", words)
		}
	}
	if strings.ContainsAny(o.out, "\r\x1b") {
		t.Error("the story has control characters")
	}
	for _, station := range []string{"hub", "camera", "home", "bob", "carol"} {
		if _, err := os.Stat(filepath.Join(keep, station, "store", "log")); err != nil {
			t.Errorf("-keep: %v", err)
		}
	}
	again := quickstart(t, tricks{}, "-photos", dir, "-keep", keep)
	again.refused(t, 2, "not empty")
}

func TestSamplesAreDifferentPhotos(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "photos")
	if err := makeSamples(t.Context(), &timeline{w: os.Stderr}, dir, 320, 240); err != nil {
		t.Fatal(err)
	}
	files, bad, err := findFiles(dir)
	if err != nil || len(bad) > 0 || len(files) != samples {
		t.Fatal(files, bad, err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		data, err := os.ReadFile(f.path)
		if _, decodeErr := jpeg.Decode(bytes.NewReader(data)); err != nil || decodeErr != nil {
			t.Error(f.name, err, decodeErr)
		}
		seen[string(data)] = true
	}
	if len(seen) != samples {
		t.Errorf("%d different photos", len(seen))
	}
}

func TestUseless(t *testing.T) {
	text := t.TempDir()
	write(t, filepath.Join(text, "a.jpg"), []byte("text"))
	for name, c := range map[string]struct {
		args  []string
		words string
	}{
		"empty folder":    {[]string{"-photos", t.TempDir()}, "no file"},
		"nothing to show": {[]string{"-photos", text}, "no readable photo among 1 file, such as a.jpg (not a picture but text/plain"},
		"no folder":       {[]string{"-photos", filepath.Join(text, "none")}, "no such file"},
		"a file":          {[]string{"-photos", filepath.Join(text, "a.jpg")}, "is not a folder"},
		"unknown option":  {[]string{"-fast"}, "-fast"},
		"argument":        {[]string{"photos"}, `"photos" is no option`},
	} {
		t.Run(name, func(t *testing.T) {
			o := quickstart(t, tricks{}, c.args...)
			o.refused(t, 2, c.words)
		})
	}
}

func TestHelp(t *testing.T) {
	o := quickstart(t, tricks{}, "-help")
	if o.status != 0 || !strings.Contains(o.errors, "-photos folder") {
		t.Errorf("%d %q", o.status, o.errors)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	stop := tricks{chapter: func(_ *cast, number int) error {
		if number == 5 {
			cancel()
		}
		return nil
	}}
	var out, errs bytes.Buffer
	status := run(ctx, []string{"-photos", photos(t)}, &out, &errs, stop)
	outcome{status, out.String(), errs.String()}.refused(t, 1, "interrupted")
	if left, err := os.ReadDir(temp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
