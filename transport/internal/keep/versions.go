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

// Versions are kept by author and digest: an author's photo is stored once,
// and nobody finds another author's by knowing its digest.

func versionKey(author collection.UserID, d collection.Digest) string {
	return "v/" + author.String() + "/" + d.String()
}

func leavesKey(d collection.Digest) string { return "t/" + d.String() }

// Digest gives the digest of a version, or an error that wraps
// transport.ErrNotFound if the author has not sealed one.
func Digest(c collection.Collection, item, version int) (collection.Digest, error) {
	if item < 0 || item >= c.Len() || version < 0 || version >= len(c.Ladder()) {
		return collection.Digest{}, transport.At(transport.ErrNotFound, "item or version")
	}
	d, ok := c.Digest(item, version)
	if !ok || d.IsZero() {
		return d, transport.At(transport.ErrNotFound, "digest")
	}
	return d, nil
}

// Held says which versions of c's items are stored here now.
func (k *Keeper) Held(ctx context.Context, c collection.Collection) ([]transport.Bits, error) {
	held := make([]transport.Bits, len(c.Ladder()))
	for i := range c.Len() {
		for v := range held {
			here, err := k.has(ctx, c, i, v)
			if err != nil {
				return nil, err
			}
			if here {
				held[v] = held[v].Add(i)
			}
		}
	}
	return held, nil
}

func (k *Keeper) has(ctx context.Context, c collection.Collection, item, version int) (bool, error) {
	b, err := k.Open(ctx, c, item, version)
	if errors.Is(err, transport.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, b.Close()
}

// Open opens a version that is stored here.
func (k *Keeper) Open(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return nil, err
	}
	return k.Store.Open(ctx, versionKey(c.Author(), d))
}

// Parts lists the beginnings of asked versions that are stored.
func (k *Keeper) Parts(ctx context.Context, c collection.Collection, asked []transport.Bits) ([]transport.Part, error) {
	var parts []transport.Part
	for v, items := range asked {
		for i := range items.Places() {
			d, err := Digest(c, i, v)
			if err != nil {
				continue
			}
			size, err := k.Store.Part(ctx, versionKey(c.Author(), d))
			if err != nil {
				return nil, err
			}
			if size > 0 {
				parts = append(parts, transport.Part{Item: i, Version: v, Size: size})
			}
		}
	}
	return parts, nil
}

// Receive stores a version from r, of which the first offset bytes are stored
// already, if its bytes are those of the author's digest. What came before r
// broke off is kept, for another Receive to go on with; nothing is kept of what
// is wrong, too large, or more than the store can take. It gives the number of
// bytes that are stored.
func (k *Keeper) Receive(ctx context.Context, c collection.Collection, item, version int, offset int64, r io.Reader) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, err
	}
	key := versionKey(c.Author(), d)
	if b, err := k.Store.Open(ctx, key); err == nil {
		defer b.Close()
		return b.Size(), nil // another item has the same bytes
	}
	w, err := k.Store.Create(ctx, key)
	if err != nil {
		return 0, err
	}
	if w.Size() != offset {
		return w.Size(), errors.Join(transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", w.Size())), w.Close())
	}
	tree, err := k.take(w, r)
	if k.Received != nil {
		k.Received(w.Size() - offset)
	}
	switch {
	case errors.Is(err, transport.ErrStorage), errors.Is(err, transport.ErrTooLarge):
		return 0, errors.Join(err, w.Discard())
	case err != nil:
		return w.Size(), errors.Join(err, w.Close())
	}
	if tree.Root() != d {
		return 0, errors.Join(transport.At(transport.ErrDigest, fmt.Sprintf("version %d of item %d", version, item)), w.Discard())
	}
	if err := w.Commit(ctx); err != nil {
		return 0, errors.Join(err, w.Discard())
	}
	return tree.Size(), k.keepLeaves(ctx, c, version, tree)
}

// Keep stores bytes that were made here as a version, and gives their digest.
func (k *Keeper) Keep(ctx context.Context, author collection.UserID, data []byte) (collection.Digest, error) {
	k.keeping.Lock() // two items may have the same bytes
	defer k.keeping.Unlock()
	d := digest.Sum(data)
	w, err := k.Store.Create(ctx, versionKey(author, d))
	if err != nil {
		return d, err
	}
	if _, err = w.Write(data[min(w.Size(), int64(len(data))):]); err == nil {
		err = w.Commit(ctx)
	}
	if err != nil {
		err = errors.Join(err, w.Discard())
	}
	return d, err
}

// Import stores a whole version from r; what was there of it is not gone on with.
func (k *Keeper) Import(ctx context.Context, c collection.Collection, item, version int, r io.Reader) error {
	d, err := Digest(c, item, version)
	if err != nil {
		return err
	}
	part, err := k.Store.Part(ctx, versionKey(c.Author(), d))
	if err == nil && part > 0 {
		err = k.Store.Delete(ctx, versionKey(c.Author(), d))
	}
	if err == nil {
		_, err = k.Receive(ctx, c, item, version, 0, r)
	}
	return err
}

// take appends r to w and works out the tree of the whole.
func (k *Keeper) take(w transport.BlobWriter, r io.Reader) (*digest.Tree, error) {
	if k.MaxBytes > 0 {
		r = &limitReader{r, k.MaxBytes - w.Size()}
	}
	stored := io.NewSectionReader(w, 0, w.Size())
	return digest.ReadTree(io.MultiReader(stored, io.TeeReader(r, w)))
}

// limitReader is an io.LimitReader that gives an error for what is beyond.
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

// keepLeaves stores the leaves of a complete version's tree, so that serving a
// block of it does not mean reading all of it.
func (k *Keeper) keepLeaves(ctx context.Context, c collection.Collection, version int, tree *digest.Tree) error {
	if version < len(c.Ladder())-1 {
		return nil
	}
	leaves := tree.Leaves()
	value := make([]byte, 0, 32*len(leaves))
	for _, leaf := range leaves {
		value = append(value, leaf[:]...)
	}
	return k.Store.Apply(ctx, transport.Change{Key: leavesKey(tree.Root()), Value: value})
}

// Tree gives the tree of a version that is stored here.
func (k *Keeper) Tree(ctx context.Context, d collection.Digest, b transport.Blob) (*digest.Tree, error) {
	value, err := k.Store.Get(ctx, leavesKey(d))
	if errors.Is(err, transport.ErrNotFound) {
		return digest.ReadTree(io.NewSectionReader(b, 0, b.Size()))
	}
	if err != nil {
		return nil, err
	}
	leaves := make([]digest.Digest, len(value)/32)
	for i := range leaves {
		leaves[i] = digest.Digest(value[32*i:])
	}
	tree, err := digest.NewTree(b.Size(), leaves)
	if err == nil && tree.Root() != d {
		err = transport.At(transport.ErrStorage, "damaged leaves")
	}
	return tree, err
}
