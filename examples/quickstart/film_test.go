package main

import (
	"bytes"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A film is shared with its first frame, and so is the film of a Live Photo.
func TestFilm(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("ffmpeg is not installed")
	}
	dir, keep := folder{files: map[string][]byte{"IMG_1.jpg": small(1)}}.lay(t), t.TempDir()
	out, err := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "color=c=red:s=640x360:r=10:d=0.2,format=yuv420p",
		"-c:v", "mpeg4", filepath.Join(dir, "IMG_1.MOV")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r := shared(t, "-photos", dir, "-keep", keep)
	said(t, "generic", r.Generic, nil)
	m, err := jpeg.Decode(bytes.NewReader(seen(t, keep, "bob", "first")["001-IMG_1.MOV.jpg"]))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, _, _ := m.At(80, 45).RGBA(); r < 0xc000 || g > 0x4000 {
		t.Error("the film's thumbnail is not its first frame")
	}
}

// Without ffmpeg the film is shared all the same, and all else goes on.
func TestFilmWithoutFFmpeg(t *testing.T) {
	dir := folder{files: map[string][]byte{"IMG_1.jpg": small(1), "IMG_1.MOV": film}}.lay(t)
	t.Setenv("PATH", t.TempDir())
	r := shared(t, "-photos", dir)
	if r.Items != 2 {
		t.Errorf("%d items", r.Items)
	}
	said(t, "generic", r.Generic, map[string]string{"IMG_1.MOV": "video/quicktime, ffmpeg is not installed; install it to see the first frame"})
}
