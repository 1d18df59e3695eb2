package hub

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"math"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// session is the hub as it is for one user.
type session struct {
	hub  *Hub
	user collection.UserID
}

// listing is session whose feed can be read from its end, too.
type listing struct{ session }

// Share implements transport.ShareReceiver.
func (s session) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return s.answer(ctx, func() (station.Result, error) {
		r, err := s.noted(ctx, share)
		if err != nil {
			return r, err
		}
		return s.announceClaim(ctx, r), nil
	})
}

// noted is share that notes what is claimed with it.
func (s session) noted(ctx context.Context, share transport.Share) (station.Result, error) {
	r, err := s.share(ctx, share)
	if err == nil {
		s.hub.claims.note(s.user, r.State.Collection.Name(), share)
	}
	if err == nil && s.user == r.State.Collection.Author() {
		r.Answer.Unknown, err = s.hub.unknownIn(ctx, r.State.Collection)
	}
	if err == nil && r.New {
		e := event.Of(event.Shared, r.State.Collection.Name())
		e.User = s.user
		s.hub.tell(e)
	}
	return r, err
}

// Push implements transport.ShareReceiver.
func (s session) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	return s.answer(ctx, func() (station.Result, error) {
		r, err := s.noted(ctx, share)
		if err == nil {
			r, err = s.hub.core.Server.Push(ctx, s.user, r, share, stream)
		}
		if err != nil {
			return r, err
		}
		return s.announceClaim(ctx, r), nil
	})
}

// Upload implements transport.ShareReceiver.
func (s session) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return s.answer(ctx, func() (station.Result, error) {
		r, err := s.hub.core.Server.Upload(ctx, s.user, name, stream)
		if err != nil {
			return r, err
		}
		return s.announceClaim(ctx, r), nil
	})
}

// Announce implements transport.Announcer.
func (s session) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return s.answer(ctx, func() (station.Result, error) { return s.announce(ctx, a) })
}

// answer does a piece of work, and then has those told whom it tells something.
func (s session) answer(ctx context.Context, work func() (station.Result, error)) (transport.Answer, error) {
	return station.Inside(&s.hub.drain, func() (answer transport.Answer, err error) {
		err = s.hub.core.Answer(func() error {
			answer, err = s.answerTo(ctx, work)
			return err
		})
		return answer, err
	})
}

func (s session) answerTo(ctx context.Context, work func() (station.Result, error)) (transport.Answer, error) {
	if err := s.hub.users.know(ctx, s.user); err != nil {
		return transport.Answer{}, err
	}
	r, err := work()
	if err == nil {
		r, err = s.follow(ctx, r)
	}
	if err != nil {
		return transport.Answer{}, err
	}
	if len(r.Answer.Collection)+len(r.Answer.Updates) > 0 {
		r.Answer.Keys, err = s.hub.users.statementsFor(ctx, s.user, r.State, lookups) // others of the user's stations may have sealed
	}
	return *r.Answer, err
}

// follow does what follows a step: the collection's addresses are resolved, and
// what is wanted of peers is fetched.
func (s session) follow(ctx context.Context, r station.Result) (station.Result, error) {
	if err := s.hub.addresses.resolveIn(ctx, r.State.Collection); err != nil {
		return r, err
	}
	return s.hub.core.Gather(ctx, r, s.hub.core.Peers.Reach)
}

// statements returns the key statements that the user needs to read a collection.
func (s session) statements(ctx context.Context, state engine.State) ([][]byte, error) {
	return s.hub.users.statementsFor(ctx, s.user, state, math.MaxInt)
}

// PutVersion implements transport.ResumableUploader.
func (s session) PutVersion(ctx context.Context, ref transport.Ref, offset int64, data io.Reader) (int64, error) {
	return station.Inside(&s.hub.drain, func() (int64, error) {
		_, n, err := s.hub.core.Server.Put(ctx, s.user, ref, offset, data)
		return n, err
	})
}

// Collection implements transport.Library.
func (s session) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	return station.Inside(&s.hub.drain, func() (transport.State, error) { return s.hub.core.Server.Whole(ctx, s.user, name, s.statements) })
}

// Updates implements transport.Library.
func (s session) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	return station.Inside(&s.hub.drain, func() (transport.State, error) { return s.hub.core.Server.Changes(ctx, s.user, name, s.statements) })
}

