package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/shareclient"
)

// predecessors loads the collections that another is to replace.
func (p *Author) predecessors(ctx context.Context, ids []collection.ID) ([]collection.Collection, error) {
	was := make([]collection.Collection, len(ids))
	for i, id := range ids {
		s, err := p.loadSealed(ctx, collection.Name{Author: p.user, ID: id})
		if err != nil {
			return nil, err
		}
		was[i] = s.Collection
	}
	return was, nil
}

// draft makes a collection without a seal. Of items that are in what it replaces, nothing
// is opened: their digests are known.
func (p *Author) draft(ctx context.Context, h collection.Header, b collection.Body, was []collection.Collection, open Open) (collection.Collection, error) {
	c, err := shareclient.Draft(ctx, p.cfg.Random, h, b, newOnly(was, open))
	if err != nil || len(was) == 0 {
		return c, err
	}
	c, err = collection.Succeed(c.Header(), c.Body(), was...)
	return c, transport.Wrap(err)
}

// newOnly is open of the items that are in none of some collections.
func newOnly(was []collection.Collection, open Open) Open {
	return func(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error) {
		if slices.ContainsFunc(was, func(c collection.Collection) bool { _, in := c.Index(item); return in }) {
			return nil, transport.ErrNotFound
		}
		return open(ctx, item, version)
	}
}

// withdrawAgain withdraws in a successor what was withdrawn in what it replaces.
func (p *Author) withdrawAgain(ctx context.Context, c collection.Collection, was []collection.Collection) (collection.Collection, error) {
	var gone []collection.ItemID
	for _, old := range was {
		for id, rank := range old.Items() {
			if _, in := c.Index(id); in && rank.Withdrawn() {
				gone = append(gone, id)
			}
		}
	}
	if len(gone) == 0 {
		return c, nil
	}
	slices.SortFunc(gone, func(a, b collection.ItemID) int { return slices.Compare(a[:], b[:]) })
	u, err := c.Withdraw(slices.Compact(gone)...)
	if err == nil {
		u, err = u.Sign(ctx, p.signer, p.cfg.Now())
	}
	if err == nil {
		c, _, err = c.Apply(u)
	}
	return c, err
}
