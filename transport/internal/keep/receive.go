package keep

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// Receive stores a version from r, of which the first offset bytes are stored
// already, if its bytes are those of the author's digest. What came before r
// broke off is kept, for another Receive to go on with; nothing is kept of what
// is wrong, too large, or more than the store can take. It gives the number of
// bytes that are stored. Of two at once the newer one goes on, and the older one
// gives an error that wraps transport.ErrConflict.
func (k *Keeper) Receive(ctx context.Context, c collection.Collection, item, version int, offset int64, r io.Reader) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, err
	}
	if b, err := k.Open(ctx, c, item, version); err == nil {
		defer b.Close()
		return b.Size(), nil // another item has the same bytes
	}
	w, err := k.begin(ctx, versionKey(c.Author(), d))
	if err != nil {
		return 0, transport.At(err, place(item, version))
	}
	defer k.uploads.forget(w)
	if w.Size() != offset {
		return w.Size(), errors.Join(transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", w.Size())), w.Close())
	}
	return k.fill(ctx, w, c, item, version, r)
}

// Import stores a whole version from r; what was there of it is not gone on with.
func (k *Keeper) Import(ctx context.Context, c collection.Collection, item, version int, r io.Reader) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return err
	}
	if here, err := k.has(ctx, c, item, version); here || err != nil {
		return err
	}
	w, err := k.anew(ctx, versionKey(c.Author(), d))
	if err != nil {
		return transport.At(err, place(item, version))
	}
	defer k.uploads.forget(w)
	_, err = k.fill(ctx, w, c, item, version, r)
	return err
}

// Restart removes what is there of a version that is not there whole.
func (k *Keeper) Restart(ctx context.Context, c collection.Collection, item, version int) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return err
	}
	w, err := k.anew(ctx, versionKey(c.Author(), d))
	if err != nil {
		return transport.At(err, place(item, version))
	}
	defer k.uploads.forget(w)
	return w.Discard()
}

// Keep stores bytes that were made here as a version, and gives their digest.
func (k *Keeper) Keep(ctx context.Context, author collection.UserID, data []byte) (collection.Digest, error) {
	k.keeping.Lock() // two items may have the same bytes
	defer k.keeping.Unlock()
	d := digest.Sum(data)
	w, err := k.anew(ctx, versionKey(author, d))
	if err != nil {
		return d, err
	}
	defer k.uploads.forget(w)
	if _, err = w.Write(data); err == nil {
		err = w.Commit(ctx)
	}
	if err != nil {
		err = errors.Join(err, w.Discard())
	}
	return d, err
}

func place(item, version int) string { return fmt.Sprintf("version %d of item %d", version, item) }

// fill adds r to an upload and commits it if all is as it should be.
func (k *Keeper) fill(ctx context.Context, w *upload, c collection.Collection, item, version int, r io.Reader) (int64, error) {
	before := w.Size()
	tree, err := k.take(w, r)
	if k.Received != nil {
		k.Received(w.Size() - before)
	}
	switch {
	case errors.Is(err, errNewer):
		return w.Size(), transport.At(err, place(item, version))
	case errors.Is(err, transport.ErrStorage), errors.Is(err, transport.ErrTooLarge):
		return 0, errors.Join(err, w.Discard())
	case err != nil:
		return w.Size(), errors.Join(err, w.Close())
	}
	if d, _ := c.Digest(item, version); tree.Root() != d {
		return 0, errors.Join(transport.At(transport.ErrDigest, place(item, version)), w.Discard())
	}
	ctx = context.WithoutCancel(ctx) // all has come, though its sender be gone
	if err := w.Commit(ctx); err != nil {
		return 0, errors.Join(transport.At(err, place(item, version)), w.Discard())
	}
	return tree.Size(), k.keepLeaves(ctx, c, version, tree)
}

// take appends r to w and works out the tree of the whole.
func (k *Keeper) take(w *upload, r io.Reader) (*digest.Tree, error) {
	if k.MaxBytes > 0 {
		r = Limit(r, k.MaxBytes-w.Size())
	}
	stored := io.NewSectionReader(w, 0, w.Size())
	return digest.ReadTree(io.MultiReader(stored, io.TeeReader(r, w)))
}

// Limit is an io.LimitReader that gives transport.ErrTooLarge for what is beyond.
func Limit(r io.Reader, n int64) io.Reader { return &limitReader{r, n} }

type limitReader struct {
	r    io.Reader
	left int64
}

func (l *limitReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, transport.At(transport.ErrTooLarge, "version")
	}
	return n, err
}
