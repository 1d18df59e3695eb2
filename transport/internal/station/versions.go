package station

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Versions are kept by author and digest: what an author shares is stored once,
// in however many items, places of the ladder and collections it occurs, and
// nobody finds another author's by knowing its digest. A version is here for all
// of these places once it is here, and for as long as one of them wants it here.

// Digest returns the digest of a version, or an error that wraps
// transport.ErrNotFound if the author has not sealed one.
func Digest(c collection.Collection, item, version int) (collection.Digest, error) {
	if item < 0 || item >= c.Len() {
		return collection.Digest{}, transport.At(transport.ErrNotFound, "item")
	}
	d, ok := c.Digest(item, version)
	if !ok {
		return d, transport.At(transport.ErrNotFound, "digest")
	}
	return d, nil
}

// Held says which versions of c's items are stored here now.
func (k *Versions) Held(ctx context.Context, c collection.Collection) ([]transport.Bits, error) {
	return k.HeldOf(ctx, c, allVersions(c))
}

// HeldOf is Held of some versions.
func (k *Versions) HeldOf(ctx context.Context, c collection.Collection, versions []transport.Bits) ([]transport.Bits, error) {
	places := placesOf(c, versions)
	held := make([]transport.Bits, len(c.Ladder()))
	add := func(p spot) { held[p.version] = held[p.version].Add(p.item) }
	here, all, err := k.few(ctx, c.Author(), len(places)/walked)
	if err != nil {
		return nil, err
	}
	if all {
		for _, p := range places {
			if here[p.digest] {
				add(p)
			}
		}
		return held, nil
	}
	for some := range slices.Chunk(places, maxKeys) {
		found, err := k.Store.Get(ctx, versionKeys(c.Author(), some)...)
		if err != nil {
			return nil, err
		}
		for i, r := range found {
			if r.Version > 0 {
				add(some[i])
			}
		}
	}
	return held, nil
}

const (
	maxKeys = 256 // records that are asked for at once that may be versions
	walked  = 64  // versions to look for, for each that is read to see whether they are few
)

// few returns the digests of an author's versions that are stored, and whether they are
// all: there are at most so many, so that others need not be looked for one by one.
func (k *Versions) few(ctx context.Context, author collection.UserID, most int) (here map[collection.Digest]bool, all bool, err error) {
	if most == 0 {
		return nil, false, nil
	}
	here = make(map[collection.Digest]bool)
	prefix := versionRecord.Under(author)
	for r, err := range k.Store.Scan(ctx, prefix, "", most+1) {
		var d collection.Digest
		if err == nil && d.UnmarshalText([]byte(r.Key[len(prefix):])) != nil {
			err = transport.At(transport.ErrStorage, r.Key)
		}
		if err != nil {
			return nil, false, err
		}
		here[d] = true
	}
	return here, len(here) <= most, nil
}

// allVersions is the set of all versions of all items.
func allVersions(c collection.Collection) []transport.Bits {
	all := make([]transport.Bits, len(c.Ladder()))
	for v := range all {
		all[v] = transport.AllBits(c.Len())
	}
	return all
}

// spot is a place of a version in a collection.
type spot struct {
	item, version int
	digest        collection.Digest
}

// placesOf lists the versions of a set that have a digest.
func placesOf(c collection.Collection, sets []transport.Bits) (places []spot) {
	known := transport.AllBits(c.Len())
	for v, items := range sets {
		for i := range items.And(known).Places() {
			if d, ok := c.Digest(i, v); ok {
				places = append(places, spot{i, v, d})
			}
		}
	}
	return places
}

// versionKeys returns the keys of what is stored of versions.
func versionKeys(author collection.UserID, places []spot) []string {
	prefix := versionRecord.Under(author)
	keys := make([]string, len(places))
	for i, p := range places {
		keys[i] = prefix + p.digest.String()
	}
	return keys
}

// Size returns the size of a version that is stored here, or an error that wraps
// transport.ErrNotFound.
func (k *Versions) Size(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	b, err := k.Open(ctx, c, item, version)
	if err != nil {
		return 0, err
	}
	return b.Size(), b.Close()
}

// whole returns the size of a version that is stored, and whether it is.
func (k *Versions) whole(ctx context.Context, key string) (int64, bool, error) {
	r, err := record.Get(ctx, k.Store, key)
	if err != nil || r.Version == 0 {
		return 0, false, err
	}
	v, err := readVersion(r)
	if err != nil || v.small {
		return v.size, err == nil, err
	}
	b, err := k.Store.Open(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return 0, false, nil // somebody has removed the file
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
	key := versionRecord.Key(c.Author(), d)
	r, err := record.Need(ctx, k.Store, key)
	if err != nil {
		return nil, err
	}
	v, err := readVersion(r)
	switch {
	case err != nil:
		return nil, err
	case v.small:
		return memoryBlob{bytes.NewReader(v.bytes)}, nil
	}
	return k.Store.Open(ctx, key)
}

type memoryBlob struct{ *bytes.Reader }

func (memoryBlob) Close() error { return nil }

// Parts lists the beginnings of asked versions that are stored.
func (k *Versions) Parts(ctx context.Context, c collection.Collection, asked []transport.Bits) ([]transport.Part, error) {
	var parts []transport.Part
	for some := range slices.Chunk(placesOf(c, asked), maxKeys) {
		begun, err := k.begun(ctx, c.Author(), some)
		if err != nil {
			return nil, err
		}
		for _, p := range begun {
			size, err := k.Part(ctx, c, p.item, p.version)
			if err != nil {
				return nil, err
			}
			if size > 0 {
				parts = append(parts, transport.Part{Item: p.item, Version: p.version, Size: size})
			}
		}
	}
	return parts, nil
}

// begun returns those of some versions that may have been begun: a cache has noted it, which
// is read at once.
func (k *Versions) begun(ctx context.Context, author collection.UserID, some []spot) (begun []spot, err error) {
	if !k.caches() {
		return some, nil
	}
	keys := make([]string, len(some))
	for i, p := range some {
		keys[i] = unfinishedRecord.Key(author, p.digest)
	}
	in := record.Reading(k.Store)
	if err := in.Fetch(ctx, keys...); err != nil {
		return nil, err
	}
	for i, p := range some {
		r, err := record.Get(ctx, in, keys[i])
		switch {
		case record.Damaged(err, keys[i]), err == nil && r.Version > 0:
			begun = append(begun, p)
		case err != nil:
			return nil, err
		}
	}
	return begun, nil
}

// Part returns how much is stored of the beginning of a version that is not here
// whole; 0 too if it has no digest.
func (k *Versions) Part(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return 0, nil
	}
	key := versionRecord.Key(c.Author(), d)
	if size, under := k.uploads.size(key); under {
		return size, nil
	}
	return k.Store.Part(ctx, key)
}
