package station

import (
	"context"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What is kept for an author is counted where it is stored: each transaction that stores
// or removes something changes a count with it, so that it is exact whatever crashes. An
// author has several counts, whose sum is what counts: steps in different collections
// seldom change the same one, and so do not have to be tried again. Only of a version or a
// part whose record is damaged, and so does not say how much it was, nothing is taken off.

// Usage is what a station keeps for one user as an author.
type Usage struct {
	Collections int64 `cbor:"1,keyasint,omitempty"`
	States      int64 `cbor:"2,keyasint,omitempty"` // bytes of collections, with all that is said in them
	Versions    int64 `cbor:"3,keyasint,omitempty"` // bytes of versions
	Parts       int64 `cbor:"4,keyasint,omitempty"` // bytes of versions that have not come whole, or may come of those that are coming
}

// Plus is the sum.
func (u Usage) Plus(v Usage) Usage {
	return Usage{u.Collections + v.Collections, u.States + v.States, u.Versions + v.Versions, u.Parts + v.Parts}
}

// counts is how many there are of one author.
const counts = 8

// count is one of them.
type count byte

// String returns its number.
func (c count) String() string { return string('0' + rune(c%counts)) }

// UsageKeys are the records whose sum, which UsageIn returns, is what a user uses.
func UsageKeys(u collection.UserID) []string {
	keys := make([]string, counts)
	for i := range keys {
		keys[i] = usageRecord.Key(u, count(i))
	}
	return keys
}

// UsageIn is the sum of such records. One that is damaged counts as nothing.
func UsageIn(records []transport.Record) (sum Usage) {
	for _, r := range records {
		if one, err := record.Value[Usage](r); r.Version > 0 && err == nil {
			sum = sum.Plus(one)
		}
	}
	return sum
}

// UsageOf returns the user whose a count is, by its key.
func UsageOf(key string) (u collection.UserID, err error) {
	user, _, _ := strings.Cut(strings.TrimPrefix(key, usageRecord.Under()), "/")
	if u.UnmarshalText([]byte(user)) != nil {
		err = transport.At(transport.ErrStorage, key)
	}
	return u, err
}

// UsageUnder is how the keys of all counts begin.
func UsageUnder() string { return usageRecord.Under() }

// charge counts in a transaction what it stores more for an author, or removes.
func (k *Core) charge(ctx context.Context, tx *record.Tx, author collection.UserID, at byte, more Usage) error {
	if k == nil || !k.Cache {
		return nil
	}
	return k.count(ctx, tx, author, at, more)
}

// count is charge, at a peer, too.
func (k *Core) count(ctx context.Context, tx *record.Tx, user collection.UserID, at byte, more Usage) error {
	if more == (Usage{}) {
		return nil
	}
	key := usageRecord.Key(user, count(at))
	now, _, err := record.Load[Usage](ctx, tx, key)
	if err != nil && !record.Damaged(err, key) {
		return err
	}
	if now = now.Plus(more); now == (Usage{}) {
		tx.Set(key, nil)
		return nil
	}
	return tx.Encode(key, now)
}

// charge counts what a state has become, if its author may use as much.
func (s *step) charge(ctx context.Context, name collection.Name, was engine.Parts) error {
	more := grown(was, s.parts)
	if s.left != nil {
		if err := s.left.Takes(more); err != nil {
			return err
		}
	}
	return s.core.charge(ctx, s.tx, name.Author, name.ID[0], more)
}

// grown is by how much a state has become more.
func grown(was, now engine.Parts) Usage {
	more := Usage{States: sizeOfParts(now) - sizeOfParts(was)}
	if len(was) == 0 {
		more.Collections = 1
	}
	return more
}

func sizeOfParts(parts engine.Parts) (n int64) {
	for name, value := range parts {
		n += int64(len(name) + len(value))
	}
	return n
}

// chargeVersion counts a version in place of what is recorded of it, which may be nothing,
// and nothing more of a part.
func (k *Core) chargeVersion(ctx context.Context, tx *record.Tx, was transport.Record, size int64) error {
	if k == nil || !k.Cache {
		return nil
	}
	author, d, err := parseOf(versionRecord, was.Key)
	if err != nil {
		return err
	}
	more := Usage{Versions: size}
	if old, err := readVersion(was); was.Version > 0 && err == nil {
		more.Versions -= old.size
	}
	part, err := partIn(ctx, tx, unfinishedRecord.Key(author, d))
	if err != nil {
		return err
	}
	if part.Version > 0 {
		more.Parts = -readPart(part.Value).size
		tx.Set(part.Key, nil)
	}
	return k.charge(ctx, tx, author, d[0], more)
}

// Left is what a user may still use of a station: the limits, of which a negative one is
// none, and what is used.
type Left struct{ Limits, Used Usage }

// Takes returns a *transport.QuotaError if there is not as much left.
func (l Left) Takes(more Usage) error {
	for _, err := range []error{
		Within("collections", l.Used.Collections, more.Collections, l.Limits.Collections),
		Within("bytes of collections", l.Used.States, more.States, l.Limits.States),
		Within("bytes of versions", l.Used.Versions, more.Versions, l.Limits.Versions),
		Within("bytes of unfinished versions", l.Used.Parts, more.Parts, l.Limits.Parts),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// NoLimits bound nothing.
var NoLimits = Usage{-1, -1, -1, -1}

// left returns what an author may still use.
func (k *Core) left(ctx context.Context, author collection.UserID) (Left, error) {
	if k.Left == nil {
		return Left{Limits: NoLimits}, nil
	}
	return k.Left(ctx, author)
}

// takesAny refuses versions where none can be taken, before they are sent: all that a new
// collection offers, and what is missing of one that is known.
func (l Left) takesAny(versions []transport.Bits) error {
	for _, items := range versions {
		if !items.IsEmpty() {
			return l.Takes(Usage{Versions: 1})
		}
	}
	return nil
}
