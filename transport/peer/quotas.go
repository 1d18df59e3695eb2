package peer

import (
	"cmp"
	"context"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Quotas bound what a peer keeps of versions that have not come whole, where one that is
// coming counts as whole, and of collections that others than their authors tell of. What is over one is refused with a *transport.QuotaError, before
// its bytes come. 0 is the default, and a negative number no bound. What others bring never
// counts for the peer's own user.
type Quotas struct {
	// Parts is how many bytes of them one other user has brought; 0 = 8 GiB.
	Parts int64
	// OthersParts is how many all other users have brought together; 0 = 32 GiB.
	OthersParts int64
	// OwnParts is how many bytes of them the peer's own user has brought, or the peer has
	// begun to fetch; 0 = 256 GiB.
	OwnParts int64
	// PartAge is for how long one stays of which nothing more has begun to come; 0 = 30
	// days, negative = for ever.
	PartAge time.Duration
	// PassedOn is how many collections the peer takes from other users' peers than their
	// authors', who pass them on: see Reader.ReceiveFrom; 0 = 4096. PassedOnItems is how many
	// items they have together; 0 = 1,048,576. Those of one author are a quarter of that.
	PassedOn, PassedOnItems int64
}

func (q Quotas) withDefaults() Quotas {
	q.Parts = cmp.Or(q.Parts, 8<<30)
	q.OthersParts = cmp.Or(q.OthersParts, 32<<30)
	q.OwnParts = cmp.Or(q.OwnParts, 256<<30)
	q.PartAge = cmp.Or(q.PartAge, 30*24*time.Hour)
	q.PassedOn = cmp.Or(q.PassedOn, 4096)
	q.PassedOnItems = cmp.Or(q.PassedOnItems, 1<<20)
	return q
}

// left returns what a user may still have the peer keep of versions that are not whole: of
// two bounds, the one that is nearer.
func (p *base) left(ctx context.Context, user collection.UserID) (station.Left, error) {
	q := p.cfg.Quotas
	if user == p.user {
		return p.partsLeft(ctx, user, q.OwnParts)
	}
	one, err := p.partsLeft(ctx, user, q.Parts)
	if err != nil {
		return one, err
	}
	others, err := p.partsLeft(ctx, collection.UserID{}, q.OthersParts)
	if q.Parts < 0 || q.OthersParts >= 0 && q.OthersParts-others.Used.Parts < q.Parts-one.Used.Parts {
		one = others
	}
	return one, err
}

// partsLeft is left of one bound.
func (p *base) partsLeft(ctx context.Context, user collection.UserID, limit int64) (station.Left, error) {
	left := station.Left{Limits: station.NoLimits}
	if left.Limits.Parts = limit; limit < 0 {
		return left, nil
	}
	found, err := p.cfg.Store.Get(ctx, station.UsageKeys(user)...)
	left.Used = station.UsageIn(found)
	return left, err
}

// admitParts refuses a stream of versions where nothing more may be kept of one that does not
// come whole.
func (p *Peer) admitParts(ctx context.Context, call transport.Call) error {
	if call.Action != transport.Bring {
		return nil
	}
	left, err := p.left(ctx, call.User)
	if err == nil {
		err = left.Takes(station.Usage{Parts: 1})
	}
	return err
}

// ExpireParts removes what has come of versions that have not come whole, where nothing more
// has begun to come for Quotas.PartAge. Run calls it. Errors are those of the store and of
// ctx.
func (p *Peer) ExpireParts(ctx context.Context) error {
	return p.drain.Do(func() error { return p.core.Expire(ctx, time.Time{}) })
}
