package station

import (
	"context"
	"errors"
	"io"
	"math"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// Share verifies and steps a share of c, which the message holds, by an
// authenticated user.
func (k *Server) Share(ctx context.Context, by collection.UserID, c collection.Collection, share transport.Share) (Result, error) {
	v, err := k.core.Verify(ctx, c)
	if err != nil {
		return Result{}, err
	}
	c, sealed := v.Collection, v.Sealed
	e := engine.Shared{By: by, Collection: c, Sealed: sealed, Share: share}
	if err := engine.Admit(engine.State{}, e); err != nil { // whatever is known of it
		return Result{}, transport.Wrap(err)
	}
	r, err := k.core.DoVerified(ctx, v, func(s engine.State) (engine.Event, error) {
		if err := engine.Admit(s, e); err != nil {
			return nil, err
		}
		if e.Held, err = k.heldFor(ctx, s, latest(s, c, sealed)); err != nil {
			return nil, err
		}
		e.Complete, e.Sources, err = k.core.Elsewhere(ctx, c)
		return e, err
	})
	if err != nil {
		return r, err
	}
	if r.Answer.Parts, err = k.core.Versions.Parts(ctx, r.State.Collection, r.Answer.Missing); err != nil {
		return r, err
	}
	return r, agreed(&r, share.Collection)
}

// heldFor is Held of c, as the collection is known then. What has come for another
// item or collection, and is held for this one as well from now on, expires as if
// it had come now.
func (k *Server) heldFor(ctx context.Context, s engine.State, c collection.Collection) ([]transport.Bits, error) {
	held, err := k.core.Versions.Held(ctx, c)
	if err != nil {
		return nil, err
	}
	also := make([]transport.Bits, len(held))
	for v := range held {
		also[v] = held[v].Without(s.HeldOf(v))
	}
	return held, k.core.stamp(ctx, c, also)
}

// latest is the edition whose digests count: who shares may have an older one
// than is known here. What the rules refuse may be any.
func latest(s engine.State, c collection.Collection, sealed bool) collection.Collection {
	switch {
	case s.Known() && !sealed:
		return s.Collection
	case s.Sealed:
		if merged, _, err := s.Collection.Merge(c); err == nil {
			return merged
		}
	}
	return c
}

// agreed puts the collection into an answer unless it is what was sent.
func agreed(r *Result, sent []byte) error {
	data, err := r.State.Collection.MarshalBinary()
	if err == nil && string(data) != string(sent) {
		r.Answer.Collection = data
	}
	return err
}

// Upload takes the versions of a stream, and the author's seal, in a collection
// that the user may complete. What came whole before an error stays.
func (k *Server) Upload(ctx context.Context, by collection.UserID, name collection.Name, stream io.Reader) (Result, error) {
	s, err := k.mayUpload(ctx, by, name)
	if err != nil {
		return Result{}, err
	}
	if err := k.core.stamp(ctx, s.Collection, s.Asked); err != nil {
		return Result{}, err
	}
	in := transport.NewUploadReader(stream)
	got, err := k.takeFrames(ctx, s, in)
	ctx = context.WithoutCancel(ctx) // what has come counts, though its sender be gone
	r, stepErr := k.core.Do(ctx, name, k.core.stored(ctx, got))
	if err := errors.Join(err, stepErr); err != nil {
		return r, err
	}
	if seal := in.Seal(); len(seal.Seal) > 0 {
		told := r.Notified
		if r, err = k.seal(ctx, name, seal); err != nil {
			return r, err
		}
		r.Notified = append(told, r.Notified...)
	}
	a := r.State.Answer()
	r.Answer = &a
	known, err := s.Collection.MarshalBinary()
	if err == nil {
		err = agreed(&r, known)
	}
	return r, err
}

func (k *Server) mayUpload(ctx context.Context, by collection.UserID, name collection.Name) (engine.State, error) {
	s, err := k.core.Read(ctx, by, name)
	if err != nil {
		return s, err
	}
	if !engine.MayComplete(s.Collection, by) {
		return s, transport.ErrForbidden
	}
	return s, nil
}

// takeFrames stores the versions of an upload and says which came whole.
func (k *Server) takeFrames(ctx context.Context, s engine.State, in *transport.UploadReader) ([]transport.Bits, error) {
	got := make([]transport.Bits, len(s.Collection.Ladder()))
	for {
		f, err := in.Next()
		if errors.Is(err, io.EOF) {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		if err := k.takeFrame(ctx, s, f.Item, f.Version, f.Offset, f); err != nil {
			return got, err
		}
		got[f.Version] = got[f.Version].Add(f.Item)
	}
}

func (k *Server) takeFrame(ctx context.Context, s engine.State, item, version int, offset int64, r io.Reader) error {
	switch {
	case s.HasAsked(item, version): // all of these were stamped at once
	case k.core.Rules.Takes(s, item, version):
		if err := k.core.stamp(ctx, s.Collection, one(item, version)); err != nil {
			return err
		}
	case s.Holds(item, version):
		return nil // sent again after its answer was lost
	default:
		return transport.At(transport.ErrNotAsked, place(s.Collection, item, version))
	}
	_, err := k.core.Versions.Receive(ctx, s.Collection, item, version, offset, r)
	return err
}

// one is the set of one version of one item.
func one(item, version int) []transport.Bits {
	sets := make([]transport.Bits, version+1)
	sets[version] = transport.BitsOf(item)
	return sets
}

// Put takes one version from an offset on.
func (k *Server) Put(ctx context.Context, by collection.UserID, ref transport.Ref, offset int64, data io.Reader) (Result, int64, error) {
	s, err := k.mayUpload(ctx, by, ref.Collection)
	if err != nil {
		return Result{}, 0, err
	}
	item, ok := s.Collection.Index(ref.Item)
	if ok && s.Holds(item, ref.Version) { // sent again, or its twin has come
		size, err := k.core.Versions.size(ctx, s.Collection, item, ref.Version)
		return Result{State: s}, size, err
	}
	if !ok || !s.HasAsked(item, ref.Version) && !k.core.Rules.Takes(s, item, ref.Version) {
		return Result{}, 0, transport.At(transport.ErrNotAsked, ref.Item.String())
	}
	got := one(item, ref.Version)
	if err := k.core.stamp(ctx, s.Collection, got); err != nil {
		return Result{}, 0, err
	}
	n, err := k.core.Versions.Receive(ctx, s.Collection, item, ref.Version, offset, data)
	if err != nil {
		return Result{}, n, err
	}
	ctx = context.WithoutCancel(ctx) // it has come, though its sender be gone
	r, err := k.core.Do(ctx, ref.Collection, k.core.stored(ctx, got))
	return r, n, err
}

// seal takes the author's seal over the edition as it is known here.
func (k *Server) seal(ctx context.Context, name collection.Name, seal transport.AuthorSeal) (Result, error) {
	return k.core.Do(ctx, name, func(s engine.State) (engine.Event, error) {
		if seal.Issued > math.MaxInt32<<8 {
			return nil, transport.At(transport.ErrMalformed, "issued")
		}
		var issued time.Time
		if seal.Issued > 0 {
			issued = time.Unix(int64(seal.Issued), 0)
		}
		c, err := s.Collection.WithSeal(seal.Seal, issued)
		if err != nil {
			return nil, err
		}
		v, err := k.core.Verify(ctx, c)
		return engine.Sealed{Collection: v.Collection}, err
	})
}
