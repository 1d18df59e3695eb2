package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// What a Directory that is not the hub's own says of keys is kept, so that the
// hub verifies after a start what it has verified before.

// learn takes what a Directory that is not the hub's own says of keys, as far as it is
// news: what the authority does not vouch for is left out.
func (u *users) learn(ctx context.Context, statements [][]byte) error {
	var said []signature.KeyStatement
	var names []string
	var rosters []signature.Roster
	for _, data := range statements {
		word, err := station.ReadWord(data)
		switch {
		case err != nil:
			audit.Log(u.cfg.Log, audit.KeyRefused, "error", err)
		case word.Roster != nil:
			rosters = append(rosters, *word.Roster)
		default:
			said, names = append(said, word.Statement), append(names, records.Key.Key(collection.KeyID(word.Statement.Key.ID())))
		}
	}
	kept, err := u.cfg.Store.Get(ctx, names...)
	for i, s := range said {
		if err == nil {
			err = u.learnOne(ctx, kept[i], s)
		}
	}
	for _, r := range rosters {
		if err == nil {
			err = u.learnRoster(ctx, r)
		}
	}
	return err
}

// learnRoster keeps a roster unless it is kept already.
func (u *users) learnRoster(ctx context.Context, r signature.Roster) error {
	kept, err := record.Get(ctx, u.cfg.Store, records.Root.Key(collection.UserID(r.User)))
	if err != nil {
		return err
	}
	if word, err := station.ReadWord(kept.Value); err == nil && word.Roster != nil && word.Roster.Number >= r.Number && word.Roster.By.Equal(r.By) {
		return nil
	}
	_, err = record.Update(ctx, u.cfg.Store, func(tx *record.Tx) error {
		_, err := u.accounts.setRoster(ctx, tx, r)
		return err
	})
	if errors.Is(err, signature.ErrKey) || errors.Is(err, signature.Err) {
		audit.Log(u.cfg.Log, audit.KeyRefused, "error", err)
		err = nil
	}
	return err
}

// learnOne keeps a statement if it is news to what is kept of its key.
func (u *users) learnOne(ctx context.Context, kept transport.Record, s signature.KeyStatement) error {
	if news, err := u.isNews(ctx, kept, s); err != nil || !news {
		return err
	}
	if err := u.keys.check(ctx, station.Word{Statement: s}); err != nil {
		audit.Log(u.cfg.Log, audit.KeyRefused, "error", err)
		return ctx.Err()
	}
	data, err := s.MarshalBinary()
	if err != nil {
		return err
	}
	_, err = record.Update(ctx, u.cfg.Store, func(tx *record.Tx) error {
		kept, err := record.Get(ctx, tx, kept.Key)
		if err != nil {
			return err
		}
		if news, err := u.isNews(ctx, kept, s); err != nil || !news {
			return err
		}
		if s.Role == signature.RoleUser {
			if err := u.bound(ctx, tx, s, data); err != nil {
				u.cfg.Log.Warn("key statement refused", "error", err)
				return ctx.Err()
			}
		}
		tx.Set(kept.Key, data)
		if s.Role == signature.RoleRevoked {
			return noteStopped(ctx, tx, s.User, u.cfg.Now())
		}
		return nil
	})
	return err
}

// bound refuses a statement on another key than the one to which a user is bound, and
// notes it as that one if there is none.
func (u *users) bound(ctx context.Context, tx *record.Tx, s signature.KeyStatement, data []byte) error {
	root, err := record.Get(ctx, tx, records.Root.Key(collection.UserID(s.User)))
	if err != nil {
		return err
	}
	word, err := station.ReadWord(root.Value)
	switch {
	case root.Version == 0 || err == nil && u.keys.check(ctx, word) != nil:
		tx.Set(root.Key, data)
		return nil
	case err != nil:
		return transport.At(transport.ErrStorage, root.Key)
	}
	if known, other := word.Key(s.Key.ID()); other || !known.Equal(s.Key) {
		return &signature.ChangedError{User: s.User, Key: s.Key.ID(), KnownUser: s.User, KnownKey: known.ID()}
	}
	return nil
}

// isNews reports whether a statement says something else than what is kept of its
// key, and counts rather than that. A roster that lists the key says it all, but that it
// is revoked.
func (u *users) isNews(ctx context.Context, kept transport.Record, s signature.KeyStatement) (bool, error) {
	counts, err := u.keys.hold(ctx, s.Key.ID(), kept)
	if err != nil || !counts {
		return err == nil, err
	}
	known, err := station.ReadWord(kept.Value)
	if err != nil {
		return false, transport.At(transport.ErrStorage, kept.Key)
	}
	if s.User != known.User() {
		audit.Log(u.cfg.Log, audit.KeyRefused, "error", &signature.ChangedError{
			User: s.User, Key: s.Key.ID(), KnownUser: known.User(), KnownKey: s.Key.ID(),
		})
		return false, nil
	}
	if known.Roster != nil {
		return s.Role == signature.RoleRevoked, nil
	}
	old := known.Statement
	same := s.Role == old.Role && s.From.Equal(old.From) && s.Until.Equal(old.Until)
	return !same && s.Supersedes(old), nil
}
