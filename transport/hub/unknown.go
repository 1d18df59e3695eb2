package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
)

// unknownIn returns the first recipients of a collection who have no account here, so that
// its author is told: who has mistyped an id, or shares with somebody who was deleted, hears
// that nobody gets anything. One record is looked up for each of the first thousand
// recipients, all in one look. A Directory that is not the hub's own does not say who there
// is: then nobody is named.
func (u *users) unknownIn(ctx context.Context, c collection.Collection) (unknown []collection.UserID, err error) {
	if !u.own() || c.Ended() {
		return nil, nil
	}
	var users []collection.UserID
	var keys []string
	for user := range c.Recipients() {
		if len(users) == lookups {
			break
		}
		users, keys = append(users, user), append(keys, records.Person.Key(user))
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := u.cfg.Store.Get(ctx, keys...)
	if errors.Is(err, transport.ErrStorage) { // the share goes on, also where an account is damaged
		u.cfg.Log.Error("not looked up which recipients there are", "error", err)
		return nil, nil
	}
	for i, r := range found {
		if r.Version == 0 && len(unknown) < transport.MaxUnknown {
			unknown = append(unknown, users[i])
		}
	}
	return unknown, err
}
