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

// Of a version that is not small, it is noted how many bytes may come before any of them is
// stored, and when it breaks off how many have. So what a crash leaves is counted, too, as
// more than it is until it is gone on with or expires. Only of what a peer gets for its own
// user, and is not large, it is noted no sooner than when it breaks off: many originals that
// come one after the other are not to wait for that.

// unfinished is what is recorded of a version that has not come whole: how many bytes may
// be there of it, since when, and for whom that counts.
type unfinished struct {
	size  int64
	since time.Time
	user  collection.UserID
}

func readPart(value []byte) (u unfinished) {
	if len(value) == 16+len(u.user) { // else it is damaged, and goes next
		u.size, u.since = int64(binary.BigEndian.Uint64(value)), time.Unix(int64(binary.BigEndian.Uint64(value[8:])), 0)
		copy(u.user[:], value[16:])
	}
	return u
}

// partIn returns the record of a version that has not come whole. One that is damaged is there,
// and has no value.
func partIn(ctx context.Context, tx *record.Tx, key string) (transport.Record, error) {
	r, err := record.Get(ctx, tx, key)
	if record.Damaged(err, key) {
		return transport.Record{Key: key, Version: 1}, nil
	}
	return r, err
}

func (u unfinished) value() []byte {
	return append(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(u.size)), uint64(u.since.Unix())), u.user[:]...)
}

// payer is for whom it counts what somebody brings of an author's: a cache keeps it for the
// author, a peer for who brings it, and for its own user what it gets itself.
func (k *Core) payer(author, by collection.UserID) collection.UserID {
	switch {
	case k.Cache:
		return author
	case by.IsZero():
		return k.Rules.Own.User
	}
	return by
}

// own reports whether it is a peer's own user for whom something counts.
func (k *Core) own(payer collection.UserID) bool { return !k.Cache && payer == k.Rules.Own.User }

// largePart is of how many bytes a version is that a peer notes before it comes for its own
// user.
const largePart = 16 << 20

// reserve notes that a version may come with so many bytes, before any of it is stored, and
// when. The error is a *transport.QuotaError if there are too many such.
func (k *Core) reserve(ctx context.Context, payer, author collection.UserID, d collection.Digest, size int64) error {
	lock := &k.reserving[0]
	if k.Cache { // nothing counts for all together
		lock = &k.reserving[int(payer[0])%len(k.reserving)]
	}
	lock.Lock() // of many at once, each finds what the others have reserved
	defer lock.Unlock()
	left, err := k.left(ctx, payer)
	if err != nil {
		return err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		r, err := partIn(ctx, tx, unfinishedRecord.Key(author, d))
		if err != nil {
			return err
		}
		was := readPart(r.Value)
		now := unfinished{max(size, was.size), k.Now(), payer}
		more := now.size
		if was.user == payer {
			more -= was.size
		}
		if err := left.Takes(Usage{Parts: more}); err != nil {
			return err
		}
		if k.Cache {
			if err := putAge(ctx, tx, k.age(author, d)); err != nil {
				return err
			}
		}
		return k.setPart(ctx, tx, r, was, now)
	})
	return err
}

// release notes how much has come of a version that has broken off.
func (k *Core) release(ctx context.Context, payer, author collection.UserID, d collection.Digest, size int64) error {
	_, err := record.Update(context.WithoutCancel(ctx), k.Store, func(tx *record.Tx) error {
		r, err := partIn(ctx, tx, unfinishedRecord.Key(author, d))
		if err != nil || r.Version == 0 && size == 0 {
			return err
		}
		was := readPart(r.Value)
		now := was
		if was == (unfinished{}) {
			now = unfinished{since: k.Now(), user: payer}
		}
		now.size = size
		return k.setPart(ctx, tx, r, was, now)
	})
	return err
}

// setPart records what there may be of a version, and counts it.
func (k *Core) setPart(ctx context.Context, tx *record.Tx, r transport.Record, was, now unfinished) error {
	if r.Value = nil; now.size > 0 {
		r.Value = now.value()
	}
	tx.Set(r.Key, r.Value)
	_, d, err := parseOf(unfinishedRecord, r.Key)
	if err == nil {
		err = k.countPart(ctx, tx, was.user, d, -was.size)
	}
	if err == nil {
		err = k.countPart(ctx, tx, now.user, d, now.size)
	}
	return err
}

// countPart counts bytes of a version that has not come whole, at a peer for all other users
// together, too.
func (k *Core) countPart(ctx context.Context, tx *record.Tx, payer collection.UserID, d collection.Digest, more int64) error {
	err := k.count(ctx, tx, payer, d[0], Usage{Parts: more})
	if err == nil && !k.Cache && !k.own(payer) {
		err = k.count(ctx, tx, collection.UserID{}, d[0], Usage{Parts: more})
	}
	return err
}

// mostOf is how many bytes a version may be of which r brings the rest from an offset on;
// 0 = nobody knows.
func (k *Versions) mostOf(offset int64, r io.Reader) int64 {
	rest := int64(-1)
	switch r := r.(type) {
	case transport.Frame:
		rest = r.Size
	case *limitReader:
		rest = r.left
	case interface{ Rest() int64 }:
		rest = r.Rest()
	}
	if rest >= 0 && (k.MaxBytes == 0 || rest < k.MaxBytes-offset) {
		return offset + rest
	}
	return k.MaxBytes
}

// begin notes that a version may come, which somebody brings. Whoever calls it calls end when
// nothing more comes.
func (k *Versions) begin(ctx context.Context, by, author collection.UserID, d collection.Digest, most int64) (end func(), err error) {
	if k.core == nil {
		return func() {}, nil
	}
	payer := k.core.payer(author, by)
	if !k.core.own(payer) || most >= largePart {
		err = k.core.reserve(ctx, payer, author, d, most)
	}
	return func() {
		if err := k.end(context.WithoutCancel(ctx), payer, author, d); err != nil {
			k.core.Failed(err) // it counts as before
		}
	}, err
}

// end notes how much is there of a version, unless others still bring it.
func (k *Versions) end(ctx context.Context, payer, author collection.UserID, d collection.Digest) error {
	key := versionRecord.Key(author, d)
	if _, under := k.uploads.size(key); under {
		return nil
	}
	size, err := k.Store.Part(ctx, key)
	if err == nil {
		err = k.core.release(ctx, payer, author, d, size)
	}
	return err
}

// putLarge stores the records of a version whose blob is there.
func (k *Versions) putLarge(ctx context.Context, changes []transport.Change) error {
	if !k.caches() {
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
				err = k.core.chargeVersion(ctx, tx, transport.Record{Key: c.Key, Value: r.Value, Version: r.Version}, v.size)
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
	return k.release(ctx, collection.UserID{}, author, d, 0)
}
