package station

import (
	"bytes"
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// Intake takes versions of a collection as they come in one stream, and stores those that
// came together at once. It is not safe for concurrent use.
type Intake struct {
	core    *Core
	by      collection.UserID // zero = the station gets them itself
	c       collection.Collection
	got     []transport.Bits // nil = nothing
	arrived arrivals
}

// Intake begins to take versions of a collection that somebody brings, or the station gets
// itself if that is nobody.
func (k *Core) Intake(by collection.UserID, c collection.Collection) *Intake {
	return &Intake{core: k, by: by, c: c, arrived: arrivals{core: k}}
}

// Take takes a frame if its bytes are those of the author's digest; at the latest after
// Store the version is here. Of a small one that breaks off nothing is kept.
func (t *Intake) Take(ctx context.Context, f transport.Frame) error {
	var r io.Reader = f
	if f.Size <= maxSmall {
		data := make([]byte, f.Size)
		if _, err := io.ReadFull(f, data); err != nil {
			return err
		}
		r = bytes.NewReader(data)
	}
	return t.receive(ctx, f, r)
}

// receive takes a frame, whose data are r.
func (t *Intake) receive(ctx context.Context, f transport.Frame, r io.Reader) error {
	_, err := t.core.Versions.receive(ctx, t.by, t.c, f.Item, f.Version, f.Offset, r, t.arrived.keep(ctx))
	if err == nil && t.got == nil {
		t.got = make([]transport.Bits, len(t.c.Ladder()))
	}
	if err == nil {
		t.got[f.Version] = t.got[f.Version].Add(f.Item)
	}
	return err
}

// Store makes what was taken durable, with the state that says so.
func (t *Intake) Store(ctx context.Context) error {
	if t.got == nil {
		return nil
	}
	_, err := t.step(ctx, false)
	return err
}

// step steps that what was taken is here, and whether more is coming.
func (t *Intake) step(ctx context.Context, more bool) (Result, error) {
	r, err := t.core.do(ctx, t.c.Name(), doing{}, t.core.stored(ctx, engine.Stored{Versions: t.got, More: more}, t.arrived.changes...))
	if err == nil {
		*t = *t.core.Intake(t.by, t.c)
	}
	return r, err
}
