package station

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// refusal says who of the readers of a collection reads nothing of it any more, since the
// author goes on without them: rule 20. It is collection.Album.Refuses, of as much of the album
// as is needed for one collection. The zero refusal refuses nobody.
type refusal struct {
	heads    []collection.Collection
	replaced []collection.Collection // of those that readers could have been of
}

// refusalIn returns the refusal in a collection. What has ended shows its End to all.
func (k *Core) refusalIn(ctx context.Context, in *record.Tx, c collection.Collection) (r refusal, err error) {
	if c.Ended() {
		return r, nil
	}
	a, err := k.albumOf(ctx, in, c.Name())
	alone := len(a.heads) == 1 && a.heads[0] == c.Name()
	if err != nil || len(a.heads) == 0 || alone {
		return r, err
	}
	if r.heads, err = k.loadThose(ctx, a.heads); err != nil {
		return r, err
	}
	if slices.Contains(a.heads, c.Name()) {
		r.replaced, err = k.loadThose(ctx, a.replaced)
	} else {
		r.replaced = []collection.Collection{c}
	}
	return r, err
}

// loadThose loads collections, without those that are not there or do not stand any more.
func (k *Core) loadThose(ctx context.Context, names []collection.Name) (all []collection.Collection, err error) {
	for _, name := range names {
		s, err := k.Load(ctx, name)
		switch {
		case err == nil:
			all = append(all, s.Collection)
		case !errors.Is(err, transport.ErrNotFound) && !errors.Is(err, transport.ErrSeal):
			return nil, err
		}
	}
	return all, nil
}

// of reports whether a user is refused.
func (r refusal) of(u collection.UserID) bool {
	return slices.ContainsFunc(r.heads, func(c collection.Collection) bool { return !c.MayRead(u) }) &&
		slices.ContainsFunc(r.replaced, func(c collection.Collection) bool { return c.MayRead(u) })
}

// refuses reports whether one who may read a collection is refused.
func (k *Core) refuses(ctx context.Context, in *record.Tx, u collection.UserID, s engine.State) (bool, error) {
	if u == s.Collection.Author() {
		return false, nil
	}
	r, err := k.refusalIn(ctx, in, s.Collection)
	return err == nil && r.of(u), err
}

// takesFrom refuses the share of one who is refused in what is known of the collection.
func (k *Core) takesFrom(ctx context.Context, by collection.UserID, name collection.Name) error {
	refused, err := k.isRefused(ctx, record.Reading(k.Store), by, name)
	if refused && err == nil {
		err = transport.ErrForbidden
	}
	return err
}

// isRefused is refuses in a collection that need not be loaded for it, mostly.
func (k *Core) isRefused(ctx context.Context, in *record.Tx, u collection.UserID, name collection.Name) (bool, error) {
	if u == name.Author {
		return false, nil
	}
	to, err := k.notRefused(ctx, in, name, []collection.UserID{u})
	return len(to) == 0, err
}

// NotRefused returns those of some readers of a collection who are not refused.
func (p *Peers) NotRefused(ctx context.Context, name collection.Name, users ...collection.UserID) ([]collection.UserID, error) {
	return p.core.notRefused(ctx, record.Reading(p.core.Store), name, users)
}

// notRefused returns those of some users who may be told of a collection.
func (k *Core) notRefused(ctx context.Context, tx *record.Tx, name collection.Name, users []collection.UserID) ([]collection.UserID, error) {
	if a, err := k.albumOf(ctx, tx, name); err != nil || len(a.heads) == 0 {
		return users, err // the album is empty
	}
	s, err := k.Load(ctx, name)
	if errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrSeal) {
		return users, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := k.refusalIn(ctx, tx, s.Collection)
	return slices.DeleteFunc(slices.Clone(users), func(u collection.UserID) bool { return u != name.Author && r.of(u) }), err
}
