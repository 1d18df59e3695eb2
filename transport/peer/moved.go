package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// moved says of all that was published here that it is served where the peer serves now, if
// that is elsewhere than all know. What fails is said again by the next call.
func (p *Author) moved(ctx context.Context) error {
	key := movedRecord.Key()
	known, err := record.Get(ctx, p.cfg.Store, key)
	if err = p.aside(err, key); err != nil || p.cfg.URL == "" || bytes.Equal(known.Value, p.endpoint) {
		return err
	}
	names, err := p.core.Names(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, name := range names {
		err := p.movedOf(ctx, name)
		if err != nil {
			failed = append(failed, fmt.Errorf("collection %v: %w", name, err))
		}
		if ctx.Err() != nil || errors.Is(err, transport.ErrUnreachable) || errors.Is(err, transport.ErrClosed) {
			break // nobody answers, here or there
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	return record.Put(ctx, p.cfg.Store, transport.Change{Key: key, Value: p.endpoint})
}

// movedOf is moved of one collection. What is held back is not announced by that.
func (p *Author) movedOf(ctx context.Context, name collection.Name) error {
	s, err := p.core.Load(ctx, name)
	if err != nil || !s.Sealed || s.Collection.Ended() || !engine.MayComplete(s.Collection, p.user) {
		return nil // publishing says what is wrong
	}
	items := p.complete(s).And(s.Complete()).Trim()
	if items.IsEmpty() {
		return nil
	}
	if p.toldItself(s) {
		own := p.source()
		own.Items = items
		_, err = p.core.Step(ctx, name, engine.Announced{Source: own})
	}
	if err == nil && p.cfg.Hub != nil && !s.Collection.Authority().IsZero() {
		err = p.announce(ctx, &word{p: p.base, of: name}, name, items)
	}
	if isUnknown(err) || errors.Is(err, transport.ErrEnded) || errors.Is(err, transport.ErrForbidden) || errors.Is(err, transport.ErrWithdrawn) {
		return nil // nobody looks there for it any more
	}
	return err
}

// toldItself reports whether the peer is a source as it knows itself, of which it tells.
func (p *base) toldItself(s engine.State) bool {
	for _, source := range s.Sources {
		e, err := collection.DecodeEndpoint(source.Endpoint)
		if err == nil && e.Key == p.signer.ID() {
			return true
		}
	}
	return false
}
