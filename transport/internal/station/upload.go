package station

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Share verifies and steps a share of c, which the message holds or names, by an
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
	if err := k.core.takesFrom(ctx, by, c.Name()); err != nil {
		return Result{}, err
	}
	left, err := k.core.left(ctx, c.Author())
	if err != nil {
		return Result{}, err
	}
	r, err := k.core.do(ctx, c.Name(), doing{verified: &v, left: &left}, func(tx *record.Tx, s engine.State) (engine.Event, error) {
		return k.completed(ctx, tx, s, e, left)
	})
	if err == nil {
		err = left.takesAny(r.Answer.Missing)
	}
	if err != nil {
		return r, err
	}
	if r.Answer.Parts, err = k.core.Versions.Parts(ctx, r.State.Collection, r.Answer.Missing); err != nil {
		return r, err
	}
	if share.Manifest != nil && !r.State.Collection.Ended() {
		r.Answer.Updates, err = beyond(r.State.Collection, share.Updates)
		return r, err
	}
	if err = agreed(&r, share.Collection); err == nil && len(r.Answer.Collection) > 0 && sealed {
		r.sealOnly, err = saysAll(c, r.State.Collection)
	}
	if r.sealOnly && share.From == transport.Peer && r.lacksDigests() {
		r.Answer.Collection = nil // who makes another edition first has no use for a seal on this one
	}
	return r, err
}

// completed returns a share with what the rules must know of what is here.
func (k *Server) completed(ctx context.Context, tx *record.Tx, s engine.State, e engine.Shared, left Left) (engine.Event, error) {
	agreed, err := k.core.Rules.Agreed(s, e)
	if err == nil && !s.Known() {
		err = left.takesAny(e.Share.Offers)
	}
	if err != nil {
		return nil, err
	}
	if e.Held, err = k.heldFor(ctx, tx, s, agreed); err != nil || s.Sealed {
		return e, err // of a sealed one, other collections have told what they know
	}
	e.Complete, e.Sources, err = k.core.elsewhere(ctx, tx, agreed)
	return e, err
}

// lacksDigests reports whether an answer asks for versions that are still to be made.
func (r Result) lacksDigests() bool {
	for v, items := range r.Answer.Missing {
		for i := range items.Places() {
			if _, known := r.State.Collection.Digest(i, v); !known {
				return true
			}
		}
	}
	return false
}

// Push goes on with a push, of whose share r is the result: it takes the stream as
// Upload does, if all that is pushed is asked for. If not, it reads nothing of it, and
// the result stands. The authority's seal is no reason to return the collection: who
// pushes has no use for it.
func (k *Server) Push(ctx context.Context, by collection.UserID, r Result, share transport.Share, stream io.Reader) (Result, error) {
	if r.sealOnly {
		r.Answer.Collection = nil
	}
	if !asksForAll(*r.Answer, engine.Pushed(r.State.Collection, share.Offers)) {
		return r, nil
	}
	up, err := k.Upload(ctx, by, r.State.Collection.Name(), stream)
	if err != nil {
		return up, err
	}
	if len(up.Answer.Collection) == 0 {
		up.Answer.Collection = r.Answer.Collection
	}
	up.Answer.Unknown = r.Answer.Unknown
	up.Answer.Updates = append(r.Answer.Updates, up.Answer.Updates...)
	return up, nil
}

// asksForAll reports whether an answer asks for all that is pushed, from its beginning.
func asksForAll(a transport.Answer, pushed []transport.Bits) bool {
	if len(pushed) == 0 || len(a.Missing) == 0 || !bytes.Equal(a.Missing[0], pushed[0]) {
		return false
	}
	return !slices.ContainsFunc(a.Parts, func(p transport.Part) bool { return p.Version == 0 })
}

// heldFor is Held of c, as the collection is known after the share. What has come for another
// item or collection, and is held for this one as well from now on, expires as if
// it had come now.
func (k *Server) heldFor(ctx context.Context, tx *record.Tx, s engine.State, c collection.Collection) ([]transport.Bits, error) {
	held, err := k.core.Versions.HeldOf(ctx, c, k.looksFor(s, c))
	if err != nil {
		return nil, err
	}
	also := make([]transport.Bits, len(held))
	for v := range held {
		also[v] = held[v].Without(s.HeldOf(v))
	}
	here, err := k.core.take(ctx, tx, c, also)
	for v := range here {
		held[v] = held[v].And(s.HeldOf(v)).Or(here[v])
	}
	return held, err
}

// looksFor says which versions may be here: those that are asked of somebody, and what is
// known to be.
func (k *Server) looksFor(s engine.State, c collection.Collection) []transport.Bits {
	rules, ladder := k.core.Rules, c.Ladder()
	asked := max(rules.Required(transport.Device, ladder), rules.Required(transport.Peer, ladder))
	versions := allVersions(c)
	for v := asked; v < len(versions); v++ {
		versions[v] = s.HeldOf(v)
	}
	return versions
}

