package wire

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// The refusals of a Reader. All but ErrLimit wrap ErrMalformed.
var (
	ErrMalformed    = errors.New("malformed")
	ErrTruncated    = fmt.Errorf("%w: truncated", ErrMalformed)
	ErrTrailing     = fmt.Errorf("%w: trailing bytes", ErrMalformed)
	ErrType         = fmt.Errorf("%w: unexpected type", ErrMalformed)
	ErrNotCanonical = fmt.Errorf("%w: not the canonical encoding", ErrMalformed)
	ErrUTF8         = fmt.Errorf("%w: not UTF-8", ErrMalformed)
	ErrLength       = fmt.Errorf("%w: wrong length", ErrMalformed)
	ErrLimit        = errors.New("over the limit")
)

// An Error is a refusal with the offset of the refused byte in the whole input.
type Error struct {
	Offset int
	Err    error
}

// Error names the offset and the cause.
func (e *Error) Error() string { return fmt.Sprintf("%v at byte %d", e.Err, e.Offset) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A Reader reads one document. It keeps its first error: after it every read
// returns zero, so that callers check Err once. It never allocates in
// proportion to a length that the input merely claims.
type Reader struct {
	data []byte
	off  int
	base int
	err  error
}

// NewReader reads data, whose first byte is number base of the whole input.
func NewReader(data []byte, base int) *Reader { return &Reader{data: data, base: base} }

// Err is the first refusal, an *Error, or nil.
func (r *Reader) Err() error { return r.err }

// Offset is the number of the next byte in the whole input.
func (r *Reader) Offset() int { return r.base + r.off }

// Fail makes err the reader's error, at offset, unless it has one.
func (r *Reader) Fail(offset int, err error) {
	if r.err == nil {
		r.err = &Error{offset, err}
	}
}

// End fails if anything is left to read, and returns Err.
func (r *Reader) End() error {
	if r.err == nil && r.off < len(r.data) {
		r.Fail(r.Offset(), ErrTrailing)
	}
	return r.err
}

// Left is the number of bytes not read yet.
func (r *Reader) Left() int { return len(r.data) - r.off }

// head reads the head of an item of the given major type.
func (r *Reader) head(major Major) uint64 {
	if r.err != nil {
		return 0
	}
	if r.off == len(r.data) {
		return r.refuse(ErrTruncated)
	}
	first := r.data[r.off]
	if Major(first>>5) != major {
		return r.refuse(ErrType)
	}
	arg, size := inHead(first)
	if size == 0 {
		r.off++
		return arg
	}
	arg, err := argument(r.data[r.off+1:], size)
	if err != nil {
		return r.refuse(err)
	}
	r.off += 1 + size
	return arg
}

// refuse makes err the reader's error.
func (r *Reader) refuse(err error) uint64 {
	r.Fail(r.Offset(), err)
	return 0
}

// Uint reads an unsigned integer of at most limit; a greater one is ErrLimit.
func (r *Reader) Uint(limit uint64) uint64 {
	at := r.Offset()
	v := r.head(Uint)
	if v > limit {
		r.Fail(at, ErrLimit)
		return 0
	}
	return v
}

// Enum reads an unsigned integer that names one of last+1 things; a greater one
// names none and is ErrType.
func (r *Reader) Enum(last uint64) uint64 {
	at := r.Offset()
	v := r.head(Uint)
	if v > last {
		r.Fail(at, ErrType)
		return 0
	}
	return v
}

// Bytes reads a byte string of at most limit bytes, a part of the input.
func (r *Reader) Bytes(limit int) []byte { return r.str(Bytes, limit) }

// Fixed reads a byte string of exactly n bytes, a part of the input; nil after
// an error.
func (r *Reader) Fixed(n int) []byte {
	probe := *r
	if got := probe.head(Bytes); probe.err == nil && got != uint64(n) {
		r.Fail(r.Offset(), ErrLength)
	}
	return r.str(Bytes, n)
}

// Text reads a text string of at most limit bytes, a part of the input.
func (r *Reader) Text(limit int) []byte {
	at := r.Offset()
	s := r.str(Text, limit)
	if !utf8.Valid(s) {
		r.Fail(at, ErrUTF8)
		return nil
	}
	return s
}

func (r *Reader) str(major Major, limit int) []byte {
	at := r.Offset()
	n := r.head(major)
	switch {
	case r.err != nil:
		return nil
	case n > uint64(limit):
		r.Fail(at, ErrLimit)
		return nil
	case n > uint64(len(r.data)-r.off):
		r.Fail(at, ErrTruncated)
		return nil
	}
	s := r.data[r.off : r.off+int(n) : r.off+int(n)]
	r.off += int(n)
	return s
}

// Array reads the head of an array of at most limit items and returns their
// number; each takes a byte or more, so a number beyond the input is refused.
func (r *Reader) Array(limit int) int { return r.list(Array, limit) }

// Map reads the head of a map of at most limit pairs and returns their number.
func (r *Reader) Map(limit int) int { return r.list(Map, limit) }

func (r *Reader) list(major Major, limit int) int {
	at := r.Offset()
	n := r.head(major)
	switch {
	case r.err != nil:
		return 0
	case n > uint64(limit):
		r.Fail(at, ErrLimit)
		return 0
	case n > uint64(len(r.data)-r.off):
		r.Fail(at, ErrTruncated)
		return 0
	}
	return int(n)
}

// Exactly reads the head of an array of n items.
func (r *Reader) Exactly(n int) {
	at := r.Offset()
	if got := r.head(Array); r.err == nil && got != uint64(n) {
		r.Fail(at, ErrLength)
	}
}

// Tag reads a tag and fails unless it is the given one.
func (r *Reader) Tag(tag uint64) {
	at := r.Offset()
	if got := r.head(Tag); r.err == nil && got != tag {
		r.Fail(at, ErrType)
	}
}
