package peer

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Open opens a version of an item that is to be shared, by its place in the
// ladder. The error wraps transport.ErrNotFound if there is none.
type Open func(ctx context.Context, item collection.ItemID, version int) (transport.Blob, error)

// Make makes a collection of the peer's user, with copies of all versions that
// open has, and seals it. It fills in the ID, unless it is given, the author and
// the time. Publish then publishes it, and makes partial versions that are
// missing if there is a Renderer.
//
// With b.Replaces it makes a successor of collections that are known here, as
// collection.Succeed does: of items that are in these, nothing is opened, and what is held
// of them is held of the successor. What was withdrawn there is withdrawn again. Publish
// says anew what is complete, and shares what was replaced and never published; after that,
// End ends what was replaced.
//
// Errors are those of open, of collection.New and Succeed, transport.ErrNotFound for what is
// to be replaced and is not known here, and those of the store.
func (p *Author) Make(ctx context.Context, h collection.Header, b collection.Body, open Open) (collection.Name, error) {
	return station.Inside(&p.drain, func() (collection.Name, error) {
		h.Author, h.Created = p.user, p.cfg.Now()
		was, err := p.predecessors(ctx, b.Replaces)
		if err != nil {
			return collection.Name{}, err
		}
		c, err := p.draft(ctx, h, b, was, open)
		if err == nil {
			c, err = c.Sign(ctx, p.signer, p.cfg.Now())
		}
		if err == nil {
			c, err = p.withdrawAgain(ctx, c, was)
		}
		if err == nil {
			err = p.fill(ctx, c, newOnly(was, open))
		}
		return c.Name(), err
	})
}

// fill stores the versions of a collection that was made here, and then the
// collection.
func (p *Author) fill(ctx context.Context, c collection.Collection, open Open) error {
	for i := range c.Len() {
		for v := range len(c.Ladder()) {
			if d, ok := c.Digest(i, v); !ok || d.IsZero() {
				continue
			}
			if err := p.fillOne(ctx, c, i, v, open); err != nil && !errors.Is(err, transport.ErrNotFound) {
				return err
			}
		}
	}
	held, err := p.core.Versions.Held(ctx, c)
	if err != nil {
		return err
	}
	return p.keepMade(ctx, c, held)
}

// keepMade stores a collection that was made here, after its versions.
func (p *Author) keepMade(ctx context.Context, c collection.Collection, held []transport.Bits) error {
	_, err := p.core.Step(ctx, c.Name(), engine.Updated{Collection: c})
	if err == nil {
		_, err = p.core.Step(ctx, c.Name(), engine.Stored{Versions: held})
	}
	return err
}

func (p *Author) fillOne(ctx context.Context, c collection.Collection, i, v int, open Open) error {
	id, _ := c.At(i)
	b, err := open(ctx, id, v)
	if err != nil {
		return err
	}
	return errors.Join(p.core.Versions.Import(ctx, c, i, v, io.NewSectionReader(b, 0, b.Size())), b.Close())
}
