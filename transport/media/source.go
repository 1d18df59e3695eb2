package media

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/transport/media/internal/section"
)

// source is the file being read. It remembers the first error of the reader
// itself, so that a failing disk is not taken for a damaged picture, and it
// ends reading, and with it decoding, when the context ends.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	err  error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// file is the source for the parsers of the formats.
func (s *source) file() section.File { return section.File{R: s, Size: s.size} }

// bytes returns the n bytes at off, or fewer at the end of the file.
func (s *source) bytes(off int64, n int) []byte {
	n = int(max(0, min(int64(n), s.size-off)))
	b := make([]byte, n)
	got, _ := s.ReadAt(b, off)
	return b[:got]
}

// fail completes an error with what is known of the file.
func (s *source) fail(mediaType string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{MediaType: mediaType}
	if s.err != nil {
		e.Err = s.err
		return e
	}
	if errors.As(err, &e) {
		e.MediaType = mediaType
		return e
	}
	e.Err = err
	return e
}
