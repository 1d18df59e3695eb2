package keep

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// Versions are kept by author and digest: an author's photo is stored once,
// and nobody finds another author's by knowing its digest.

func versionKey(author collection.UserID, d collection.Digest) string {
	return "v/" + author.String() + "/" + d.String()
}

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
