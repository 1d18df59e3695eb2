package hub

import (
	"context"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// session is the hub as it is for one user.
type session struct {
	*Hub
	user collection.UserID
}

// Share implements transport.ShareReceiver.
func (s session) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return s.answer(ctx, "share", func() (station.Result, error) { return s.share(ctx, share) })
}

// Upload implements transport.ShareReceiver.
func (s session) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return s.answer(ctx, "upload", func() (station.Result, error) {
		r, err := s.core.Upload(ctx, s.user, name, stream)
		if err != nil {
			return r, err
		}
		return s.resolved(ctx, name, r)
	})
}

// wake wakes those who were told something, and the mailer: there may be
// letters.
func (h *Hub) wake(told []collection.UserID) {
	h.broadcast.Wake(told...)
	h.broadcast.Wake(mailer)
}

// answer does a piece of work and wakes those whom it tells something.
func (s session) answer(ctx context.Context, what string, work func() (station.Result, error)) (transport.Answer, error) {
	if err := s.drain.Enter(); err != nil {
		return transport.Answer{}, err
	}
	defer s.drain.Leave()
	if err := s.know(ctx, s.user); err != nil {
		return transport.Answer{}, err
	}
	end := s.cfg.Hooks.Begin(what, s.cfg.Now)
	r, err := work()
	if err == nil {
		r, err = s.core.Gather(ctx, r, s.cfg.Dial)
	}
	end(err)
	s.wake(r.Notified)
	if err != nil {
		return transport.Answer{}, err
	}
	if len(r.Answer.Collection)+len(r.Answer.Updates) > 0 {
		r.Answer.Keys, err = s.statements(ctx, r.State) // others of the user's stations may have sealed
	}
	return *r.Answer, err
}

// PutVersion implements transport.ResumableUploader.
func (s session) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	if err := s.drain.Enter(); err != nil {
		return 0, err
	}
	defer s.drain.Leave()
	end := s.cfg.Hooks.Begin("put", s.cfg.Now)
	r, n, err := s.core.Put(ctx, s.user, ref, offset, data)
	end(err)
	s.wake(r.Notified)
	return n, err
}

// Collection implements transport.Library.
func (s session) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return inside(s.Hub, func() (transport.State, error) { return s.core.Whole(ctx, s.user, name, s.statements) })
}

// Updates implements transport.Library.
func (s session) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return inside(s.Hub, func() (transport.State, error) { return s.core.Changes(ctx, s.user, name, s.statements) })
}

// Version implements transport.Library. Complete versions are not the hub's to
// give, whatever it may hold.
func (s session) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	return s.stream(func() (*transport.Stream, error) { return s.core.Partial(ctx, s.user, ref, offset) })
}
