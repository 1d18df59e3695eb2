package mediatest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media"
)

// damaged has the file made cut short and with bytes changed. Whatever comes of
// it, it is a whole version or an error that says that the file is to blame.
func damaged(t *testing.T, e media.Engine, f File) {
	for i := range 24 {
		bad := bytes.Clone(f.Data)
		at := (2*i + 1) * len(bad) / 48
		if i%2 == 0 {
			bad = bad[:at]
		} else {
			copy(bad[at:], "\x00\xff\xfe\xff\xff\xff")
		}
		_, pictures, err := making(t.Context(), e, bytes.NewReader(bad), int64(len(bad)), suiteBoxes[0])
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("damage %d at byte %d: %v", i, at, err)
		}
		if err == nil && len(Beside(pictures[0].JPEG)) > 0 {
			t.Errorf("damage %d at byte %d: %v", i, at, Beside(pictures[0].JPEG))
		}
	}
}

var errDisk = errors.New("disk on fire")

// failing is a file on a disk that fails behind the given offset.
type failing struct {
	io.ReaderAt
	from int64
}

// ReadAt implements io.ReaderAt.
func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.from {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(p, off)
}

// failingDisk checks that a failing disk is not taken for a damaged picture.
func failingDisk(t *testing.T, e media.Engine, f File) {
	for _, from := range []int64{0, int64(len(f.Data)) / 2} {
		r := failing{bytes.NewReader(f.Data), from}
		m := media.Maker{Engines: []media.Engine{e}}
		if _, _, err := m.Make(t.Context(), r, int64(len(f.Data)), suiteBoxes[0]); !errors.Is(err, errDisk) || errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("failing from %d: %v", from, err)
		}
	}
}

// ended checks that nothing is made when the context has ended.
func ended(t *testing.T, e media.Engine, f File) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := making(ctx, e, bytes.NewReader(f.Data), int64(len(f.Data)), suiteBoxes[0]); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// atOnce has the same file made by several goroutines, to the same bytes.
func atOnce(t *testing.T, e media.Engine, f File) {
	m := media.Maker{Engines: []media.Engine{e}}
	var made [4][]media.Picture
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if _, made[i], err = m.Make(t.Context(), bytes.NewReader(f.Data), int64(len(f.Data)), suiteBoxes[0]); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, p := range made[1:] {
		if len(p) == 1 && len(made[0]) == 1 && !bytes.Equal(p[0].JPEG, made[0][0].JPEG) {
			t.Error("two goroutines got different bytes")
		}
	}
}
