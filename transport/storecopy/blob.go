package storecopy

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/transport"
)

// chunk is how much is read at once, in bytes.
const chunk = 256 << 10

// copyBlob copies a blob, and returns its size.
func copyBlob(ctx context.Context, to, from transport.Blobs, key string) (int64, error) {
	b, err := from.Open(ctx, key)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	w, err := begin(ctx, to, key, b)
	if err != nil {
		return 0, err
	}
	buf := make([]byte, min(chunk, b.Size()))
	err = each(ctx, w.Size(), b.Size(), func(off, n int64) error {
		if err := readFull(b, buf[:n], off); err != nil {
			return err
		}
		_, err := w.Write(buf[:n])
		return err
	})
	if err == nil {
		err = w.Commit(ctx)
	}
	return b.Size(), errors.Join(err, w.Close())
}

// begin creates a blob, and goes on with a part that is there if it is a beginning of b.
func begin(ctx context.Context, to transport.Blobs, key string, b transport.Blob) (transport.BlobWriter, error) {
	w, err := to.Create(ctx, key)
	if err != nil {
		return nil, err
	}
	equal := false
	if w.Size() <= b.Size() {
		equal, err = same(ctx, w, b, w.Size())
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if equal {
		return w, nil
	}
	if err := w.Discard(); err != nil {
		return nil, err
	}
	return to.Create(ctx, key)
}

// sameBlob reports whether a blob is the same in two stores.
func sameBlob(ctx context.Context, first, second transport.Blobs, key string) (bool, error) {
	a, err := first.Open(ctx, key)
	if err != nil {
		return false, err
	}
	defer a.Close()
	b, err := second.Open(ctx, key)
	if err != nil {
		return false, err
	}
	defer b.Close()
	if a.Size() != b.Size() {
		return false, nil
	}
	return same(ctx, a, b, a.Size())
}

// same reports whether the first n bytes of a and b are equal.
func same(ctx context.Context, a, b io.ReaderAt, n int64) (bool, error) {
	x, y := make([]byte, min(chunk, n)), make([]byte, min(chunk, n))
	err := each(ctx, 0, n, func(off, n int64) error {
		if err := readFull(a, x[:n], off); err != nil {
			return err
		}
		if err := readFull(b, y[:n], off); err != nil {
			return err
		}
		if !bytes.Equal(x[:n], y[:n]) {
			return errDiffers
		}
		return nil
	})
	if err == errDiffers {
		return false, nil
	}
	return err == nil, err
}

var errDiffers = errors.New("differs")

// readFull fills p. What is shorter than it was said to be is damaged.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	n, err := r.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == io.EOF {
		return transport.At(transport.ErrStorage, "short blob")
	}
	return err
}

// each calls do for every chunk from off to end, until the context is over.
func each(ctx context.Context, off, end int64, do func(off, n int64) error) error {
	for ; off < end; off += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := do(off, min(chunk, end-off)); err != nil {
			return err
		}
	}
	return ctx.Err()
}
