package peer

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Handler serves the peer over HTTP, to callers who seal their requests: what
// Home and Originals give to those who may read it, Recipient to those who tell
// the peer's user something, and the local link to the devices of the peer's own
// user and of those whom the user lets hand something over.
func (p *Peer) Handler() http.Handler {
	return httplink.Server{
		Who:            p.who,
		ShareReceiver:  func(i httplink.Identity) transport.ShareReceiver { return p.Link(i.User) },
		Library:        func(i httplink.Identity) transport.Library { return p.homeOf(i) },
		Inbox:          func(i httplink.Identity) transport.Inbox { return p.homeOf(i) },
		Originals:      func(i httplink.Identity) transport.Originals { return p.homeOf(i) },
		Recipient:      func(i httplink.Identity) transport.Recipient { return p.Recipient(i.User) },
		SettingsSource: func(i httplink.Identity) transport.SettingsSource { return link{p, i.User} },
		Log:            p.cfg.Log,
	}.Handler()
}

// Link is the local link as it is for one user, whom the caller vouches for. It
// takes shares of the peer's own user, in all their versions, and those of
// others as Config.Accept says.
func (p *Peer) Link(user collection.UserID) transport.ShareReceiver { return link{p, user} }

type link struct {
	*Peer
	user collection.UserID
}

// Share implements transport.ShareReceiver.
func (l link) Share(ctx context.Context, share transport.Share) (transport.Answer, error) {
	if len(share.To) > 0 {
		return transport.Answer{}, transport.At(transport.ErrForbidden, "only a hub takes mail addresses")
	}
	return l.answer("share", func() (station.Result, error) {
		if l.user != l.Peer.user {
			if err := l.agree(ctx, &share); err != nil {
				return station.Result{}, err
			}
		}
		return l.core.Share(ctx, l.user, share)
	})
}

// Upload implements transport.ShareReceiver.
func (l link) Upload(ctx context.Context, name collection.Name, stream io.Reader) (transport.Answer, error) {
	return l.answer("upload", func() (station.Result, error) { return l.core.Upload(ctx, l.user, name, stream) })
}

func (l link) answer(what string, work func() (station.Result, error)) (transport.Answer, error) {
	if l.user != l.Peer.user && l.cfg.Accept == nil {
		return transport.Answer{}, transport.ErrForbidden
	}
	leave, err := l.enter()
	if err != nil {
		return transport.Answer{}, err
	}
	defer leave()
	end := l.cfg.Hooks.Begin(what, l.cfg.Now)
	r, err := work()
	end(err)
	if err != nil {
		return transport.Answer{}, err
	}
	return *r.Answer, nil
}

// Originals is what the peer serves to one user, whom the caller vouches for:
// originals of collections that the user may read, once they are announced. Who
// may vouch for them gets them before, and the author what is withdrawn, too.
func (p *Peer) Originals(user collection.UserID) transport.Originals { return p.Home(user) }

type served struct {
	*Peer
	user      collection.UserID
	authority collection.KeyID // of an authority, whose user is zero
}

// Original implements transport.Originals.
func (s served) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	stream, err := s.open(ctx, ref, offset, n, leave)
	if err != nil {
		leave()
	}
	return stream, err
}

