package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Usage is what a hub keeps for one user, beside the quotas that the user has.
type Usage struct {
	User        collection.UserID
	Collections int64
	States      int64 // bytes
	Versions    int64 // bytes
	Parts       int64 // bytes
	Quotas      Quotas
}

// Share is the greatest part that is used of a quota: 1 = all of it.
func (u Usage) Share() float64 {
	share := 0.0
	for _, of := range [][2]int64{
		{u.Collections, u.Quotas.Collections}, {u.States, u.Quotas.States}, {u.Versions, u.Quotas.Versions}, {u.Parts, u.Quotas.Parts},
	} {
		if of[1] > 0 {
			share = max(share, float64(of[0])/float64(of[1]))
		}
	}
	return share
}

// UserQuotas are for who operates a hub: what each user uses, and may. It is safe for
// concurrent use. Errors are those of the store.
type UserQuotas struct{ hub *Hub }

// Quotas says what each user uses, and may.
func (h *Hub) Quotas() *UserQuotas { return &UserQuotas{h} }

// Usage returns what is kept for a user.
func (q *UserQuotas) Usage(ctx context.Context, user collection.UserID) (Usage, error) {
	used, own, err := q.hub.quotas.usage(ctx, user)
	return Usage{user, used.Collections, used.States, used.Versions, used.Parts, own}, err
}

// Set sets quotas of a user that are not those of Config; what is 0 in them is as there.
func (q *UserQuotas) Set(ctx context.Context, user collection.UserID, own Quotas) error {
	change := transport.Change{Key: records.Quotas.Key(user)}
	if own != (Quotas{}) {
		data, err := transport.Encode(own)
		if err != nil {
			return err
		}
		change.Value = data
	}
	return record.Put(ctx, q.hub.cfg.Store, change)
}

// Near lists users who use at least a share of one of their quotas, such as 0.9, in the
// order of their ids, of which at most limit come after a user: the next page begins with
// the last of this one. It reads what is counted of all users up to there.
func (q *UserQuotas) Near(ctx context.Context, share float64, after collection.UserID, limit int) (near []Usage, err error) {
	from := station.UsageUnder() + after.String() + "~" // "~" is behind all that a key is made of
	last := after
	for r, err := range record.Walk(ctx, q.hub.cfg.Store, station.UsageUnder(), from, 0) {
		if err != nil && !record.Damaged(err, r.Key) {
			return near, err
		}
		user, err := station.UsageOf(r.Key)
		if err != nil || user == last {
			continue // one of several counts of a user
		}
		last = user
		u, err := q.Usage(ctx, user)
		if err != nil {
			return near, err
		}
		if u.Share() >= share {
			near = append(near, u)
		}
		if len(near) == limit {
			break
		}
	}
	return near, nil
}

// Consent says that a user wants what another one shares, however much that is. What was
// held back of it goes into the user's feed.
func (q *UserQuotas) Consent(ctx context.Context, user, from collection.UserID) error {
	return q.hub.drain.Do(func() error { return q.hub.core.Server.Consent(ctx, user, from) })
}

// HeldBack lists whose collections are held back from a user, until the user consents, each
// once and in the order of their ids; at most limit, that come after one.
func (q *UserQuotas) HeldBack(ctx context.Context, user, after collection.UserID, limit int) ([]collection.UserID, error) {
	return q.hub.core.Server.HeldBack(ctx, user, after, limit)
}
