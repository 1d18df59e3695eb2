package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What a Directory that is not the hub's own says of keys is kept, so that the
// hub verifies after a start what it has verified before.

// learn takes what a Directory that is not the hub's own says of keys, as far as it is
// news: what the authority does not vouch for is left out.
func (u *users) learn(ctx context.Context, statements [][]byte) error {
	var said []signature.KeyStatement
	var names []string
	for _, data := range statements {
		var s signature.KeyStatement
		if err := s.UnmarshalBinary(data); err != nil {
			audit.Log(u.cfg.Log, audit.KeyRefused, "error", err)
			continue
		}
		said, names = append(said, s), append(names, records.Key.Key(collection.KeyID(s.Key.ID())))
	}
	kept, err := u.cfg.Store.Get(ctx, names...)
	for i, s := range said {
		if err == nil {
			err = u.learnOne(ctx, kept[i], s)
		}
	}
	return err
}

// learnOne keeps a statement if it is news to what is kept of its key.
func (u *users) learnOne(ctx context.Context, kept transport.Record, s signature.KeyStatement) error {
	if news, err := u.isNews(ctx, kept, s); err != nil || !news {
		return err
	}
	if err := u.keys.check(ctx, s); err != nil {
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
		tx.Set(kept.Key, data)
		return nil
	})
	return err
}

// isNews reports whether a statement says something else than what is kept of its
// key, and counts rather than that.
func (u *users) isNews(ctx context.Context, kept transport.Record, s signature.KeyStatement) (bool, error) {
	counts, err := u.keys.hold(ctx, s.Key.ID(), kept)
	if err != nil || !counts {
		return err == nil, err
	}
	var known signature.KeyStatement
	if err := known.UnmarshalBinary(kept.Value); err != nil {
		return false, transport.At(transport.ErrStorage, kept.Key)
	}
	if s.User != known.User {
		audit.Log(u.cfg.Log, audit.KeyRefused, "error", &signature.ChangedError{
			User: s.User, Key: s.Key.ID(), KnownUser: known.User, KnownKey: s.Key.ID(),
		})
		return false, nil
	}
	same := s.Role == known.Role && s.From.Equal(known.From) && s.Until.Equal(known.Until)
	return !same && s.Supersedes(known), nil
}
