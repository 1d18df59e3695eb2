package hub

import (
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Stations ask the hub of whom keys were stopped since a number. Each time that somebody's
// are, in one transaction with what stops them, the user moves to the end of one list, by
// the next number. So a look at the list from a number on finds all who matter, in all
// processes of the hub, and nobody else.

// noteStopped notes that keys of a user count no more. The number is the next one or, if
// that is later, the time in milliseconds: a hub that goes on with an older copy of its
// store does not repeat the numbers that stations have heard.
func noteStopped(ctx context.Context, tx *record.Tx, user collection.UserID, now time.Time) error {
	latest, err := records.NumberIn(ctx, tx, records.Revoked.Key())
	if err != nil {
		return err
	}
	before, err := records.NumberIn(ctx, tx, records.Revoked.Key(user))
	if err != nil {
		return err
	}
	if before > 0 {
		tx.Set(records.Stopped.Key(before), nil)
	}
	next := max(latest+1, records.Number(max(now.UnixMilli(), 0)))
	tx.Set(records.Revoked.Key(), next.Value())
	tx.Set(records.Revoked.Key(user), next.Value())
	tx.Set(records.Stopped.Key(next), user[:])
	return nil
}

// KeyNews implements transport.KeyNewsSource.
func (s session) KeyNews(ctx context.Context, asked transport.KeyNewsRequest) (transport.KeyNews, error) {
	return station.Inside(&s.hub.drain, func() (transport.KeyNews, error) {
		if len(asked.Users) > transport.MaxKeyNewsUsers {
			return transport.KeyNews{}, transport.At(transport.ErrTooLarge, "users")
		}
		news, err := s.hub.users.stopped(ctx, records.Number(asked.After))
		if err != nil {
			return news, err
		}
		if news.Statements, err = s.hub.users.ofAuthority(); err != nil {
			return news, err
		}
		for _, user := range asked.Users {
			on, err := s.hub.users.statementsOn(ctx, user)
			if err != nil {
				return news, err
			}
			news.Statements = append(news.Statements, on...)
		}
		return news.Sign(ctx, asked, s.hub.accounts.signer)
	})
}

// stopped lists of whom keys were stopped after a number.
func (u *users) stopped(ctx context.Context, after records.Number) (news transport.KeyNews, err error) {
	latest, err := records.NumberIn(ctx, u.cfg.Store, records.Revoked.Key()) // before the list, which may be longer by then
	if err != nil || latest <= after {
		return transport.KeyNews{Number: uint64(latest)}, err
	}
	last := latest
	for r, err := range record.Walk(ctx, u.cfg.Store, records.Stopped.Under(), records.Stopped.Key(after), transport.MaxKeyNews) {
		switch {
		case record.Damaged(err, r.Key) || err == nil && len(r.Value) != len(collection.UserID{}):
			u.cfg.Log.Error("record damaged", "key", r.Key) // it keeps no other back
			continue
		case err != nil:
			return news, err
		}
		news.Changed = append(news.Changed, transport.MarkOf(collection.UserID(r.Value)))
		last = records.NumberOf(r.Key)
	}
	news.More = len(news.Changed) == transport.MaxKeyNews && last < latest
	if !news.More {
		last = max(last, latest)
	}
	news.Number = uint64(last)
	return news, nil
}
