package peer

import (
	"context"
	"io"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// View is a collection as a peer's user sees it at one moment. It does not
// change and is safe for concurrent use.
type View struct {
	c        collection.Collection
	verified func() collection.Verified
	state    engine.State
	gate     *label.Gate
	holds    label.Holder // but for what is held
}

// View returns a collection as it is known here, its seals verified. One
// that was handed over without any, by its author, is a draft: all its items are
// labelled until the author's own comes. The error wraps transport.ErrNotFound
// or transport.ErrSeal.
func (p *Reader) View(ctx context.Context, name collection.Name) (*View, error) {
	return p.view(ctx, name)
}

func (p *base) view(ctx context.Context, name collection.Name) (*View, error) {
	state, err := p.core.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	c := state.Collection
	verified := sync.OnceValue(func() collection.Verified {
		report, err := p.core.Report(context.WithoutCancel(ctx), c)
		if err != nil {
			return collection.Verified{} // a key was revoked since
		}
		return report
	})
	holder := label.Holder{Author: p.user == c.Author(), Unaccepted: p.isUnaccepted(c)}
	return &View{c, verified, state, label.NewGate(p.cfg.Policy, c.Kind(), c.Ladder()), holder}, nil
}

// Draft reports whether nobody has sealed the collection yet.
func (v *View) Draft() bool { return v.c.IsDraft() }

// Verified is the collection with the report of who vouches for it, made when it is
// asked for first; zero for a draft, and where a key was revoked since.
func (v *View) Verified() collection.Verified { return v.verified() }

// Collection is the collection.
func (v *View) Collection() collection.Collection { return v.c }

// Sources are the stations that serve originals, as far as is known here.
func (v *View) Sources() []transport.Source { return v.state.Sources }

// Held is the set of the versions of item i that are stored here.
func (v *View) Held(i int) label.Held {
	var held label.Held
	for version := range v.state.Held {
		if v.state.Holds(i, version) {
			held = held.With(version)
		}
	}
	return held
}

// Rights is all that may be done with a version of item i.
func (v *View) Rights(i, version int) label.Rights {
	if v.isOver() {
		return 0
	}
	_, rank := v.Collection().At(i)
	return v.gate.Rights(rank, version, v.holder(i))
}

// mayCome reports whether a version of item i may be fetched now, or as soon as it is there:
// the label of its degree says that it is not.
func (v *View) mayCome(i, version int) bool {
	_, rank := v.c.At(i)
	there, err := label.At(rank.Generation(), version+1)
	return v.Rights(i, version).Has(label.Fetch) ||
		err == nil && v.gate.Rights(rank.Join(there), version, v.holder(i)).Has(label.Fetch)
}

// Check asks the gate: nil, or a *collection.ItemError around a *label.Refusal
// whose text is the note for the user, or around transport.ErrEnded.
func (v *View) Check(i, version int, right label.Rights) error {
	id, _ := v.Collection().At(i)
	if v.isOver() {
		return &collection.ItemError{Item: id, Err: transport.ErrEnded}
	}
	return v.Collection().Check(v.gate, id, right, version, v.holder(i))
}

// isOver reports whether the author has ended the collection, and the user is another.
func (v *View) isOver() bool { return v.c.Ended() && !v.holds.Author }

func (v *View) holder(i int) label.Holder {
	h := v.holds
	h.Held = v.Held(i)
	return h
}

// check returns a view and the place of an item if the gate grants the right.
func (p *Reader) check(ctx context.Context, ref transport.Ref, right label.Rights) (*View, int, error) {
	v, err := p.View(ctx, ref.Collection)
	if err != nil {
		return nil, 0, err
	}
	i, ok := v.Collection().Index(ref.Item)
	if !ok {
		return nil, 0, &collection.ItemError{Item: ref.Item, Err: collection.ErrNoItem}
	}
	return v, i, v.Check(i, ref.Version, right)
}

// Open opens a version that is held here, for viewing. The error wraps
// transport.ErrNotFound if it is not, or is the gate's.
func (p *Reader) Open(ctx context.Context, ref transport.Ref) (transport.Blob, error) {
	v, i, err := p.check(ctx, ref, label.View)
	if err != nil {
		return nil, err
	}
	return p.core.Versions.Open(ctx, v.Collection(), i, ref.Version)
}

// Import stores a version that came by other means, on a disk for example, if
// it is the one whose digest the author has sealed. It causes no request. The
// errors wrap transport.ErrDigest, transport.ErrNotFound (the collection, the
// item, or its digest) or transport.ErrStorage, or are those of data.
func (p *Peer) Import(ctx context.Context, ref transport.Ref, data io.Reader) error {
	return p.drain.Do(func() error {
		v, err := p.view(ctx, ref.Collection)
		if err != nil {
			return err
		}
		i, ok := v.Collection().Index(ref.Item)
		if !ok {
			return &collection.ItemError{Item: ref.Item, Err: collection.ErrNoItem}
		}
		if err := p.core.Versions.Import(ctx, v.Collection(), i, ref.Version, data); err != nil {
			return err
		}
		return p.stored(ctx, ref.Collection, transport.BitsOf(i), ref.Version)
	})
}

// Print writes a version to a printer, and fetches it first if it is not here.
// Errors are the gate's and those of Fetch.
func (p *Reader) Print(ctx context.Context, ref transport.Ref, printer io.Writer) error {
	return p.handOut(ctx, ref, label.Print, printer)
}

// Export writes a version to a program that knows of no labels, and fetches it
// first if it is not here. Errors are the gate's and those of Fetch.
func (p *Reader) Export(ctx context.Context, ref transport.Ref, to io.Writer) error {
	return p.handOut(ctx, ref, label.Export, to)
}

func (p *Reader) handOut(ctx context.Context, ref transport.Ref, right label.Rights, to io.Writer) error {
	v, i, err := p.check(ctx, ref, right)
	if err != nil {
		return err
	}
	if !v.Held(i).Has(ref.Version) {
		if err := p.Fetch(ctx, ref); err != nil {
			return err
		}
	}
	b, err := p.core.Versions.Open(ctx, v.Collection(), i, ref.Version)
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = io.Copy(to, io.NewSectionReader(b, 0, b.Size()))
	return err
}
