package folderlink

import (
	"context"
	"errors"
	"io"
	"os"
)

// blob is a version in a file, with the size that it had.
type blob struct {
	*os.File
	size int64
	of   place
	in   *source
}

// Size implements transport.Blob.
func (b blob) Size() int64 { return b.size }

// ReadAt implements transport.Blob. What cannot be read is left out: a card may be worn, or gone.
func (b blob) ReadAt(p []byte, at int64) (int, error) {
	n, err := b.File.ReadAt(p, at)
	if b.in.good[b.of] {
		b.in.sent += int64(n)
	}
	if err != nil && (!errors.Is(err, io.EOF) || at+int64(n) < b.size) {
		err = b.in.leave(b.of, err)
	}
	return n, err
}

// stoppable is a reader that ends when a context does.
type stoppable struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}