// Collections implements transport.Library.
func (s session) Collections(ctx context.Context, asked []transport.Known) iter.Seq2[transport.State, error] {
	return station.Lacking(ctx, s, asked)
}

// Version implements transport.Library. Complete versions are not the hub's to
// serve, whatever it may hold. What has expired is asked of those who serve the item.
func (s session) Version(ctx context.Context, ref transport.Ref, offset int64) (*transport.Stream, error) {
	h := s.hub
	return h.drain.Stream(func() (*transport.Stream, error) { return h.core.Peers.Recall(ctx, h.running, s.user, ref, offset) })
}

// Versions implements transport.Library.
func (s session) Versions(ctx context.Context, name collection.Name, version int, held transport.Bits) (io.ReadCloser, error) {
	h := s.hub
	return h.drain.Reader(func() (io.ReadCloser, error) {
		if err := h.core.Peers.RecallAll(ctx, s.user, name, version, held); err != nil {
			return nil, err
		}
		return h.core.Server.Pull(ctx, s.user, name, version, held, h.cfg.Wait, h.running.Done())
	})
}

// Changes implements transport.Feed.
func (s session) Changes(ctx context.Context, request transport.ChangesRequest) (transport.Changes, error) {
	h := s.hub
	return h.drain.Changes(func() (transport.Changes, error) {
		return h.core.Server.Feed(ctx, s.user, request, s.statements, h.cfg.Wait, h.running.Done())
	})
}

// Latest returns at most n entries of the user's feed, the latest first, of those with numbers
// below another one, 0 = of all, for pages that list a user's collections. It does not wait for
// news, and covers and collections are left out.
func (s listing) Latest(ctx context.Context, below uint64, n int) ([]transport.Entry, error) {
	return station.Inside(&s.hub.drain, func() ([]transport.Entry, error) {
		return station.Latest(ctx, s.hub.core.Server, s.user, below, n)
	})
}

// Heads returns what an album goes on in that the user's feed has, in the order in which it was
// made; nothing where its author has replaced nothing of it.
func (s listing) Heads(ctx context.Context, of collection.Name) ([]collection.Name, error) {
	return station.Inside(&s.hub.drain, func() (heads []collection.Name, err error) {
		all, err := station.Heads(ctx, s.hub.core.Server, s.user, of)
		for _, name := range all {
			there, failed := station.InFeed(ctx, record.Reading(s.hub.cfg.Store), s.user, name)
			if there {
				heads = append(heads, name)
			}
			err = cmp.Or(err, failed)
		}
		return heads, err
	})
}

// VerifySeal implements transport.RemoteVerifier with the keys that the hub knows.
func (s session) VerifySeal(ctx context.Context, request transport.VerifyRequest) (transport.VerifyResponse, error) {
	user, key, err := s.hub.Keys().Verify(ctx, request.Type, request.Statement, request.Seal, request.IssuedAt())
	if err == nil {
		return transport.VerifyResponse{User: user, Key: key}, nil
	}
	for outcome := transport.Unsigned; outcome <= transport.Expired; outcome++ {
		v := transport.VerifyResponse{Outcome: outcome}
		if errors.Is(err, v.Err()) {
			return v, nil
		}
	}
	if errors.Is(err, collection.ErrSeal) {
		return transport.VerifyResponse{Outcome: transport.BadSeal}, nil
	}
	return transport.VerifyResponse{}, err
}

// NewIdentifiers implements transport.IDAllocator.
func (s session) NewIdentifiers(ctx context.Context, n int) (transport.Identifiers, error) {
	return station.Inside(&s.hub.drain, func() (transport.Identifiers, error) {
		switch {
		case ctx.Err() != nil:
			return transport.Identifiers{}, ctx.Err()
		case n < 0:
			return transport.Identifiers{}, transport.At(transport.ErrMalformed, "items")
		case n > transport.MaxIdentifiers:
			return transport.Identifiers{}, transport.At(transport.ErrTooLarge, "items")
		}
		ids := transport.Identifiers{Items: make([]collection.ItemID, n)}
		_, err := io.ReadFull(s.hub.cfg.Random, ids.Collection[:])
		for i := 0; i < n && err == nil; i++ {
			_, err = io.ReadFull(s.hub.cfg.Random, ids.Items[i][:])
		}
		return ids, err
	})
}
