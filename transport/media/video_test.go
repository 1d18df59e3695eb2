package media_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// needFFmpeg skips the test where ffmpeg is not installed, unless the
// environment says that it must be.
func needFFmpeg(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("GLIMPSE_NEED_ENGINES") == "1" {
			t.Fatal(err)
		}
		t.Skip("ffmpeg is not installed")
	}
}

// video makes a film of two seconds whose first frame is red and whose second
// is green.
func video(t *testing.T, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	source := []string{"-loglevel", "error", "-f", "lavfi", "-i", "color=c=red:s=640x360:r=10:d=0.1,format=yuv420p[a];color=c=green:s=640x360:r=10:d=1,format=yuv420p[b];[a][b]concat"}
	out, err := exec.Command("ffmpeg", append(append(source, args...), path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

func TestVideo(t *testing.T) {
	needFFmpeg(t)
	for _, c := range []struct {
		name, mediaType string
		w, h            int
		args            []string
	}{
		{"film.mp4", "video/mp4", 160, 90, []string{"-c:v", "mpeg4"}},
		{"film.mov", "video/quicktime", 160, 90, []string{"-c:v", "mpeg4"}},
		{"film.mkv", "video/matroska", 160, 90, []string{"-c:v", "mpeg4"}},
		{"film.avi", "video/x-msvideo", 160, 90, []string{"-c:v", "mpeg4"}},
		{"film.mpg", "video/mpeg", 160, 90, []string{"-c:v", "mpeg2video", "-r", "25"}},
		{"film.ts", "video/mp2t", 160, 90, []string{"-c:v", "mpeg2video", "-r", "25"}},
		{"-y & film.mp4", "video/mp4", 160, 90, []string{"-c:v", "mpeg4"}},
		{"wide pixels.mp4", "video/mp4", 160, 45, []string{"-c:v", "mpeg4", "-aspect", "32:9"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			info, p, err := new(media.Maker).File(t.Context(), video(t, c.name, c.args...), small, screen)
			if err != nil {
				t.Fatal(err)
			}
			if info.MediaType != c.mediaType || p[0].Width != c.w || p[0].Height != c.h || p[1].Width != 640 {
				t.Errorf("%+v, %d×%d, %d×%d", info, p[0].Width, p[0].Height, p[1].Width, p[1].Height)
			}
			if got := shown(t, p[0]).At(80, 20); !near(got, red) {
				t.Errorf("%v is not the first frame", got)
			}
		})
	}
}

func TestVideoCutShort(t *testing.T) {
	needFFmpeg(t)
	path := video(t, "film.mp4", "-c:v", "mpeg4")
	if err := os.Truncate(path, 60); err != nil {
		t.Fatal(err)
	}
	_, _, err := new(media.Maker).File(t.Context(), path, small)
	wantError(t, err, media.ErrCorrupt)
}

// A list of other files in a film's clothing opens none of them.
func TestPlaylistInDisguise(t *testing.T) {
	needFFmpeg(t)
	secret := video(t, "secret.mp4", "-c:v", "mpeg4")
	path := filepath.Join(t.TempDir(), "film.mp4")
	for _, list := range []string{
		"#EXTM3U\n#EXTINF:1,\n" + secret + "\n",
		"\x00\x00\x00\x18ftypisom\n#EXTM3U\n#EXTINF:1,\n" + secret + "\n",
		"ffconcat version 1.0\nfile '" + secret + "'\n",
	} {
		if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, p, err := new(media.Maker).File(t.Context(), path, small); err == nil || len(p) > 0 {
			t.Errorf("%q gave a picture", list)
		}
	}
}

func TestVideoCancelled(t *testing.T) {
	needFFmpeg(t)
	path := video(t, "film.mp4", "-c:v", "mpeg4")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := new(media.Maker).File(ctx, path, small)
	wantError(t, err, context.Canceled)
}

// Without ffmpeg a video is a clear error, and pictures go on as ever.
func TestNoFFmpeg(t *testing.T) {
	path := filepath.Join(t.TempDir(), "film.mp4")
	if err := os.WriteFile(path, []byte("\x00\x00\x00\x18ftypisom"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := &media.Maker{FFmpeg: filepath.Join(t.TempDir(), "ffmpeg")}
	info, _, err := m.File(t.Context(), path, small)
	wantError(t, err, media.ErrNoFFmpeg)
	if info.MediaType != "video/mp4" {
		t.Errorf("%+v", info)
	}
	if err := makeOf(asPNG(t, corners(8, 8, red, green, blue, grey)), m); err != nil {
		t.Error(err)
	}
}

// A program that writes without end is stopped.
func TestVideoOutputIsBounded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program of this test is a shell script")
	}
	dir := t.TempDir()
	program, path := filepath.Join(dir, "ffmpeg"), filepath.Join(dir, "film.mp4")
	for name, content := range map[string]string{program: "#!/bin/sh\nexec cat /dev/zero\n", path: "\x00\x00\x00\x18ftypisom"} {
		if err := os.WriteFile(name, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := (&media.Maker{FFmpeg: program}).File(t.Context(), path, small)
	wantError(t, err, media.ErrTooLarge)
}
