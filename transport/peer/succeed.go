package peer

import (
	"context"
	"errors"
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

// shareReplaced shares with the hub what a successor, which it has, replaces and was never
// shared, from the successor back: without that it does not know that what is replaced in turn
// is of the same album, and goes on showing it to those who are left out. What is replaced is
// no news by then. After an error, what is left is shared when the successor is published again.
func (p *Author) shareReplaced(ctx context.Context, c collection.Collection) error {
	left := slices.Collect(c.Replaces())
	for i := 0; i < len(left); i++ {
		s, err := p.core.Load(ctx, collection.Name{Author: p.user, ID: left[i]})
		if errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrSeal) { // of those nothing is said
			continue
		}
		if err == nil && s.Sealed && len(s.Collection.Header().AuthoritySeal) == 0 {
			err = p.notifyHub(ctx, s.Collection.Name())
		}
		if err != nil {
			return err
		}
		for id := range s.Collection.Replaces() {
			if !slices.Contains(left, id) {
				left = append(left, id)
			}
		}
	}
	return nil
}
