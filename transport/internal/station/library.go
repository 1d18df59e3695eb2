package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
)

// Statements returns the key statements that a reader of a collection needs.
type Statements func(ctx context.Context, s engine.State) ([][]byte, error)

// Whole returns a collection to a user who may read it; of one that has ended, nothing but
// the Ends to others than the author.
func (k *Server) Whole(ctx context.Context, by collection.UserID, name collection.Name, keys Statements) (transport.State, error) {
	s, answer, err := k.read(ctx, by, name, keys)
	if err == nil && engine.Shows(s, by) {
		answer.Collection, err = s.Collection.MarshalBinary()
	}
	return answer, err
}

// Changes returns what changes of a collection to a user who may read it, likewise.
func (k *Server) Changes(ctx context.Context, by collection.UserID, name collection.Name, keys Statements) (transport.State, error) {
	s, answer, err := k.read(ctx, by, name, keys)
	if err == nil && engine.Shows(s, by) {
		answer.Updates, err = collection.EncodeUpdates(s.Collection.Updates())
	}
	return answer, err
}

// read returns what is known of a collection, and what is told of it beside.
func (k *Server) read(ctx context.Context, by collection.UserID, name collection.Name, keys Statements) (engine.State, transport.State, error) {
	s, err := k.core.Read(ctx, by, name)
	if err != nil {
		return s, transport.State{}, err
	}
	statements, err := keys(ctx, s)
	answer := transport.State{Edition: s.Collection.EditionDigest(), Keys: statements}
	if engine.Shows(s, by) {
		answer.Sources = k.sources(s)
	}
	if err == nil {
		answer.Ends, err = encodeEnds(s.Collection)
	}
	return s, answer, err
}

// sources are those of a collection, and the station itself where it serves what it has not
// announced.
func (k *Server) sources(s engine.State) []transport.Source {
	if k.core.Serves != nil {
		if own := k.core.Serves(s); !own.Items.IsEmpty() {
			return append(slices.Clip(s.Sources), own)
		}
	}
	return s.Sources
}

// library is what Lacking reads from.
type library interface {
	Collection(ctx context.Context, name collection.Name) (transport.State, error)
	Updates(ctx context.Context, name collection.Name) (transport.State, error)
}

// Lacking implements transport.Library.Collections by what a station returns of single ones.
func Lacking(ctx context.Context, from library, asked []transport.Known) iter.Seq2[transport.State, error] {
	return func(yield func(transport.State, error) bool) {
		if len(asked) > transport.MaxCollections {
			yield(transport.State{}, transport.At(transport.ErrTooLarge, "collections"))
			return
		}
		for _, known := range asked {
			if s, err := lacking(ctx, from, known); !yield(s, err) || ctx.Err() != nil {
				return
			}
		}
	}
}

func lacking(ctx context.Context, from library, known transport.Known) (transport.State, error) {
	if !known.Edition.IsZero() {
		if s, err := from.Updates(ctx, known.Name()); err != nil || s.Edition == known.Edition {
			return s, err
		}
	}
	return from.Collection(ctx, known.Name())
}

// encodeEnds returns what of a collection that has ended is for all its readers.
func encodeEnds(c collection.Collection) (ends [][]byte, err error) {
	for e := range c.Ends() {
		data, err := e.MarshalBinary()
		if err != nil {
			return nil, err
		}
		ends = append(ends, data)
	}
	return ends, nil
}

// Partial opens a partial version, from an offset on, for a user who may read
// the collection. Complete versions are never returned in this way, and what is withdrawn
// to its author alone.
func (k *Server) Partial(ctx context.Context, by collection.UserID, ref transport.Ref, offset int64) (*transport.Stream, error) {
	s, err := k.core.Read(ctx, by, ref.Collection)
	if err != nil {
		return nil, err
	}
	switch {
	case !engine.Shows(s, by):
		return nil, transport.ErrEnded
	case by == ref.Collection.Author:
		return k.open(ctx, s, ref, offset)
	}
	return k.PartialOf(ctx, s, ref, offset)
}

// PartialOf is Partial for one who may read the collection, and is not its author.
func (k *Server) PartialOf(ctx context.Context, s engine.State, ref transport.Ref, offset int64) (*transport.Stream, error) {
	if item, ok := s.Collection.Index(ref.Item); ok {
		if _, rank := s.Collection.At(item); rank.Withdrawn() {
			return nil, transport.At(transport.ErrWithdrawn, "item "+ref.Item.String())
		}
	}
	return k.open(ctx, s, ref, offset)
}

// open opens a partial version.
func (k *Server) open(ctx context.Context, s engine.State, ref transport.Ref, offset int64) (*transport.Stream, error) {
	if offset < 0 {
		return nil, transport.At(transport.ErrMalformed, "offset")
	}
	item, ok := s.Collection.Index(ref.Item)
	if !ok || ref.Version < 0 || ref.Version >= len(s.Collection.Ladder())-1 {
		return nil, transport.ErrNotFound
	}
	b, err := k.core.Versions.Open(ctx, s.Collection, item, ref.Version)
	switch {
	case errors.Is(err, transport.ErrNotFound) && s.Awaits(item, ref.Version):
		return nil, transport.ErrPending
	case errors.Is(err, transport.ErrNotFound):
		return nil, transport.ErrNotFound
	case err != nil:
		return nil, err
	}
	if offset > b.Size() {
		return nil, errors.Join(transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", b.Size())), b.Close())
	}
	d, _ := s.Collection.Digest(item, ref.Version) // it has one, else it were not here
	return &transport.Stream{ReadCloser: section{io.NewSectionReader(b, offset, b.Size()-offset), b}, Size: b.Size(), Digest: d}, nil
}

type section struct {
	io.Reader
	io.Closer
}

// Cover returns the smallest version of the item that stands for a collection, or
// nothing where it is not here or the collection's seals do not stand any more. The error
// wraps transport.ErrPending while it has still to come.
func (k *Server) Cover(ctx context.Context, name collection.Name) ([]byte, error) {
	s, err := k.core.Load(ctx, name)
	if errors.Is(err, transport.ErrSeal) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !engine.Shows(s, collection.UserID{}) {
		return nil, nil
	}
	data, err := cover.Read(ctx, s.Collection, k.core.Versions.Open)
	if err == nil && data == nil && s.Awaits(cover.Item(s.Collection), 0) {
		err = transport.ErrPending
	}
	return data, err
}