func (s served) open(ctx context.Context, ref transport.Ref, offset, n int64, leave func()) (*transport.Stream, error) {
	state, err := s.read(ctx, ref.Collection, n)
	if err != nil {
		return nil, err
	}
	item, ok := state.Collection.Index(ref.Item)
	if ok && s.isWithheld(state, item) {
		state, err = s.afresh(ctx, state)
	}
	if err != nil {
		return nil, err
	}
	if !ok || s.isWithheld(state, item) {
		return nil, transport.ErrNotFound
	}
	last := len(state.Collection.Ladder()) - 1
	blob, err := s.core.Open(ctx, state.Collection, item, last)
	if errors.Is(err, transport.ErrNotFound) {
		return nil, transport.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	stream, err := s.stream(ctx, state.Collection, item, blob, offset, n, leave)
	if err != nil {
		blob.Close()
	}
	return stream, err
}

// isWithheld reports whether an original is not for the caller, whatever it asks
// for: what is not announced is for those who may complete it and for the
// authority, what is withdrawn for the author alone.
func (s served) isWithheld(state engine.State, item int) bool {
	_, rank := state.Collection.At(item)
	switch {
	case !rank.Labelled(), s.user == state.Collection.Author():
		return false
	case rank.Withdrawn():
		return true
	}
	return !s.user.IsZero() && !engine.MayComplete(state.Collection, s.user)
}

// afresh asks for what is new of a collection in which the caller knows of no
// label where there is one here: it may have heard sooner that it has gone.
func (s served) afresh(ctx context.Context, known engine.State) (engine.State, error) {
	name := known.Collection.Name()
	if s.recent.heard(name, s.cfg.Now()) {
		return known, nil
	}
	if err := s.refresh(ctx, name); err != nil {
		s.cfg.Log.Info("asked for what is labelled, and nobody tells what is new", "collection", name, "error", err)
	}
	return s.core.Load(ctx, name)
}

// read loads a collection for a caller who asks for n bytes of an item.
func (s served) read(ctx context.Context, name collection.Name, n int64) (engine.State, error) {
	if err := s.meet(ctx, name); err != nil {
		return engine.State{}, err
	}
	if s.user.IsZero() && n >= 0 && n <= digest.BlockSize {
		return s.audit(ctx, name)
	}
	return s.core.Read(ctx, s.user, name)
}

// audit loads a collection for the authority that it names. To every other one it
// is not there.
func (s served) audit(ctx context.Context, name collection.Name) (engine.State, error) {
	state, err := s.core.Load(ctx, name)
	named := !s.authority.IsZero() && state.Collection.Authority() == s.authority
	if errors.Is(err, transport.ErrNotFound) || !named && !errors.Is(err, transport.ErrStorage) {
		return engine.State{}, transport.ErrNotFound
	}
	return state, err
}

// meet asks the hub for a collection of the peer's own user that is not known
// here: another device may have shared items that the peer has announced. It
// also asks who is behind a blinded address, for a caller who may not read yet.
func (s served) meet(ctx context.Context, name collection.Name) error {
	known, err := s.core.Load(ctx, name)
	if s.cfg.Hub == nil || !errors.Is(err, transport.ErrNotFound) && !s.mayBeBlinded(known) || err != nil && name.Author != s.Peer.user {
		return nil
	}
	err = s.reload(ctx, name, library{s.cfg.Hub, false})
	if errors.Is(err, transport.Err) {
		return transport.ErrNotFound
	}
	return err
}

// mayBeBlinded reports whether the caller could be a recipient of a collection
// by an address that the hub has resolved since.
func (s served) mayBeBlinded(known engine.State) bool {
	return known.Known() && !s.user.IsZero() && !engine.May(known, s.user) && len(notify.DueAddresses(known.Collection)) > 0
}

// stream writes a range with proof as it is read.
func (s served) stream(ctx context.Context, c collection.Collection, item int, blob transport.Blob, offset, n int64, leave func()) (*transport.Stream, error) {
	root, err := station.Digest(c, item, len(c.Ladder())-1)
	if err != nil {
		return nil, err
	}
	tree, err := s.core.Tree(ctx, root, blob)
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset > blob.Size() {
		return nil, transport.At(transport.ErrMalformed, "offset")
	}
	rest := blob.Size() - offset
	if n < 0 || n > rest {
		n = rest
	}
	// Damage is said before anything is sent, as far as the first block shows it: an
	// answer that breaks off looks like a station that is not there.
	if _, err := tree.WriteRange(io.Discard, blob, offset, min(n, 1)); err != nil {
		return nil, transport.Wrap(err)
	}
	r, w := io.Pipe()
	go func() {
		defer leave()
		defer blob.Close()
		_, err := tree.WriteRange(w, blob, offset, n)
		w.CloseWithError(err)
	}()
	return &transport.Stream{ReadCloser: r, Size: blob.Size()}, nil
}

func hexID(id [32]byte) string { return hex.EncodeToString(id[:]) }
