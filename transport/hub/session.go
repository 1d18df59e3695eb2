package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/keep"
)

// session is the hub as it is for one user.
type session struct {
	*Hub
	user collection.UserID
}

// Share implements transport.Station.
func (s session) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return s.answer(ctx, "share", func() (keep.Result, error) { return s.keeper.Share(ctx, s.user, share) })
}

// Upload implements transport.Station.
func (s session) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return s.answer(ctx, "upload", func() (keep.Result, error) { return s.keeper.Upload(ctx, s.user, name, stream) })
}

// answer does a piece of work and wakes those whom it tells something.
func (s session) answer(ctx context.Context, what string, work func() (keep.Result, error)) (transport.Answer, error) {
	if err := s.door.Enter(); err != nil {
		return transport.Answer{}, err
	}
	defer s.door.Leave()
	if err := s.know(ctx, s.user); err != nil {
		return transport.Answer{}, err
	}
	end := s.cfg.Hooks.Begin(what, s.cfg.Now)
	r, err := work()
	end(err)
	s.bell.Ring(r.Told...)
	if err != nil {
		return transport.Answer{}, err
	}
	return *r.Answer, nil
}

// PutVersion implements transport.Putter.
func (s session) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	if err := s.door.Enter(); err != nil {
		return 0, err
	}
	defer s.door.Leave()
	end := s.cfg.Hooks.Begin("put", s.cfg.Now)
	r, n, err := s.keeper.Put(ctx, s.user, ref, offset, data)
	end(err)
	s.bell.Ring(r.Told...)
	return n, err
}

// Collection implements transport.Library.
func (s session) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	state, err := s.keeper.Read(ctx, s.user, name)
	if err != nil {
		return transport.State{}, err
	}
	answer, err := s.state(ctx, state)
	if err != nil {
		return answer, err
	}
	answer.Collection, err = state.Collection.MarshalBinary()
	return answer, err
}

// Updates implements transport.Library.
func (s session) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	state, err := s.keeper.Read(ctx, s.user, name)
	if err != nil {
		return transport.State{}, err
	}
	answer, err := s.state(ctx, state)
	if err != nil {
		return answer, err
	}
	answer.Updates, err = updates(state.Collection)
	return answer, err
}

func (s session) state(ctx context.Context, state engine.State) (transport.State, error) {
	keys, err := s.statements(ctx, state)
	return transport.State{Edition: state.Collection.EditionDigest(), Sources: state.Sources, Keys: keys}, err
}

// statements gives the key statements that the user needs: those of author and
// completers, to verify, and the user's own, to show.
func (s session) statements(ctx context.Context, state engine.State) ([][]byte, error) {
	users := append([]collection.UserID{s.user, state.Collection.Author()}, slices.Collect(state.Collection.Completers())...)
	slices.SortFunc(users, func(a, b collection.UserID) int { return slices.Compare(a[:], b[:]) })
	var all [][]byte
	for _, u := range slices.Compact(users) {
		keys, err := s.cfg.Directory.KeyStatements(ctx, u)
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	return all, nil
}

func updates(c collection.Collection) ([][]byte, error) {
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

// Version implements transport.Library. Complete versions are not the hub's to
// give, whatever it may hold.
func (s session) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	state, err := s.keeper.Read(ctx, s.user, ref.Collection)
	if err != nil {
		return nil, err
	}
	item, ok := state.Collection.Index(ref.Item)
	if !ok || ref.Version < 0 || ref.Version >= len(state.Collection.Ladder())-1 {
		return nil, transport.ErrNotFound
	}
	b, err := s.keeper.Open(ctx, state.Collection, item, ref.Version)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, transport.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset > b.Size() {
		return nil, errors.Join(transport.At(transport.ErrOffset, fmt.Sprintf("%d bytes are stored", b.Size())), b.Close())
	}
	return &transport.Stream{ReadCloser: section{io.NewSectionReader(b, offset, b.Size()-offset), b}, Size: b.Size()}, nil
}

type section struct {
	io.Reader
	io.Closer
}
