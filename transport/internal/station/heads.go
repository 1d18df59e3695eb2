package station

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Heads returns what an album goes on in, of which a collection is one: the collections that no
// other replaces, of those that a user may read, in the order in which they were made. There are
// none where the author has replaced nothing of it. Who was left out of any reads none: rule 20.
func Heads(ctx context.Context, k *Server, by collection.UserID, of collection.Name) ([]collection.Name, error) {
	a, err := k.core.albumOf(ctx, record.Reading(k.core.Store), of)
	if err != nil {
		return nil, err
	}
	var heads []collection.Collection
	for _, name := range a.heads {
		s, err := k.core.Read(ctx, by, name)
		switch {
		case err == nil:
			heads = append(heads, s.Collection)
		case !errors.Is(err, transport.ErrNotFound) && !errors.Is(err, transport.ErrSeal):
			return nil, err
		}
	}
	slices.SortFunc(heads, func(a, b collection.Collection) int {
		x, y := a.ID(), b.ID()
		return cmp.Or(a.Header().Created.Compare(b.Header().Created), bytes.Compare(x[:], y[:]))
	})
	names := make([]collection.Name, len(heads))
	for i, c := range heads {
		names[i] = c.Name()
	}
	return names, nil
}
