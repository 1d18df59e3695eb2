package station

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// errGone says that a version had to be removed, and that nobody has it now.
var errGone = fmt.Errorf("%w, and nobody serves it now; it was removed, and comes when it is shared again, or asked for when its home is back", ErrLost)

// fetchedAgain is how a version was mended.
const fetchedAgain = "fetched again from who serves it"

// mendVersion mends a version by the key of its record.
func (k *Core) mendVersion(ctx context.Context, key string) (string, error) {
	author, d, err := parseOf(versionRecord, key)
	if err != nil {
		return "", err
	}
	return k.fetchAgain(ctx, author, d)
}

// fetchAgain removes a version that is damaged or missing, as if it had expired, and asks
// those who serve the items for it.
func (k *Core) fetchAgain(ctx context.Context, author collection.UserID, d collection.Digest) (string, error) {
	places, err := k.forgetBad(ctx, author, d)
	if err != nil {
		return "", errors.Join(ErrLost, err)
	}
	gone := errGone
	for name, versions := range places {
		s, err := k.Load(ctx, name)
		if err != nil {
			continue // it was found, too
		}
		r, err := k.recall(ctx, s, versions)
		if err == nil {
			_, err = k.recalled(ctx, r, versions)
		}
		if err != nil {
			return "", err
		}
		if _, here, err := k.Versions.whole(ctx, versionRecord.Key(author, d)); here || err != nil {
			return fetchedAgain, err
		}
		for _, p := range placesOf(s.Collection, versions) {
			gone = fmt.Errorf("%s in %v: %w", place(s.Collection, p.item, p.version), name, errGone)
		}
	}
	return "", gone
}

// forgetBad removes a version, and returns where the author's collections have it.
func (k *Core) forgetBad(ctx context.Context, author collection.UserID, d collection.Digest) (places map[collection.Name][]transport.Bits, err error) {
	k.cache.Lock()
	defer k.cache.Unlock()
	gone := map[collection.Digest]bool{d: true}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		places = map[collection.Name][]transport.Bits{}
		names, err := k.holders(ctx, tx, author, []collection.Digest{d})
		if err != nil {
			return err
		}
		if _, err := k.forgetOne(ctx, tx, versionRecord.Key(author, d)); err != nil {
			return err
		}
		tx.Set(ageRecord.Key(author, d), nil)
		return k.eachState(ctx, tx, names, func(name collection.Name, s stateIn) error {
			versions := among(s.state, gone)
			if len(versions) > 0 {
				places[name] = versions
			}
			return k.expireState(ctx, tx, s, versions)
		})
	})
	if err == nil {
		err = k.removeBlob(ctx, transport.Record{Key: ageRecord.Key(author, d)})
	}
	return places, err
}

// BadVersion is a version that is not here as it should be: an item's, in one of the
// collections that have it.
type BadVersion struct {
	Ref transport.Ref
	Err error
}

// CheckVersions reads the partial versions that a collection has here, calls each with how
// many bytes that were, and returns how those are mended that are damaged or missing.
func CheckVersions(ctx context.Context, k *Core, s engine.State, each func(bytes int64)) (bad []BadVersion, err error) {
	for v := range len(s.Collection.Ladder()) - 1 {
		for i := range s.HeldOf(v).Places() {
			n, err := k.checkVersion(ctx, s.Collection, i, v)
			if ctx.Err() != nil {
				return bad, ctx.Err()
			}
			if each(n); err != nil {
				id, _ := s.Collection.At(i)
				bad = append(bad, BadVersion{transport.Ref{Collection: s.Collection.Name(), Item: id, Version: v}, err})
			}
		}
	}
	return bad, nil
}

// checkVersion compares a version with its digest.
func (k *Core) checkVersion(ctx context.Context, c collection.Collection, item, version int) (int64, error) {
	want, err := Digest(c, item, version)
	if err != nil {
		return 0, err
	}
	b, err := k.Versions.Open(ctx, c, item, version)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	got, n, err := digest.Of(io.NewSectionReader(b, 0, b.Size()))
	if err == nil && got != want {
		err = transport.ErrDigest
	}
	return n, err
}

// FetchAgain mends a version of a collection, and returns how. It may have come by now, with
// another one of the same bytes.
func FetchAgain(ctx context.Context, k *Core, c collection.Collection, ref transport.Ref) (how string, err error) {
	item, _ := c.Index(ref.Item)
	d, err := Digest(c, item, ref.Version)
	if err != nil {
		return "", err
	}
	if _, err := k.checkVersion(ctx, c, item, ref.Version); err == nil {
		return fetchedAgain, nil
	}
	return k.fetchAgain(ctx, c.Author(), d)
}

// CheckState verifies a collection as it is stored, with all its seals.
func CheckState(ctx context.Context, k *Core, name collection.Name) (engine.State, error) {
	s, there, err := k.asStored(ctx, record.Reading(k.Store), name)
	if err != nil || !there {
		return s, err
	}
	_, err = k.Verify(ctx, s.Collection)
	return s, err
}

// RemoveOrphan removes a blob that belongs to nothing: it is a version of which there is no
// record, and that is not coming. It reports whether it was one.
func RemoveOrphan(ctx context.Context, k *Core, key string) (bool, error) {
	author, d, err := parseOf(versionRecord, key)
	if err != nil {
		return false, nil // it is none of the station's
	}
	age := ageRecord.Key(author, d)
	found, err := k.Store.Get(ctx, key, unfinishedRecord.Key(author, d), age)
	if err != nil || found[0].Version > 0 || found[1].Version > 0 {
		return false, err
	}
	if _, under := k.Versions.uploads.size(key); under {
		return false, nil
	}
	return true, k.removeBlob(ctx, found[2])
}
