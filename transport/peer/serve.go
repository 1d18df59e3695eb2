package peer

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Share implements transport.ShareReceiver.
func (h home) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	return h.answer(ctx, func() (station.Result, error) { return h.share(ctx, &share) })
}

// share takes a share, and leaves in it what is accepted of what it offers.
func (h home) share(ctx context.Context, share *transport.Share) (station.Result, error) {
	if len(share.To) > 0 {
		return station.Result{}, transport.At(transport.ErrForbidden, "only a hub takes mail addresses")
	}
	c, err := h.core.Server.Shared(ctx, h.caller.User, *share)
	if err != nil {
		return station.Result{}, err
	}
	if h.caller.User != h.user {
		if err := h.agree(ctx, c, share); err != nil {
			return station.Result{}, err
		}
		if err := h.labelsMayGo(ctx, c); err != nil {
			return station.Result{}, err
		}
	}
	r, err := h.core.Server.Share(ctx, h.caller.User, c, *share)
	if err == nil && r.New {
		h.tell(h.about(event.Shared, c.Name(), nil))
	}
	return r, err
}

// Push implements transport.ShareReceiver.
func (h home) Push(ctx context.Context, share transport.Share, stream io.Reader) (transport.Answer, error) {
	return h.answer(ctx, func() (station.Result, error) {
		r, err := h.share(ctx, &share)
		if err != nil {
			return r, err
		}
		return h.takes(r.State.Collection.Name(), func(caller *standing) (station.Result, error) {
			return h.core.Server.Push(ctx, h.caller.User, r, share, caller.from(stream))
		})
	})
}

// Upload implements transport.ShareReceiver.
func (h home) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return h.answer(ctx, func() (station.Result, error) {
		r, err := h.takes(name, func(caller *standing) (station.Result, error) {
			return h.core.Server.Upload(ctx, h.caller.User, name, caller.from(stream))
		})
		if err != nil {
			h.tell(h.about(event.HandedOver, name, err))
		}
		return r, err
	})
}

func (h home) answer(ctx context.Context, work func() (station.Result, error)) (transport.Answer, error) {
	if h.caller.User != h.user && h.cfg.Accept == nil {
		return transport.Answer{}, transport.ErrForbidden
	}
	return station.Inside(&h.drain, func() (transport.Answer, error) {
		r, err := work()
		if err == nil && r.Answer.Next == transport.Done {
			err = h.handedOver(context.WithoutCancel(ctx), r.State.Collection.Name())
		}
		if err != nil {
			return transport.Answer{}, err
		}
		return *r.Answer, nil
	})
}

// Original implements transport.Originals.
func (h home) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	if err := h.drain.Enter(); err != nil {
		return nil, err
	}
	stream, err := h.open(ctx, ref, offset, n)
	if err != nil {
		h.drain.Leave()
	}
	return stream, err
}

func (h home) open(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	state, err := h.read(ctx, ref.Collection, n)
	if err != nil {
		return nil, err
	}
	item, ok := state.Collection.Index(ref.Item)
	if ok && h.isWithheld(state, item) {
		state, err = h.afresh(ctx, ref.Collection, n)
	}
	if err != nil {
		return nil, err
	}
	if !ok || h.isWithheld(state, item) {
		return nil, transport.ErrNotFound
	}
	tree, blob, err := h.openOriginal(ctx, state.Collection, item)
	if err != nil {
		return nil, err
	}
	if h.caller.User.IsZero() {
		err = h.sample(ctx, ref.Collection.Author, tree, offset, n)
	}
	var stream *transport.Stream
	if err == nil {
		stream, err = h.stream(tree, blob, offset, n)
	}
	if err != nil {
		blob.Close()
	}
	return stream, err
}

// openOriginal opens a complete version that is here.
func (h home) openOriginal(ctx context.Context, c collection.Collection, item int) (*digest.Tree, transport.Blob, error) {
	last := len(c.Ladder()) - 1
	root, err := station.Digest(c, item, last)
	if err != nil {
		return nil, nil, err
	}
	blob, err := h.core.Versions.Open(ctx, c, item, last)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil, transport.ErrNotFound
	}
	if err != nil {
		return nil, nil, err
	}
	tree, err := h.core.Versions.Tree(ctx, root, blob)
	if err != nil {
		return nil, nil, errors.Join(err, blob.Close())
	}
	return tree, blob, nil
}

// isWithheld reports whether an original is not for the caller, whatever it asks
// for: what is not announced is for those who may complete it and for the
// authority, what is withdrawn for the author alone, and nothing for whom the author has not
// accepted.
func (h home) isWithheld(state engine.State, item int) bool {
	if !h.caller.User.IsZero() && !state.Collection.MayReadComplete(h.caller.User) {
		return true
	}
	_, rank := state.Collection.At(item)
	switch {
	case !rank.Labelled(), h.caller.User == state.Collection.Author():
		return false
	case rank.Withdrawn():
		return true
	}
	return !h.caller.User.IsZero() && !engine.MayComplete(state.Collection, h.caller.User)
}

