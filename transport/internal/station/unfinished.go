package station

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Of a version that is not small, a cache notes how many bytes may come before any of them
// is stored, and when it breaks off how many have. So what a crash leaves is counted, too,
// as more than it is until it is gone on with or expires.

// unfinished is what is recorded of a version that has not come whole: how many bytes may
// be there of it, and since when.
type unfinished struct {
	size  int64
	since time.Time
}

func readPart(value []byte) unfinished {
	if len(value) != 16 {
		return unfinished{} // it is damaged, and goes next
	}
	return unfinished{int64(binary.BigEndian.Uint64(value)), time.Unix(int64(binary.BigEndian.Uint64(value[8:])), 0)}
}

func (u unfinished) value() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(u.size)), uint64(u.since.Unix()))
}

// reserve notes that a version may come with so many bytes, before any of it is stored,
// and when. The error is a *transport.QuotaError if its author has too many such.
func (k *Core) reserve(ctx context.Context, author collection.UserID, d collection.Digest, size int64) error {
	left, err := k.left(ctx, author)
	if err != nil {
		return err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		r, err := record.Get(ctx, tx, unfinishedRecord.Key(author, d))
		if err != nil {
			return err
		}
		was := readPart(r.Value)
		now := unfinished{max(size, was.size), k.Now()}
		if err := left.Takes(Usage{Parts: now.size - was.size}); err != nil {
			return err
		}
		tx.Set(r.Key, now.value())
		tx.Put(k.age(author, d))
		return k.charge(ctx, tx, author, d[0], Usage{Parts: now.size - was.size})
	})
	return err
}

// release notes how much has come of a version that has broken off.
func (k *Core) release(ctx context.Context, author collection.UserID, d collection.Digest, size int64) error {
	_, err := record.Update(context.WithoutCancel(ctx), k.Store, func(tx *record.Tx) error {
		r, err := record.Get(ctx, tx, unfinishedRecord.Key(author, d))
		if err != nil || r.Version == 0 {
			return err
		}
		was := readPart(r.Value)
		if r.Value = nil; size > 0 {
			r.Value = unfinished{size, was.since}.value()
		}
		tx.Set(r.Key, r.Value)
		return k.charge(ctx, tx, author, d[0], Usage{Parts: size - was.size})
	})
	return err
}

// mostOf is how many bytes a version may be of which r brings the rest from an offset on.
func (k *Versions) mostOf(offset int64, r io.Reader) int64 {
	if f, ok := r.(transport.Frame); ok && f.Size < k.MaxBytes-offset {
		return offset + f.Size
	}
	return k.MaxBytes
}

// begin notes in a cache that a version may come.
func (k *Versions) begin(ctx context.Context, author collection.UserID, d collection.Digest, most int64) error {
	if k.cache == nil {
		return nil
	}
	return k.cache.reserve(ctx, author, d, most)
}

// end notes how much is there of a version, unless it is whole or others still bring it.
func (k *Versions) end(ctx context.Context, author collection.UserID, d collection.Digest) {
	if k.cache == nil {
		return
	}
	key := versionRecord.Key(author, d)
	if _, under := k.uploads.size(key); under {
		return
	}
	ctx = context.WithoutCancel(ctx)
	size, err := k.Store.Part(ctx, key)
	if err == nil {
		err = k.cache.release(ctx, author, d, size)
	}
	if err != nil {
		k.cache.Failed(err) // it counts as before
	}
}

// putLarge stores the records of a version whose blob is there.
func (k *Versions) putLarge(ctx context.Context, changes []transport.Change) error {
	if k.cache == nil {
		return record.Put(ctx, k.Store, changes...)
	}
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		for _, c := range changes {
			if _, _, err := parseOf(versionRecord, c.Key); err != nil {
				continue // the leaves of its tree
			}
			r, err := record.Get(ctx, tx, c.Key)
			if err != nil && !record.Damaged(err, c.Key) {
				return err
			}
			v, err := readVersion(transport.Record{Key: c.Key, Value: c.Value})
			if err == nil {
				err = k.cache.chargeVersion(ctx, tx, transport.Record{Key: c.Key, Value: r.Value, Version: r.Version}, v.size)
			}
			if err != nil {
				return err
			}
		}
		tx.Put(changes...)
		return nil
	})
	return err
}

// expireParts removes what has come of versions that have not come whole, where nothing more
// has begun to come for the time that the configuration says. It is a duty, as Expire is.
func (k *Core) expireParts(ctx context.Context) error {
	if k.PartAge <= 0 {
		return nil
	}
	before := k.Now().Add(-k.PartAge)
	return k.perform(ctx, &k.parting, func(r *Round, page []transport.Record) error {
		var failed []error
		for _, part := range page {
			if !readPart(part.Value).since.Before(before) {
				continue
			}
			err := r.Keep(ctx)
			if err == nil {
				err = k.expirePart(ctx, part.Key)
			}
			if failed = append(failed, err); ends(ctx, err) {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// expirePart removes what has come of a version, unless more is coming.
func (k *Core) expirePart(ctx context.Context, part string) error {
	author, d, err := parseOf(unfinishedRecord, part)
	if err != nil {
		return err
	}
	key := versionRecord.Key(author, d)
	if _, under := k.Versions.uploads.size(key); under {
		return nil
	}
	s, err := k.Versions.anew(ctx, key)
	if err != nil {
		return err
	}
	if err := errors.Join(s.discard(), s.leave()); err != nil {
		return err
	}
	return k.release(ctx, author, d, 0)
}
