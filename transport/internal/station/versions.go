package station

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Versions are kept by author and digest: what an author shares is stored once,
// in however many items, places of the ladder and collections it occurs, and
// nobody finds another author's by knowing its digest. A version is here for all
// of these places once it is here, and for as long as one of them wants it here.

// Digest returns the digest of a version, or an error that wraps
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
func (k *Versions) Held(ctx context.Context, c collection.Collection) ([]transport.Bits, error) {
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

func (k *Versions) has(ctx context.Context, c collection.Collection, item, version int) (bool, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return false, nil
	}
	_, here, err := k.whole(ctx, versionBlob.Key(c.Author(), d))
	return here, err
}

// size returns the size of a version that is stored here.
func (k *Versions) size(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	b, err := k.Open(ctx, c, item, version)
	if err != nil {
		return 0, err
	}
	return b.Size(), b.Close()
}

// whole returns the size of a version that is stored, and whether it is.
func (k *Versions) whole(ctx context.Context, key string) (int64, bool, error) {
	b, err := k.Store.Open(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	return b.Size(), true, b.Close()
}

// Open opens a version that is stored here.
func (k *Versions) Open(ctx context.Context, c collection.Collection, item, version int) (transport.Blob, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return nil, err
	}
	return k.Store.Open(ctx, versionBlob.Key(c.Author(), d))
}

// Parts lists the beginnings of asked versions that are stored.
func (k *Versions) Parts(ctx context.Context, c collection.Collection, asked []transport.Bits) ([]transport.Part, error) {
	var parts []transport.Part
	for v, items := range asked {
		for i := range items.Places() {
			size, err := k.Part(ctx, c, i, v)
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

// Part returns how much is stored of the beginning of a version that is not here
// whole; 0 too if it has no digest.
func (k *Versions) Part(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, nil
	}
	key := versionBlob.Key(c.Author(), d)
	if size, under := k.uploads.size(key); under {
		return size, nil
	}
	return k.Store.Part(ctx, key)
}
