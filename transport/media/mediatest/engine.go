package mediatest

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// Boxes in which the suite has every file made.
var suiteBoxes = []media.Box{{W: 160, H: 120}, {W: 64}, {W: 2000, H: 2000}}

// Engine is the suite that an engine must pass. It has the engine make versions
// of [Files], and of those in more, such as files of a format that only this
// engine reads. A format that the engine's Cost declines is skipped, unless it is
// among more.
func Engine(t *testing.T, e media.Engine, more ...File) {
	for _, f := range Files() {
		t.Run(f.Name, func(t *testing.T) {
			if !reads(t, e, f) {
				t.Skipf("%v does not read it", e)
			}
			file(t, e, f)
		})
	}
	for _, f := range more {
		t.Run(f.Name, func(t *testing.T) { file(t, e, f) })
	}
}

// file has one file made in every way.
func file(t *testing.T, e media.Engine, f File) {
	t.Run("pixels", func(t *testing.T) { pixels(t, e, f) })
	t.Run("damaged", func(t *testing.T) { damaged(t, e, f) })
	t.Run("failing disk", func(t *testing.T) { failingDisk(t, e, f) })
	t.Run("context", func(t *testing.T) { ended(t, e, f) })
	t.Run("at once", func(t *testing.T) { atOnce(t, e, f) })
}

// alone is an engine behind which no other is asked: it remembers what it said.
type alone struct {
	media.Engine
	mu  sync.Mutex
	err error
}

func (a *alone) say(err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = err
	}
	return err
}

// Cost implements media.Engine.
func (a *alone) Cost(job media.Job) (int64, error) {
	n, err := a.Engine.Cost(job)
	return n, a.say(err)
}

// Make implements media.Engine.
func (a *alone) Make(ctx context.Context, job media.Job) ([]media.Picture, error) {
	p, err := a.Engine.Make(ctx, job)
	return p, a.say(err)
}

// making has the engine make versions and returns what it said itself.
func making(ctx context.Context, e media.Engine, r io.ReaderAt, size int64, boxes ...media.Box) (media.Info, []media.Picture, error) {
	only := &alone{Engine: e}
	m := media.Maker{Engines: []media.Engine{only}}
	info, pictures, err := m.Make(ctx, r, size, boxes...)
	if only.err != nil {
		return info, nil, only.err
	}
	return info, pictures, err
}

func reads(t *testing.T, e media.Engine, f File) bool {
	_, _, err := making(t.Context(), e, bytes.NewReader(f.Data), int64(len(f.Data)), suiteBoxes[0])
	return !errors.Is(err, media.ErrFormat) && !errors.Is(err, media.ErrNoEngine)
}

// pixels checks sizes, colours, and that nothing but the picture is in a version.
func pixels(t *testing.T, e media.Engine, f File) {
	info, pictures, err := making(t.Context(), e, bytes.NewReader(f.Data), int64(len(f.Data)), suiteBoxes...)
	if err != nil {
		t.Fatal(err)
	}
	if info.MediaType != f.MediaType || info.Width != f.Size.X || info.Height != f.Size.Y {
		t.Errorf("it is said to be %s, %d × %d", info.MediaType, info.Width, info.Height)
	}
	for i, p := range pictures {
		if want := suiteBoxes[i].Fit(f.Size); want != image.Pt(p.Width, p.Height) {
			t.Errorf("box %v: %d × %d instead of %v", suiteBoxes[i], p.Width, p.Height, want)
		}
		for _, what := range Beside(p.JPEG) {
			t.Errorf("box %v: there is %s in it", suiteBoxes[i], what)
		}
		f.compare(t, p)
	}
}
