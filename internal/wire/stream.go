package wire

import (
	"errors"
	"io"
)

// A Stream reads a document from an io.Reader with bounded memory: what it
// copies out is at most one chunk at a time. Like a Reader it keeps its first
// error and refuses what is not canonical.
type Stream struct {
	r    io.Reader
	off  int64
	err  error
	head [9]byte
	tee  []io.Writer // told every byte read
}

// NewStream reads from r.
func NewStream(r io.Reader) *Stream { return &Stream{r: r} }

// Err is the first refusal or failure.
func (s *Stream) Err() error { return s.err }

// Offset is the number of bytes read.
func (s *Stream) Offset() int64 { return s.off }

// Fail makes err the stream's error unless it has one.
func (s *Stream) Fail(err error) {
	if s.err == nil {
		s.err = &Error{int(s.off), err}
	}
}

// Tee has w told every byte that is read from now on, until Untee.
func (s *Stream) Tee(w io.Writer) { s.tee = append(s.tee, w) }

// Untee ends the latest Tee.
func (s *Stream) Untee() { s.tee = s.tee[:len(s.tee)-1] }

// Read fills p.
func (s *Stream) Read(p []byte) {
	if s.err != nil {
		return
	}
	n, err := io.ReadFull(s.r, p)
	s.off += int64(n)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		s.Fail(ErrTruncated)
		return
	case err != nil:
		s.err = err
		return
	}
	for _, w := range s.tee {
		w.Write(p)
	}
}

// End fails unless the input ends here.
func (s *Stream) End() error {
	if s.err == nil {
		if n, err := io.ReadFull(s.r, s.head[:1]); n > 0 {
			s.Fail(ErrTrailing)
		} else if !errors.Is(err, io.EOF) {
			s.err = err
		}
	}
	return s.err
}

// Head reads the head of an item into memory of the stream's own and returns
// its encoding, valid until the next call; nil after an error.
func (s *Stream) Head() []byte {
	s.Read(s.head[:1])
	n := 1
	if info := s.head[0] & 31; s.err == nil && info >= 24 && info <= 27 {
		n += 1 << (info - 24)
		s.Read(s.head[1:n])
	}
	if s.err != nil {
		return nil
	}
	return s.head[:n]
}

// read reads one head and lets get take it from a Reader.
func (s *Stream) read(get func(*Reader) uint64) uint64 {
	at := s.off
	head := s.Head()
	if s.err != nil {
		return 0
	}
	r := NewReader(head, int(at))
	v := get(r)
	s.err = r.Err()
	return v
}

// Uint reads an unsigned integer of at most limit.
func (s *Stream) Uint(limit uint64) uint64 {
	return s.read(func(r *Reader) uint64 { return r.Uint(limit) })
}

// Enum is Reader.Enum.
func (s *Stream) Enum(last uint64) uint64 {
	return s.read(func(r *Reader) uint64 { return r.Enum(last) })
}

// Tag reads a tag and fails unless it is the given one.
func (s *Stream) Tag(tag uint64) {
	s.read(func(r *Reader) uint64 { r.Tag(tag); return 0 })
}

// size reads the head of an item of a major type whose argument is at most
// limit.
func (s *Stream) size(major byte, limit int) int {
	return int(s.read(func(r *Reader) uint64 {
		at := r.Offset()
		n := r.head(major)
		if n > uint64(limit) {
			r.Fail(at, ErrLimit)
			return 0
		}
		return n
	}))
}

// Array reads the head of an array of at most limit items.
func (s *Stream) Array(limit int) int { return s.size(majorArray, limit) }

// Exactly reads the head of an array of n items.
func (s *Stream) Exactly(n int) {
	if got := s.Array(n); s.err == nil && got != n {
		s.Fail(ErrLength)
	}
}

// Map reads the head of a map of at most limit pairs.
func (s *Stream) Map(limit int) int { return s.size(majorMap, limit) }

// BytesHead reads the head of a byte string of at most limit bytes.
func (s *Stream) BytesHead(limit int) int { return s.size(majorBytes, limit) }

// TextHead reads the head of a text string of at most limit bytes.
func (s *Stream) TextHead(limit int) int { return s.size(majorText, limit) }

// Bytes reads a byte string of at most limit bytes into memory.
func (s *Stream) Bytes(limit int) []byte {
	b := make([]byte, s.BytesHead(limit))
	s.Read(b)
	return b
}

// Text reads a text string of at most limit bytes into memory.
func (s *Stream) Text(limit int) string {
	b := make([]byte, s.TextHead(limit))
	s.Read(b)
	return string(b)
}

// Fields is Reader.Fields.
func (s *Stream) Fields(last int, read func(key int)) {
	n := s.Map(last)
	previous := uint64(0)
	for range n {
		key := s.Enum(uint64(last))
		switch {
		case s.err != nil:
			return
		case key == 0:
			s.Fail(ErrType)
			return
		case key <= previous:
			s.Fail(ErrNotCanonical)
			return
		}
		previous = key
		read(int(key))
	}
}
