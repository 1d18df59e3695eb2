package hub

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
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
	return s.answer(ctx, "share", func() (keep.Result, error) { return s.share(ctx, share) })
}

// Upload implements transport.Station.
func (s session) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return s.answer(ctx, "upload", func() (keep.Result, error) {
		r, err := s.keeper.Upload(ctx, s.user, name, stream)
		if err != nil {
			return r, err
		}
		return s.resolved(ctx, name, r)
	})
}

// wake wakes those who were told something, and the postman: there may be
// letters.
func (h *Hub) wake(told []collection.UserID) {
	h.bell.Ring(told...)
	h.bell.Ring(postman)
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
	if err == nil {
		r, err = s.keeper.Gather(ctx, r, s.cfg.Originals)
	}
	end(err)
	s.wake(r.Told)
	if err != nil {
		return transport.Answer{}, err
	}
	if len(r.Answer.Collection)+len(r.Answer.Updates) > 0 {
		r.Answer.Keys, err = s.statements(ctx, r.State) // others of the user's stations may have sealed
	}
	return *r.Answer, err
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
	s.wake(r.Told)
	return n, err
}

// Collection implements transport.Library.
func (s session) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return inside(s.Hub, func() (transport.State, error) { return s.keeper.Whole(ctx, s.user, name, s.statements) })
}

// Updates implements transport.Library.
func (s session) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return inside(s.Hub, func() (transport.State, error) { return s.keeper.Changes(ctx, s.user, name, s.statements) })
}

// Version implements transport.Library. Complete versions are not the hub's to
// give, whatever it may hold.
func (s session) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return s.stream(func() (*transport.Stream, error) { return s.keeper.Partial(ctx, s.user, ref, offset) })
}
