package heif

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/internal/bmff"
	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// shared is the engine of all tests, so that decoders are compiled once.
var shared Engine

// corners are the colours of the corners of the pictures in testdata: above left
// and right, then below.
var corners = [4]color.RGBA{{200, 30, 40, 255}, {20, 160, 60, 255}, {30, 60, 200, 255}, {240, 240, 240, 255}}

// upright says which of the stored corners are where, for each orientation.
var upright = [9][4]int{
	1: {0, 1, 2, 3}, 2: {1, 0, 3, 2}, 3: {3, 2, 1, 0}, 4: {2, 3, 0, 1},
	5: {0, 2, 1, 3}, 6: {2, 0, 3, 1}, 7: {3, 1, 2, 0}, 8: {1, 3, 0, 2},
}

func shipped(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// jobFor is a job for the picture at its own size.
func jobFor(t testing.TB, data []byte) media.Job {
	t.Helper()
	p, err := bmff.ReadPicture(section.Memory(data))
	if err != nil {
		t.Fatal(err)
	}
	size := p.Size()
	return media.Job{
		Source: bytes.NewReader(data), Size: int64(len(data)), Quality: 95, Budget: 192 << 20,
		Boxes: []media.Box{{}},
		Info:  media.Info{MediaType: p.MediaType, Width: size.X, Height: size.Y, Orientation: 1},
	}
}

// looks checks the corners of what the engine makes of a file.
func looks(t *testing.T, e *Engine, data []byte, size image.Point, orientation int) {
	t.Helper()
	made, err := e.Make(context.Background(), jobFor(t, data))
	if err != nil {
		t.Error(err)
		return
	}
	m, err := jpeg.Decode(bytes.NewReader(made[0].JPEG))
	if err != nil || m.Bounds().Size() != size {
		t.Errorf("size %v, want %v (%v)", m.Bounds(), size, err)
		return
	}
	for i, at := range []image.Point{{X: 8, Y: 8}, {X: size.X - 9, Y: 8}, {X: 8, Y: size.Y - 9}, {X: size.X - 9, Y: size.Y - 9}} {
		want := corners[upright[orientation][i]]
		if got := m.At(at.X, at.Y); !near(got, want) {
			t.Errorf("orientation %d: %v at %v, want %v", orientation, got, at, want)
		}
	}
}

func near(got color.Color, want color.RGBA) bool {
	r, g, b, _ := got.RGBA()
	for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
		if d < -8 || d > 8 {
			return false
		}
	}
	return true
}

// Every kind of file has the same picture, so it looks the same: of 8 and 10 bits,
// of full and limited range, of any matrix, in tiles, and smaller than the decoder's
// rows.
func TestMake(t *testing.T) {
	e := &shared
	for name, size := range map[string]image.Point{
		"corners.heic": {X: 192, Y: 128}, "ten-bits.heic": {X: 192, Y: 128}, "limited-709.heic": {X: 192, Y: 128},
		"small.heic": {X: 50, Y: 40}, "grid.heic": {X: 384, Y: 128}, "corners.avif": {X: 192, Y: 128}, "ten-bits.avif": {X: 192, Y: 128},
	} {
		t.Run(name, func(t *testing.T) { looks(t, e, shipped(t, name), size, 1) })
	}
}

// The container's rotations and mirrors apply, in HEIC and AVIF.
func TestOrientation(t *testing.T) {
	e := &shared
	for _, name := range []string{"corners.heic", "corners.avif"} {
		for o, props := range [9][]byte{
			1: nil, 2: {mirror}, 3: {rotate + 2}, 4: {flip}, 5: {rotate + 1, flip}, 6: {rotate + 3},
			7: {rotate + 1, mirror}, 8: {rotate + 1},
		} {
			if o == 0 {
				continue
			}
			size := image.Pt(192, 128)
			if o >= 5 {
				size = image.Pt(128, 192)
			}
			t.Run(fmt.Sprint(name, o), func(t *testing.T) { looks(t, e, turned(shipped(t, name), props), size, o) })
		}
	}
}

// Properties that turned adds: rotate plus the quarters, or a mirror.
const (
	flip   = 0
	mirror = 1
	rotate = 0x10
)

// turned adds properties to the only item of a file, as the last ones.
func turned(data []byte, props []byte) []byte {
	var boxes []byte
	for _, p := range props {
		kind := "imir"
		if p >= rotate {
			kind = "irot"
		}
		boxes = append(append(append(boxes, 0, 0, 0, 9), kind...), p&3)
	}
	data = bytes.Clone(data)
	iloc, ipco, ipma := bytes.Index(data, []byte("iloc")), bytes.Index(data, []byte("ipco")), bytes.Index(data, []byte("ipma"))
	grow := func(at, by int) {
		binary.BigEndian.PutUint32(data[at:], binary.BigEndian.Uint32(data[at:])+uint32(by))
	}
	all := len(boxes) + len(props)
	grow(bytes.Index(data, []byte("meta"))-4, all)
	grow(bytes.Index(data, []byte("iprp"))-4, all)
	grow(ipco-4, len(boxes))
	grow(ipma-4, len(props))
	at := iloc + 16 // of the base offset, or of the extent's if there is none
	if data[iloc+9]>>4 == 0 {
		at += 2
	}
	grow(at, all)
	links := ipma + 4 + 4 + 4 + 2 // type, version, number of items, item
	n := int(data[links])
	data[links] += byte(len(props))
	end := links + 1 + n
	var more []byte
	for i := range props {
		more = append(more, 0x80|byte(countBoxes(data[ipco+4:ipma-4])+i+1))
	}
	return slices.Concat(data[:ipma-4], boxes, data[ipma-4:end], more, data[end:])
}

