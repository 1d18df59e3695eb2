package peer

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// Originals implements transport.BulkOriginals.
func (h home) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	if err := h.drain.Enter(); err != nil {
		return nil, err
	}
	state, err := h.read(ctx, name, -1)
	if err == nil && items.IsEmpty() {
		err = transport.At(transport.ErrMalformed, "no items")
	}
	items = items.And(transport.AllBits(state.Collection.Len()))
	if err == nil && h.withholdsAny(state, items) {
		state, err = h.afresh(ctx, name, -1)
	}
	if err == nil {
		items, err = h.servable(ctx, state, items)
	}
	if err != nil {
		h.drain.Leave()
		return nil, err
	}
	caller := h.standing()
	return &writing{write: func(w io.Writer) error { return h.writeOriginals(ctx, name, items, caller.to(w)) }, end: h.drain.Leave}, nil
}

func (h home) withholdsAny(state engine.State, items transport.Bits) bool {
	for i := range items.Places() {
		if h.isWithheld(state, i) {
			return true
		}
	}
	return false
}

// servable returns those of some items whose originals are here and for the caller, in few
// looks: it may ask for many others.
func (h home) servable(ctx context.Context, state engine.State, items transport.Bits) (transport.Bits, error) {
	wanted := make([]transport.Bits, len(state.Collection.Ladder()))
	last := len(wanted) - 1
	for i := range items.Places() {
		if !h.isWithheld(state, i) {
			wanted[last] = wanted[last].Add(i)
		}
	}
	held, err := h.core.Versions.HeldOf(ctx, state.Collection, wanted)
	if err != nil {
		return nil, err
	}
	return held[last], nil
}

// writeOriginals writes those of the items that are for the caller when it is their turn: a
// label may have come meanwhile, or the end, or a successor without the caller.
func (h home) writeOriginals(ctx context.Context, name collection.Name, items transport.Bits, w io.Writer) error {
	out := transport.NewOriginalsWriter(w)
	for i := range items.Places() {
		state, err := h.shown(ctx, name, -1)
		if err != nil {
			return err
		}
		if h.isWithheld(state, i) {
			continue
		}
		if err := h.writeOriginal(ctx, state.Collection, i, out); err != nil {
			return err
		}
	}
	return nil
}

// writeOriginal writes an original, or nothing where it cannot be served.
func (h home) writeOriginal(ctx context.Context, c collection.Collection, item int, out *transport.OriginalsWriter) error {
	tree, blob, err := h.openOriginal(ctx, c, item)
	if err == nil {
		defer blob.Close()
		err = looksWell(tree, blob, 0)
	}
	switch {
	case err == nil:
		return out.Original(item, tree, blob)
	case ctx.Err() != nil:
		return ctx.Err()
	case !errors.Is(err, transport.ErrNotFound):
		h.cfg.Log.Error("an original cannot be served", "collection", c.Name(), "place", item, "error", err)
	}
	return nil
}