// afresh asks for what is new of a collection in which the caller knows of no
// label where there is one here: it may have heard sooner that it has gone.
func (h home) afresh(ctx context.Context, name collection.Name, n int64) (engine.State, error) {
	if !h.recent.heard(name, h.cfg.Now()) { // else it has told, perhaps after known was read
		if err := h.refresh(ctx, name); err != nil {
			h.cfg.Log.Info("asked for what is labelled, and nobody tells what is new", "collection", name, "error", err)
		}
	}
	return h.shown(ctx, name, n)
}

// read loads a collection for a caller who asks for n bytes of an item.
func (h home) read(ctx context.Context, name collection.Name, n int64) (engine.State, error) {
	if err := cmp.Or(h.meet(ctx, name), h.mayBegin(ctx, name)); err != nil {
		return engine.State{}, err
	}
	return h.shown(ctx, name, n)
}

// shown is read of what is known here.
func (h home) shown(ctx context.Context, name collection.Name, n int64) (engine.State, error) {
	if h.caller.User.IsZero() && n >= 0 && n <= digest.BlockSize {
		return h.audit(ctx, name)
	}
	state, err := h.core.Read(ctx, h.caller.User, name)
	switch {
	case err != nil:
	case !state.Collection.MayReadComplete(h.caller.User):
		err = transport.At(transport.ErrPending, "the author has not accepted who reads")
	case !engine.Shows(state, h.caller.User):
		err = transport.ErrEnded
	}
	return state, err
}

// audit loads a collection for the authority that it names, if that has not ended. To every
// other one it is not there.
func (h home) audit(ctx context.Context, name collection.Name) (engine.State, error) {
	state, err := h.core.Load(ctx, name)
	named := !h.caller.Key.IsZero() && state.Collection.Authority() == h.caller.Key
	if errors.Is(err, transport.ErrNotFound) || !named && !errors.Is(err, transport.ErrStorage) {
		return engine.State{}, transport.ErrNotFound
	}
	if err == nil && !engine.Shows(state, h.caller.User) {
		err = transport.ErrEnded
	}
	return state, err
}

// meet asks the hub for a collection of the peer's own user that is not known
// here: another device may have shared items that the peer has announced. It
// also asks who is behind a blinded address, and whether the author has accepted that, for
// a caller who may not read complete versions yet.
func (h home) meet(ctx context.Context, name collection.Name) error {
	known, err := h.core.Load(ctx, name)
	if h.cfg.Hub == nil || !errors.Is(err, transport.ErrNotFound) && !h.mayBeBlinded(known) || err != nil && name.Author != h.user {
		return nil
	}
	err = h.reload(ctx, name, library{Library: h.cfg.Hub})
	if errors.Is(err, transport.Err) {
		return nil // what is known here counts
	}
	return err
}

// mayBeBlinded reports whether the caller could be a recipient of a collection
// by an address that the hub has resolved since, or one whom the author has accepted since.
func (h home) mayBeBlinded(known engine.State) bool {
	c, u := known.Collection, h.caller.User
	if !known.Known() || u.IsZero() || c.MayReadComplete(u) {
		return false
	}
	if c.MayRead(u) {
		return !h.recent.heard(c.Name(), h.cfg.Now())
	}
	return len(notify.DueAddresses(c)) > 0
}

// stream writes a range with proof as it is read.
func (h home) stream(tree *digest.Tree, blob transport.Blob, offset, n int64) (*transport.Stream, error) {
	if offset < 0 || offset > blob.Size() {
		return nil, transport.At(transport.ErrMalformed, "offset")
	}
	rest := blob.Size() - offset
	if n < 0 || n > rest {
		n = rest
	}
	if err := looksWell(tree, blob, offset); err != nil {
		return nil, err
	}
	caller := h.standing()
	return &transport.Stream{Size: blob.Size(), ReadCloser: &writing{
		write: func(w io.Writer) error {
			_, err := tree.WriteRange(caller.to(w), blob, offset, n)
			return err
		},
		end: func() {
			blob.Close()
			h.drain.Leave()
		},
	}}, nil
}

// looksWell returns the error of damage before anything is sent, as far as the first block
// shows it: an answer that breaks off looks like a station that is not there. Also where
// the store finds damage itself, this block is checked against the digest.
func looksWell(tree *digest.Tree, blob transport.Blob, offset int64) error {
	_, err := tree.WriteRange(io.Discard, struct{ io.ReaderAt }{blob}, offset, min(blob.Size()-offset, 1))
	return transport.Wrap(err)
}
