package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/cover"
)

// Statements returns the key statements that a reader of a collection needs.
type Statements func(ctx context.Context, s engine.State) ([][]byte, error)

// Whole returns a collection to a user who may read it.
func (k *Core) Whole(ctx context.Context, by collection.UserID, name collection.Name, keys Statements) (transport.State, error) {
	s, err := k.Read(ctx, by, name)
	if err != nil {
		return transport.State{}, err
	}
	answer, err := answerWith(ctx, s, keys)
	if err != nil {
		return answer, err
	}
	answer.Collection, err = s.Collection.MarshalBinary()
	return answer, err
}

// Changes returns what changes of a collection to a user who may read it.
func (k *Core) Changes(ctx context.Context, by collection.UserID, name collection.Name, keys Statements) (transport.State, error) {
	s, err := k.Read(ctx, by, name)
	if err != nil {
		return transport.State{}, err
	}
	answer, err := answerWith(ctx, s, keys)
	if err != nil {
		return answer, err
	}
	answer.Updates, err = Updates(s.Collection)
	return answer, err
}

func answerWith(ctx context.Context, s engine.State, keys Statements) (transport.State, error) {
	statements, err := keys(ctx, s)
	return transport.State{Edition: s.Collection.EditionDigest(), Sources: s.Sources, Keys: statements}, err
}

// Updates returns the updates of a collection in their binary form.
func Updates(c collection.Collection) ([][]byte, error) {
	var all [][]byte
	for u := range c.Updates() {
		data, err := u.MarshalBinary()
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// Partial opens a partial version, from an offset on, for a user who may read
// the collection. Complete versions are never given in this way.
func (k *Core) Partial(ctx context.Context, by collection.UserID, ref transport.Ref, offset int64) (*transport.Stream, error) {
	s, err := k.Read(ctx, by, ref.Collection)
	if err != nil {
		return nil, err
	}
	return k.PartialOf(ctx, s, ref, offset)
}

// PartialOf is Partial for one who may read the collection.
func (k *Core) PartialOf(ctx context.Context, s engine.State, ref transport.Ref, offset int64) (*transport.Stream, error) {
	if offset < 0 {
		return nil, transport.At(transport.ErrMalformed, "offset")
	}
	item, ok := s.Collection.Index(ref.Item)
	if !ok || ref.Version < 0 || ref.Version >= len(s.Collection.Ladder())-1 {
		return nil, transport.ErrNotFound
	}
	b, err := k.Open(ctx, s.Collection, item, ref.Version)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, transport.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if offset > b.Size() {
		return nil, errors.Join(transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", b.Size())), b.Close())
	}
	return &transport.Stream{ReadCloser: section{io.NewSectionReader(b, offset, b.Size()-offset), b}, Size: b.Size()}, nil
}

type section struct {
	io.Reader
	io.Closer
}

// Cover returns the smallest version of the item that stands for a collection, or
// nothing where it is not here or the collection's seals do not stand any more.
func (k *Core) Cover(ctx context.Context, name collection.Name) ([]byte, error) {
	s, err := k.Load(ctx, name)
	if errors.Is(err, transport.ErrSeal) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return cover.Read(ctx, s.Collection, k.Open)
}

// Poll returns what look finds for a user, at once if there is any, else after the
// next Wake, or nothing when the time is over or the station is closing.
func (b *Broadcast) Poll(ctx context.Context, u collection.UserID, wait time.Duration, closing <-chan struct{}, look func() ([]transport.Delivery, error)) (transport.Deliveries, error) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		news := b.Wait(u) // before looking, so that nothing falls between
		all, err := look()
		if err != nil || len(all) > 0 {
			return transport.Deliveries{Waiting: all}, err
		}
		select {
		case <-news:
		case <-timer.C:
			return transport.Deliveries{}, nil
		case <-closing:
			return transport.Deliveries{}, nil
		case <-ctx.Done():
			return transport.Deliveries{}, ctx.Err()
		}
	}
}
