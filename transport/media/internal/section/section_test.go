package section_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

func TestBytes(t *testing.T) {
	f := section.File{R: bytes.NewReader([]byte("0123456789")), Size: 10}
	for _, c := range []struct {
		off, n     int64
		want, upto string
	}{
		{0, 10, "0123456789", "0123456789"},
		{8, 2, "89", "89"},
		{8, 3, "", "89"},
		{10, 1, "", ""},
		{-1, 1, "", ""},
		{1, -1, "", ""},
		{1 << 62, 1 << 62, "", ""},
		{0, 1 << 62, "", "0123456789"},
	} {
		p := section.Part{Off: c.off, Len: c.n}
		b, err := f.Bytes(p)
		if string(b) != c.want || errors.Is(err, section.ErrShort) != (c.want == "") {
			t.Errorf("%+v: %q, %v", p, b, err)
		}
		if b, err := f.Upto(p); string(b) != c.upto || err != nil {
			t.Errorf("up to %+v: %q, %v", p, b, err)
		}
	}
}

// A file that is shorter than it was said to be is cut short; another error of
// the reader is handed on.
func TestReader(t *testing.T) {
	f := section.File{R: bytes.NewReader([]byte("0123")), Size: 10}
	if _, err := f.Bytes(section.Part{Off: 2, Len: 4}); !errors.Is(err, section.ErrShort) {
		t.Errorf("error %v", err)
	}
	f.R = failing{}
	if _, err := f.Bytes(section.Part{Off: 2, Len: 4}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }
