package peer

import (
	"context"
	"iter"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Storage is what takes room at a peer, and how its user makes some. It is safe for
// concurrent use.
type Storage struct{ *base }

// Storage returns what the peer keeps.
func (p *Peer) Storage() Storage { return Storage{p.base} }

// Room is what one collection takes.
type Room struct {
	Collection collection.Name
	// Versions are the bytes of the versions that are here, by their place in the ladder.
	// What several items have in common counts once in each collection.
	Versions []int64
}

// Rooms lists what each collection takes at the peer, in no order. It looks at each version
// that is here. An error of one collection is yielded with its name, and the others follow.
func (s Storage) Rooms(ctx context.Context) iter.Seq2[Room, error] {
	return func(yield func(Room, error) bool) {
		names, err := s.core.Names(ctx)
		if err != nil {
			yield(Room{}, err)
			return
		}
		for _, name := range names {
			room, err := s.roomOf(ctx, name)
			if !yield(room, err) || ctx.Err() != nil {
				return
			}
		}
	}
}

func (s Storage) roomOf(ctx context.Context, name collection.Name) (Room, error) {
	state, err := s.core.Load(ctx, name)
	if err != nil {
		return Room{Collection: name}, err
	}
	versions, err := station.Room(ctx, s.core, state)
	return Room{name, versions}, err
}

// Drop removes the copies that are here of a version of some items, of all if none is named,
// to make room: they can be fetched again as long as somebody serves them. What another
// collection of the same author has here, too, stays, and so does what another version or
// another item has the same bytes as. The complete versions of what the
// peer's user may complete are not dropped, since others fetch them here: the error wraps
// transport.ErrForbidden. It wraps transport.ErrNotFound for a collection, an item or a
// version that is none. After an error of the store it can be called again.
func (s Storage) Drop(ctx context.Context, name collection.Name, version int, items ...collection.ItemID) error {
	return s.drain.Do(func() error {
		state, err := s.core.Load(ctx, name)
		if err != nil {
			return err
		}
		c := state.Collection
		last := len(c.Ladder()) - 1
		switch {
		case version < 0 || version > last:
			return transport.At(transport.ErrNotFound, "version")
		case version == last && engine.MayComplete(c, s.user):
			return transport.At(transport.ErrForbidden, "others fetch it here")
		}
		sets := make([]transport.Bits, version+1)
		if sets[version], err = placesIn(c, items); err != nil {
			return err
		}
		return station.Drop(ctx, s.core, c, sets)
	})
}

// placesIn returns the set of some items, of all if none is named.
func placesIn(c collection.Collection, items []collection.ItemID) (transport.Bits, error) {
	if len(items) == 0 {
		return transport.AllBits(c.Len()), nil
	}
	var set transport.Bits
	for _, item := range items {
		i, ok := c.Index(item)
		if !ok {
			return nil, transport.At(transport.ErrNotFound, "item "+item.String())
		}
		set = set.Add(i)
	}
	return set, nil
}