// saysAll reports whether a copy of a collection says all that another one does, seals
// aside.
func saysAll(c, known collection.Collection) (bool, error) {
	_, more, err := c.Apply(slices.Collect(known.Updates())...)
	return !more && c.EditionDigest() == known.EditionDigest(), err
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
	in := transport.NewUploadReader(AsItComes(stream, k.core.Now))
	r, err := k.takeFrames(ctx, by, s, in)
	if err != nil {
		return r, err
	}
	ctx = context.WithoutCancel(ctx) // what has come counts, though its sender be gone
	if seal := in.Seal(); len(seal.Seal) > 0 {
		if r, err = k.seal(ctx, name, seal); err != nil {
			return r, err
		}
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

// labelPause is for how long labels wait, at most, for more of an upload.
const labelPause = 5 * time.Second

// takeFrames stores the versions of an upload. Those that came whole are here, for all who
// may read them, as soon as the next one has to be waited for.
func (k *Server) takeFrames(ctx context.Context, by collection.UserID, s engine.State, in *transport.UploadReader) (Result, error) {
	left, err := k.core.left(ctx, s.Collection.Author())
	if err != nil {
		return Result{}, err
	}
	u := uploading{k.core.Intake(by, s.Collection), k.core.Now(), left}
	for {
		f, err := u.next(ctx, in)
		if err == nil {
			err = u.take(ctx, s, f)
		}
		if err != nil {
			r, stepErr := u.step(ctx, false)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return r, errors.Join(err, stepErr)
		}
	}
}

// uploading is an upload that is coming in.
type uploading struct {
	*Intake
	since time.Time // since when labels wait
	left  Left      // to the author, but for what has come since it was read
}

// next returns the next frame. Where that has to be waited for, what has come is stepped,
// and others are told what waits for an answer.
func (u *uploading) next(ctx context.Context, in *transport.UploadReader) (transport.Frame, error) {
	if !in.Ready() {
		if u.got != nil {
			if _, err := u.step(ctx, true); err != nil {
				return transport.Frame{}, err
			}
		}
		u.core.begin()
	}
	return in.Next()
}

// take takes a frame that was asked for, or may be brought all the same.
func (u *uploading) take(ctx context.Context, s engine.State, f transport.Frame) error {
	switch {
	case s.HasAsked(f.Item, f.Version), u.core.Rules.Takes(s, f.Item, f.Version):
		size := Usage{Versions: f.Offset + f.Size}
		if err := u.left.Takes(size); err != nil {
			return err
		}
		u.left.Used = u.left.Used.Plus(size)
		return u.receive(ctx, f, f)
	case s.Holds(f.Item, f.Version):
		return nil // sent again after its answer was lost
	}
	return transport.At(transport.ErrNotAsked, place(s.Collection, f.Item, f.Version))
}

// step has all that has come be here, also if its sender is gone. While more is coming
// labels wait for it, but not for long.
func (u *uploading) step(ctx context.Context, more bool) (Result, error) {
	if now := u.core.Now(); now.Sub(u.since) >= labelPause {
		more, u.since = false, now
	}
	return u.Intake.step(context.WithoutCancel(ctx), more)
}

// one is the set of one version of one item.
func one(item, version int) []transport.Bits {
	sets := make([]transport.Bits, version+1)
	sets[version] = transport.BitsOf(item)
	return sets
}

// Put takes one version from an offset on, or nothing if data is nil.
func (k *Server) Put(ctx context.Context, by collection.UserID, ref transport.Ref, offset int64, data io.Reader) (Result, int64, error) {
	s, err := k.mayUpload(ctx, by, ref.Collection)
	if err != nil {
		return Result{}, 0, err
	}
	item, ok := s.Collection.Index(ref.Item)
	if ok && s.Holds(item, ref.Version) { // sent again, or its twin has come
		size, err := k.core.Versions.Size(ctx, s.Collection, item, ref.Version)
		return Result{State: s}, size, err
	}
	if !ok || !s.HasAsked(item, ref.Version) && !k.core.Rules.Takes(s, item, ref.Version) {
		return Result{}, 0, transport.At(transport.ErrNotAsked, ref.Item.String())
	}
	if data == nil {
		size, err := k.core.Versions.Part(ctx, s.Collection, item, ref.Version)
		return Result{State: s}, size, err
	}
	left, err := k.core.left(ctx, ref.Collection.Author)
	if err == nil {
		err = left.Takes(Usage{Versions: offset + 1}) // at least
	}
	if err != nil {
		return Result{}, 0, err
	}
	got := one(item, ref.Version)
	arrived := arrivals{core: k.core}
	n, err := k.core.Versions.receive(ctx, by, s.Collection, item, ref.Version, offset, data, arrived.keep(ctx))
	if err != nil {
		return Result{}, n, err
	}
	ctx = context.WithoutCancel(ctx) // it has come, though its sender be gone
	r, err := k.core.do(ctx, ref.Collection, doing{}, k.core.stored(ctx, engine.Stored{Versions: got}, arrived.changes...))
	return r, n, err
}

// seal takes the author's seal over the edition as it is known here.
func (k *Server) seal(ctx context.Context, name collection.Name, seal transport.AuthorSeal) (Result, error) {
	return k.core.do(ctx, name, doing{}, func(tx *record.Tx, s engine.State) (engine.Event, error) {
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
		v, err := k.core.verifyIn(ctx, tx, c)
		return engine.Sealed{Collection: v.Collection}, err
	})
}
