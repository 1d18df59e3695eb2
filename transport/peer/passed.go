package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// mayPass refuses a collection that is new here, and that a station of another user than its
// author tells of, where as much has been passed on as Quotas allow, and reports whether it is
// such a one.
func (p *Reader) mayPass(ctx context.Context, n notify.Notification, home transport.Source) (passed bool, err error) {
	if home.URL == "" || home.User == n.Author || n.Author == p.user {
		return false, nil
	}
	if _, err := p.core.Load(ctx, n.Name()); !errors.Is(err, transport.ErrNotFound) {
		return false, err
	}
	q := p.cfg.Quotas
	err = p.passedWithin(ctx, passedRecord.Under(n.Author), quarter(q.PassedOn), quarter(q.PassedOnItems))
	if err == nil {
		err = p.passedWithin(ctx, passedRecord.Under(), q.PassedOn, q.PassedOnItems)
	}
	return true, err
}

// quarter is a quarter of a bound; not above 0 is none.
func quarter(bound int64) int64 {
	if bound > 0 {
		return max(bound/4, 1)
	}
	return bound
}

// passedWithin refuses one more collection where those whose records begin so are at a bound.
func (p *Reader) passedWithin(ctx context.Context, prefix string, most, mostItems int64) error {
	if most <= 0 && mostItems <= 0 {
		return nil
	}
	var collections, items int64
	for r, err := range record.Walk(ctx, p.cfg.Store, prefix, "", 0) {
		var n int64
		if err == nil {
			n, err = record.Value[int64](r)
		}
		if err = p.aside(err, r.Key); err != nil {
			return err
		}
		collections, items = collections+1, items+n
		switch {
		case most > 0 && collections >= most:
			return &transport.QuotaError{What: "collections that others have passed on", Limit: most, Used: collections}
		case mostItems > 0 && items >= mostItems:
			return &transport.QuotaError{What: "items that others have passed on", Limit: mostItems, Used: items}
		}
	}
	return nil
}

// notePassed counts a collection that was passed on.
func (p *Reader) notePassed(ctx context.Context, name collection.Name) error {
	s, err := p.core.Load(ctx, name)
	if err != nil {
		return err
	}
	return record.Set(ctx, p.cfg.Store, passedRecord.Key(name), int64(s.Collection.Len()))
}
