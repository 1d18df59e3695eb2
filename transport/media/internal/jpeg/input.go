package jpeg

import (
	"fmt"
	"io"
)

// window is how many bytes of the file are held at once: more than any
// segment has.
const window = 1 << 16

// input reads a file through a window, so that most reads are one look into a
// slice.
type input struct {
	r      io.Reader
	buf    []byte // the bytes in the window
	pos    int    // of the next byte in buf
	before int64  // bytes of the file before the window
	err    error  // what ended reading; io.EOF at the end of the file
}

func newInput(r io.Reader) *input {
	return &input{r: r, buf: make([]byte, 0, window)}
}

// more moves the window on, and reports whether there is any byte more in it.
func (in *input) more() bool {
	if in.err != nil {
		return false
	}
	in.before += int64(in.pos)
	in.buf = in.buf[:copy(in.buf[:cap(in.buf)], in.buf[in.pos:])]
	in.pos = 0
	const tries = 100 // of a reader that returns neither bytes nor error
	for range tries {
		n, err := in.r.Read(in.buf[len(in.buf):cap(in.buf)])
		in.buf = in.buf[:len(in.buf)+n]
		in.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	in.err = io.ErrNoProgress
	return false
}

// need moves the window on until n bytes are in it, of at most window.
func (in *input) need(n int) error {
	for len(in.buf)-in.pos < n {
		if !in.more() {
			return in.ended()
		}
	}
	return nil
}

// ended is the error for data that is missing.
func (in *input) ended() error {
	if in.err != nil && in.err != io.EOF {
		return in.err
	}
	return in.fail(ErrTruncated, "end of file")
}

// take returns the next n bytes, of at most window. They are valid until the
// next read.
func (in *input) take(n int) ([]byte, error) {
	if err := in.need(n); err != nil {
		return nil, err
	}
	b := in.buf[in.pos:][:n]
	in.pos += n
	return b, nil
}

// skip passes over n bytes.
func (in *input) skip(n int) error {
	for n > len(in.buf)-in.pos {
		n -= len(in.buf) - in.pos
		in.pos = len(in.buf)
		if !in.more() {
			return in.ended()
		}
	}
	in.pos += n
	return nil
}

// peek passes over bytes that are no marker and returns the code of the next
// one, without reading it (T.81, section B.1.1.2).
func (in *input) peek() (byte, error) {
	for {
		if err := in.need(2); err != nil {
			return 0, err
		}
		if c := in.buf[in.pos+1]; in.buf[in.pos] == 0xff && c != 0 && c != 0xff {
			return c, nil
		}
		in.pos++
	}
}

// fail returns an error of a kind that says where reading stopped.
func (in *input) fail(kind error, what string) error {
	return fmt.Errorf("byte %d: %s: %w", in.before+int64(in.pos), what, kind)
}
