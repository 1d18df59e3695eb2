package peer

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// End ends a collection of the peer's user for good: nobody but the author is served or
// shown anything of it any more, and nothing is said of it. What a successor replaces is
// ended once that is published. Like what Edit says, it is said here first, and then to the
// hub if there is one; after an error of the hub, NotifyHub says it again. An End that is
// there already is none the second time. Errors: transport.ErrForbidden for another's
// collection, and those of transport.ShareReceiver.
func (p *Author) End(ctx context.Context, name collection.Name) error {
	return p.change(ctx, name, func(c collection.Collection) (collection.Collection, error) {
		switch {
		case p.user != c.Author():
			return c, transport.ErrForbidden
		case c.Ended():
			return c, nil
		}
		return c.End(ctx, p.signer, p.cfg.Now())
	})
}

// errEndedBefore is transport.ErrEnded of a collection that was never known here.
var errEndedBefore = fmt.Errorf("%w before it came here", transport.ErrEnded)

// hearEnd takes what a library tells of a collection that has ended, if that is known here;
// of one that is not, nothing is to be had.
func (p *base) hearEnd(ctx context.Context, name collection.Name, s transport.State) error {
	known, err := p.core.Load(ctx, name)
	if errors.Is(err, transport.ErrNotFound) {
		return errEndedBefore
	}
	if err != nil {
		return err
	}
	c, err := withEnds(known.Collection, s.Ends)
	if err != nil {
		return transport.Wrap(err)
	}
	return p.accept(ctx, name, c, transport.State{Keys: s.Keys})
}

// withEnds returns c with Ends that came alone.
func withEnds(c collection.Collection, ends [][]byte) (collection.Collection, error) {
	for _, data := range ends {
		e, err := collection.DecodeEnd(data)
		if err == nil {
			c, err = c.WithEnd(e)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// hasEnded reports whether it is known here, whoever else says so, that a collection has
// ended.
func (p *base) hasEnded(ctx context.Context, name collection.Name) bool {
	s, err := p.core.Load(ctx, name)
	return err == nil && s.Collection.Ended()
}
