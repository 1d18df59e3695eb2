package station

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Latest returns at most n entries of a user's feed, the latest first, of those with numbers
// below another one, 0 = of all. It does not wait, and what goes with entries is left out:
// covers, and collections.
func Latest(ctx context.Context, k *Server, to collection.UserID, below uint64, n int) (latest []transport.Entry, err error) {
	if below == 0 {
		key := feedRecord.Key(to)
		head, _, err := record.Load[feedHead](ctx, k.core.Store, key)
		if err != nil && !record.Damaged(err, key) {
			return nil, err
		}
		below = head.Last + 1
	}
	for span := uint64(2 * n); len(latest) < n && below > 1; span *= 2 { // what has changed often leaves gaps
		from := below - min(span, below-1)
		listed, err := k.listed(ctx, to, from-1, int(below-from))
		if err != nil {
			return nil, err
		}
		listed = slices.DeleteFunc(listed, func(at listedEntry) bool { return at.number >= below })
		for len(listed) > 0 && len(latest) < n {
			some := listed[max(0, len(listed)-n):]
			listed = listed[:len(listed)-len(some)]
			if latest, err = k.appendEntries(ctx, latest, to, some); err != nil {
				return nil, err
			}
		}
		below = from
	}
	return latest[:min(n, len(latest))], nil
}

// appendEntries appends the entries that are listed, the last first.
func (k *Server) appendEntries(ctx context.Context, all []transport.Entry, to collection.UserID, listed []listedEntry) ([]transport.Entry, error) {
	in := record.Reading(k.core.Store)
	if err := in.Fetch(ctx, entryKeys(to, listed)...); err != nil {
		return nil, err
	}
	for _, at := range slices.Backward(listed) {
		e, there, err := k.entryAt(ctx, in, to, at, at.number, nil, false, false)
		if err != nil {
			return nil, err
		}
		if there {
			all = append(all, e)
		}
	}
	return all, nil
}
