package peer

import (
	"io"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// standing says, again and again while something goes to a caller, whether the caller's key
// still counts: a long answer breaks off where it is stopped.
type standing struct {
	h        home
	revision uint64 // of the keyring when it was looked at last; 0 = never
	err      error
}

// standing is of the caller of a request. Its seal was found good before its body came, for
// which callers may take minutes. Where no key is known, as within a process, there is none to
// stop.
func (h home) standing() *standing { return &standing{h: h} }

func (s *standing) check() error {
	now := s.h.cfg.Keys.Revision()
	if s.err != nil || now == s.revision || s.h.caller.Key.IsZero() {
		return s.err
	}
	s.revision = now
	if err := signature.Standing(s.h.caller.Key, s.h.cfg.Keys); err != nil {
		s.err = transport.At(transport.ErrUnauthenticated, "the caller's key was stopped")
	}
	return s.err
}

// to is w, to which nothing goes any more when the caller's key does not count.
func (s *standing) to(w io.Writer) io.Writer { return standingWriter{s, w} }

type standingWriter struct {
	*standing
	w io.Writer
}

// Write implements io.Writer.
func (s standingWriter) Write(b []byte) (int, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	return s.w.Write(b)
}

// from is r, from which nothing comes any more likewise.
func (s *standing) from(r io.Reader) io.Reader { return standingReader{s, r} }

// of is from of what is closed.
func (s *standing) of(r io.ReadCloser) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{s.from(r), r}
}

type standingReader struct {
	*standing
	r io.Reader
}

// Read implements io.Reader.
func (s standingReader) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	if stopped := s.check(); stopped != nil {
		return 0, stopped
	}
	return n, err
}
