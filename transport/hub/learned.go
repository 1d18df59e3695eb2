package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
)

// What a Directory that is not the hub's own says of keys is kept, so that the
// hub verifies after a start what it has verified before.

// load fills the keyring with what Directories have said, and forgets what the
// authority of now does not vouch for.
func (u *users) load(ctx context.Context) error {
	var forget []transport.Change
	for r, err := range u.cfg.Store.Scan(ctx, records.Learned.Under()) {
		if err != nil {
			return err
		}
		var s signature.KeyStatement
		if s.UnmarshalBinary(r.Value) != nil || u.keys.Add(ctx, s) != nil {
			forget = append(forget, transport.Change{Key: r.Key})
		}
	}
	if err := ctx.Err(); err != nil || len(forget) == 0 {
		return err
	}
	return u.cfg.Store.Apply(ctx, forget...)
}

// learn takes what a Directory that is not the hub's own says of keys.
func (u *users) learn(ctx context.Context, statements [][]byte) error {
	for _, data := range statements {
		if err := u.learnOne(ctx, data); err != nil {
			return err
		}
	}
	return nil
}

// learnOne takes one statement, if it is news, into the keyring, and keeps it. What
// the keyring refuses is left out.
func (u *users) learnOne(ctx context.Context, data []byte) error {
	var s signature.KeyStatement
	if err := s.UnmarshalBinary(data); err != nil {
		u.cfg.Log.Warn("key statement refused", "error", err)
		return nil
	}
	key := records.Learned.Key(collection.UserID(s.User), collection.KeyID(s.Key.ID()))
	if news, err := u.isNews(ctx, key, s); err != nil || !news {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if news, err := u.isNews(ctx, key, s); err != nil || !news {
		return err
	}
	if err := u.keys.Add(ctx, s); err != nil {
		u.cfg.Log.Warn("key statement refused", "error", err)
		return ctx.Err()
	}
	return u.cfg.Store.Apply(ctx, transport.Change{Key: key, Value: data})
}

// isNews reports whether a statement says something else than what is kept of its
// key, and counts rather than that.
func (u *users) isNews(ctx context.Context, key string, s signature.KeyStatement) (bool, error) {
	data, err := u.cfg.Store.Get(ctx, key)
	var kept signature.KeyStatement
	switch {
	case errors.Is(err, transport.ErrNotFound):
		return true, nil
	case err != nil:
		return false, err
	case kept.UnmarshalBinary(data) != nil:
		return true, nil
	}
	same := s.Role == kept.Role && s.From.Equal(kept.From) && s.Until.Equal(kept.Until)
	return !same && s.Supersedes(kept), nil
}