func countBoxes(b []byte) (n int) {
	for ; len(b) >= 8; n++ {
		b = b[min(len(b), int(binary.BigEndian.Uint32(b))):]
	}
	return n
}

// What the decoder needs is within what Cost says; with less it is an error.
func TestCost(t *testing.T) {
	e := &shared
	for _, name := range []string{"corners.heic", "ten-bits.heic", "corners.avif", "ten-bits.avif"} {
		job := jobFor(t, shipped(t, name))
		n, err := e.Cost(job)
		if err != nil {
			t.Fatal(err)
		}
		job.Budget = n
		if _, err := e.Make(context.Background(), job); err != nil {
			t.Errorf("%s with its cost: %v", name, err)
		}
		job.Budget = n - 1
		if _, err := e.Make(context.Background(), job); !errors.Is(err, media.ErrTooLarge) {
			t.Errorf("%s with less: %v", name, err)
		}
	}
}

// A decoder that wants more memory than it may have ends with an error.
func TestMemoryLimit(t *testing.T) {
	e := &shared
	job := jobFor(t, shipped(t, "corners.heic"))
	in, err := e.heic.open(t.Context(), heicProgram, heicCheckpoints, 256<<10)
	if err == nil {
		defer in.close()
		_, err = in.heic(t.Context(), job)
	}
	if !errors.Is(err, media.ErrTooLarge) {
		t.Errorf("error %v", err)
	}
}

// The checkpoints are where they were: a context that has ended ends decoding.
func TestCancelled(t *testing.T) {
	e := &shared
	for _, name := range []string{"corners.heic", "corners.avif"} {
		job := jobFor(t, shipped(t, name))
		ctx := &endsAfter{Context: t.Context(), calls: 3}
		if _, err := e.Make(ctx, job); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v after %d questions", name, err, ctx.calls)
		}
	}
}

// endsAfter is a context that has ended once its Err was called so many times.
type endsAfter struct {
	context.Context
	calls int
}

func (c *endsAfter) Err() error {
	if c.calls--; c.calls >= 0 {
		return nil
	}
	return context.Canceled
}

func TestRefused(t *testing.T) {
	e := &shared
	heic := shipped(t, "corners.heic")
	damaged := bytes.Clone(heic)
	clear(damaged[bytes.Index(damaged, []byte("mdat"))+8:])
	other := bytes.Replace(heic, []byte("hvc1"), []byte("jpeg"), 1)
	for name, c := range map[string]struct {
		data []byte
		err  error
	}{
		"another format": {[]byte("\xff\xd8\xff\xe0 JPEG"), media.ErrFormat},
		"another codec":  {other, media.ErrFormat},
		"cut":            {heic[:200], media.ErrCorrupt},
		"no samples":     {damaged, media.ErrCorrupt},
	} {
		job := media.Job{Source: bytes.NewReader(c.data), Size: int64(len(c.data)), Boxes: []media.Box{{}}, Budget: 192 << 20}
		if _, err := e.Make(t.Context(), job); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Black, white and gray stay what they are under every matrix, and limited range
// is stretched.
func TestGray(t *testing.T) {
	for _, matrix := range []uint16{0, 1, 2, 4, 5, 6, 7, 9} {
		m := image.NewYCbCr(image.Rect(0, 0, 3, 1), image.YCbCrSubsampleRatio444)
		copy(m.Y, []uint8{16, 126, 235})
		copy(m.Cb, []uint8{128, 128, 128})
		copy(m.Cr, []uint8{128, 128, 128})
		toJFIF(m, &bmff.NCLX{Matrix: matrix})
		for x, want := range []uint8{0, 128, 255} {
			if got := m.YCbCrAt(x, 0); got != (color.YCbCr{Y: want, Cb: 128, Cr: 128}) {
				t.Errorf("matrix %d: %v, want %d", matrix, got, want)
			}
		}
	}
}

// Whatever a file is, the engine returns a picture or one of the errors that it
// may, within its memory and time.
func FuzzMake(f *testing.F) {
	for _, name := range []string{"corners.heic", "grid.heic", "corners.avif", "ten-bits.avif"} {
		f.Add(shipped(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		p, err := bmff.ReadPicture(section.Memory(data))
		if err != nil || p.Coded.X*p.Coded.Y > 1<<20 {
			return
		}
		var known *media.Error
		_, err = shared.Make(ctx, jobFor(t, data))
		if err != nil && !errors.As(err, &known) && !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
