package hub

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// spent is what a user has used of something that is bounded in a day. The day begins with
// the first use.
type spent struct {
	Since int64 `cbor:"1,keyasint"` // seconds since 1970
	Used  int64 `cbor:"2,keyasint"`
}

const day = 24 * time.Hour

// over is when the day is over.
func (s spent) over() time.Time { return time.Unix(s.Since, 0).Add(day) }

// spentOn returns what was used in the day that is now, for ever if it has no end.
func (q *quotas) spentOn(ctx context.Context, from record.Getter, key string, forEver bool) (spent, error) {
	s, _, err := record.Load[spent](ctx, from, key)
	now := q.now()
	if record.Damaged(err, key) || err == nil && !forEver && (now.Unix() < s.Since || !now.Before(s.over())) {
		s, err = spent{}, nil // a clock may have been set back
	}
	if s.Since == 0 {
		s.Since = now.Unix()
	}
	return s, err
}

// The kinds of what is spent.
const (
	spentAddresses records.Name = "addresses"
	spentSame      records.Name = "address"
	spentLetters   records.Name = "letters"
	spentLettersTo records.Name = "letters-to"
	spentFailed    records.Name = "failed"
	spentTemporary records.Name = "temporary"
)

// spend uses some of what a user may use in a day; the error is a *transport.QuotaError if
// there is not as much left.
func (q *quotas) spend(ctx context.Context, tx *record.Tx, key, what string, more, limit int64, forEver bool) error {
	if limit < 0 || more == 0 {
		return nil
	}
	s, err := q.spentOn(ctx, tx, key, forEver)
	if err == nil {
		err = station.Within(what, s.Used, more, limit)
	}
	if err != nil {
		return err
	}
	s.Used += more
	return tx.Encode(key, s)
}

// makes counts temporary accounts that the hub makes for an author.
func (q *quotas) makes(ctx context.Context, tx *record.Tx, author collection.UserID, accounts int64) error {
	own, err := q.of(ctx, tx, author)
	if err != nil {
		return err
	}
	return q.spend(ctx, tx, records.Spent.Key(author, spentTemporary), "temporary accounts", accounts, own.Temporary, true)
}

// names counts mail addresses that an author's collection names for the first time.
func (q *quotas) names(ctx context.Context, tx *record.Tx, author collection.UserID, named []records.Hash) error {
	keys := make([]string, len(named))
	for i, hash := range named {
		keys[i] = records.Spent.Key(author, spentSame, hash)
	}
	if err := tx.Fetch(ctx, keys...); err != nil { // all at once
		return err
	}
	own, err := q.of(ctx, tx, author)
	if err == nil {
		err = q.spend(ctx, tx, records.Spent.Key(author, spentAddresses), "mail addresses in a day", int64(len(named)), own.Addresses, false)
	}
	for _, key := range keys {
		if err != nil {
			break
		}
		err = q.spend(ctx, tx, key, "collections in a day for one mail address", 1, own.SameAddress, false)
	}
	return err
}

// mayWrite returns when letters for an author may go out: now, or if there have been enough,
// when the day is over.
func (q *quotas) mayWrite(ctx context.Context, tx *record.Tx, author collection.UserID) (time.Time, error) {
	own, err := q.of(ctx, tx, author)
	if err != nil || own.Letters < 0 {
		return q.now(), err
	}
	s, err := q.spentOn(ctx, tx, records.Spent.Key(author, spentLetters), false)
	if err == nil && s.Used >= own.Letters {
		return s.over(), nil
	}
	return q.now(), err
}

// wrote counts letters that go out for an author now.
func (q *quotas) wrote(ctx context.Context, tx *record.Tx, author collection.UserID, letters int) error {
	return q.count(ctx, tx, records.Spent.Key(author, spentLetters), int64(letters))
}

// count uses some of what is bounded in a day, whatever is left of it.
func (q *quotas) count(ctx context.Context, tx *record.Tx, key string, more int64) error {
	if more == 0 {
		return nil
	}
	s, err := q.spentOn(ctx, tx, key, false)
	if err != nil {
		return err
	}
	s.Used += more
	return tx.Encode(key, s)
}
