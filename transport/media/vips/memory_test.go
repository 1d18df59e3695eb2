//go:build vips && cgo

package vips_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	govips "github.com/davidbyttow/govips/v2/vips"

	"github.com/glimpse-go/glimpse/transport/media"
)

// fileVariable names a child's picture as "PATH TYPE WIDTH HEIGHT".
const fileVariable = "GLIMPSE_VIPS_TEST_FILE"

// TestMemory makes versions of large pictures, each in a process of its own, which
// grows by no more than Cost says.
func TestMemory(t *testing.T) {
	if file := os.Getenv(fileVariable); file != "" {
		inChild(t, file)
		return
	}
	if testing.Short() {
		t.Skip("encodes pictures of 200 megapixels")
	}
	dir := t.TempDir()
	for _, file := range []string{
		large(t, dir, "baseline.jpg", 16000, 12500), large(t, dir, "plain.png", 11500, 8700),
		converted(t, dir, "image/jpeg progressive"), converted(t, dir, "image/jpeg full colour"),
		converted(t, dir, "image/png interlaced"), converted(t, dir, "image/webp"),
		converted(t, dir, "image/tiff"), converted(t, dir, "image/gif"), converted(t, dir, "image/avif"),
	} {
		child := exec.Command(os.Args[0], "-test.run=^TestMemory$", "-test.v")
		child.Env = append(os.Environ(), fileVariable+"="+file)
		out, err := child.CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, "MiB") {
				t.Log(strings.TrimSpace(line))
			}
		}
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// large writes a picture whose rows are all the same.
func large(t *testing.T, dir, name string, w, h int) string {
	t.Helper()
	var b bytes.Buffer
	var err error
	mediaType := "image/jpeg"
	if strings.HasSuffix(name, ".png") {
		mediaType = "image/png"
		m := &image.NRGBA{Pix: bytes.Repeat([]byte{9, 99, 200, 255}, w), Rect: image.Rect(0, 0, w, h)}
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m)
	} else {
		row := bytes.Repeat([]byte{9, 99, 200}, w)
		m := &image.YCbCr{Y: row, Cb: row, Cr: row, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h)}
		err = jpeg.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return saved(t, dir, name, b.Bytes(), mediaType, w, h)
}

// converted writes a picture of 12 megapixels in the format of a variant.
func converted(t *testing.T, dir, variant string) string {
	t.Helper()
	m := opened(t, scene(t, 4000, 3000))
	data, _, err := encoders[variant](m)
	if err != nil {
		t.Fatal(err)
	}
	return saved(t, dir, strings.NewReplacer("/", "-", " ", "-").Replace(variant), data, typeOf(variant), 4000, 3000)
}

func saved(t *testing.T, dir, name string, data []byte, mediaType string, w, h int) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(path, " ", mediaType, " ", w, " ", h)
}

func inChild(t *testing.T, file string) {
	mustMake(t, jobFor(scene(t, 80, 60), "image/jpeg", 80, 60, small)) // what libraries take once
	var path, mediaType string
	var w, h int
	if _, err := fmt.Sscan(file, &path, &mediaType, &w, &h); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	job := jobFor(nil, mediaType, w, h, small, media.Box{W: 640, H: 480})
	job.Source, job.Size = f, stat.Size()
	growsAsSaid(t, job)
}

func growsAsSaid(t *testing.T, job media.Job) {
	cost, err := engine(t).Cost(job)
	if err != nil {
		t.Fatal(err)
	}
	before := peak(t)
	mustMake(t, job)
	grown := peak(t) - before
	t.Logf("%s, %d × %d: grew by %d MiB, Cost says %d MiB", job.Info.MediaType, job.Info.Width, job.Info.Height, grown>>20, cost>>20)
	if grown > cost {
		t.Error("more than Cost says")
	}
}

// peak returns the most memory that this process has held.
func peak(t *testing.T) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kB int64
	if _, err := fmt.Sscan(after, &kB); err != nil {
		t.Fatal(err)
	}
	return kB << 10
}

// Nothing that libvips has allocated stays, whether Make succeeds or fails.
func TestNothingStays(t *testing.T) {
	all := variants(t)
	round := func() {
		for name, file := range all {
			for _, part := range [][]byte{file, file[:len(file)/2], file[:20]} {
				_, _ = engine(t).Make(t.Context(), jobFor(part, typeOf(name), 800, 600, small, media.Box{W: 640}))
			}
		}
	}
	const buffers = 4 << 20 // of threads that come and go; 540 pictures are eight times that
	round()
	var before, after govips.MemoryStats
	govips.ReadVipsMemStats(&before)
	for range 15 {
		round()
	}
	govips.ReadVipsMemStats(&after)
	if after.Mem > before.Mem+buffers || after.Files > before.Files {
		t.Errorf("%+v has become %+v", before, after)
	}
}

// Versions made at once are those made one after another.
func TestConcurrent(t *testing.T) {
	all := variants(t)
	var group sync.WaitGroup
	for name, file := range all {
		job := jobFor(file, typeOf(name), 800, 600, small, media.Box{W: 320, H: 240})
		want, err := engine(t).Make(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			group.Go(func() {
				got, err := engine(t).Make(t.Context(), job)
				if err != nil || !bytes.Equal(got[0].JPEG, want[0].JPEG) || !bytes.Equal(got[1].JPEG, want[1].JPEG) {
					t.Errorf("%s: other bytes, %v", name, err)
				}
			})
		}
	}
	group.Wait()
}
