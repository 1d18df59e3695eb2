package peer

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxHomes is of how many peers that tell of one collection a peer keeps the
// URLs, the latest first.
const maxHomes = 4

// maxSources is how many sources of one collection other peers make known at most.
const maxSources = 64

type homes struct {
	Known []transport.Source `cbor:"1,keyasint"`
}

// ReceiveFrom is Receive from another user's peer, which tells the recipients
// itself: of what its user has made or may complete and, where a collection names no
// authority, of what it holds, so that any recipient's peer passes on what its author's does not
// at the moment. Whoever passes it on is not trusted: the seals of its author and of those who
// may complete it are verified, and what is older than what is known changes nothing. How much
// is taken of what is passed on, Config.Quotas says; what is over that is told as event.Refused,
// and comes by Refresh. The source is what that user has handed over, as Peer.Source returns it; its
// items do not count. The station there must have the key that the source names, whoever
// else says so or not. From then on the peer is asked for what it has told of. Errors are
// those of Receive, transport.ErrUnreachable and transport.ErrPeerKey.
func (p *Reader) ReceiveFrom(ctx context.Context, source transport.Source) ([]notify.Notification, error) {
	return station.Inside(&p.drain, func() ([]notify.Notification, error) {
		at, err := p.cfg.Dial.Reach(source)
		if err != nil {
			return nil, err
		}
		return p.receive(ctx, at, library{at, source.User}, source)
	})
}

// refreshAt is Refresh from another peer.
func (p *Reader) refreshAt(ctx context.Context, source transport.Source, name collection.Name) error {
	at, err := p.cfg.Dial.Reach(source)
	if err != nil {
		return err
	}
	if err := p.refreshFrom(ctx, name, library{at, source.User}); err != nil {
		return err
	}
	return p.remember(ctx, name, source)
}

// library is who is asked for a collection: the hub, or another peer, which may
// not know of all who serve it.
type library struct {
	transport.Library
	of collection.UserID // the other peer's user; zero = it is the hub
}

// withState is the library where what it has sent already of a collection is not asked
// for again.
func (l library) withState(s *transport.State) library {
	if s != nil {
		l.Library = sentAlready{l.Library, *s, nil}
	}
	return l
}

// sentAlready is a library that has said already what it has of one collection, or why it has
// nothing.
type sentAlready struct {
	transport.Library
	state transport.State
	err   error
}

// isWhole reports whether the state is all of the collection, and not what changes of it.
func (s sentAlready) isWhole() bool { return len(s.state.Collection)+len(s.state.Ends) > 0 }

// Collection implements transport.Library. Who takes another collection than was
// asked for finds out.
func (s sentAlready) Collection(ctx context.Context, name collection.Name) (transport.State, error) {
	if s.err == nil && !s.isWhole() {
		return s.Library.Collection(ctx, name)
	}
	return s.state, s.err
}

// Updates implements transport.Library.
func (s sentAlready) Updates(ctx context.Context, name collection.Name) (transport.State, error) {
	if s.err == nil && len(s.state.Collection) > 0 {
		return s.Library.Updates(ctx, name)
	}
	return s.state, s.err
}

// heard returns the sources that a peer knows after a library has named some. What
// the peer serves itself, it knows better.
func (p *base) heard(ctx context.Context, name collection.Name, from library, named []transport.Source) ([]transport.Source, error) {
	s, err := p.core.Load(ctx, name)
	if err != nil && !isUnknown(err) {
		return nil, err
	}
	own := func(s transport.Source) bool { return s.User == p.user && p.isOwn(s) }
	next := slices.DeleteFunc(slices.Clone(named), own)
	for _, known := range s.Sources {
		switch at := slices.IndexFunc(next, func(n transport.Source) bool { return n.User == known.User && n.URL == known.URL }); {
		case own(known), at < 0 && !from.of.IsZero():
			next = append(next, known)
		case at >= 0 && !from.of.IsZero() && from.of != known.User: // it takes nothing of another one's away
			known.Items = known.Items.Or(next[at].Items)
			next[at] = known
		}
	}
	if from.of.IsZero() || len(next) <= maxSources {
		return next, nil
	}
	return bounded(next, s.Sources, from.of), nil
}

// bounded are at most maxSources of the sources that another peer has made more: a few that
// are of its own user come first, and then what was known.
func bounded(all, known []transport.Source, of collection.UserID) []transport.Source {
	var its, were, more []transport.Source
	for _, s := range all {
		switch {
		case s.User == of && len(its) < maxHomes:
			its = append(its, s)
		case len(others([]transport.Source{s}, known)) == 0:
			were = append(were, s)
		default:
			more = append(more, s)
		}
	}
	return slices.Concat(its, were, more)[:maxSources]
}

// remember notes who tells of a collection.
func (p *base) remember(ctx context.Context, name collection.Name, source transport.Source) error {
	known, err := p.homesOf(ctx, name)
	if err != nil {
		return err
	}
	source.Items = nil
	next := homes{[]transport.Source{source}}
	for _, k := range known {
		if len(next.Known) < maxHomes && (k.User != source.User || k.URL != source.URL) {
			next.Known = append(next.Known, k)
		}
	}
	return record.Set(ctx, p.cfg.Store, homesRecord.Key(name), next)
}

func (p *base) homesOf(ctx context.Context, name collection.Name) ([]transport.Source, error) {
	h, _, err := record.Load[homes](ctx, p.cfg.Store, homesRecord.Key(name))
	return h.Known, err
}

// tellers are the peers that tell of a collection and, where no authority validates, those that
// serve it.
func (p *base) tellers(ctx context.Context, name collection.Name) ([]transport.Source, error) {
	known, err := p.homesOf(ctx, name)
	if err != nil {
		return nil, err
	}
	s, err := p.core.Load(ctx, name)
	if err == nil && s.Collection.Authority().IsZero() {
		known = append(known, others(s.Sources, append(known, p.source()))...)
	}
	if isUnknown(err) {
		err = nil
	}
	return known, err
}

// ask asks those who may know a collection, the hub first, until one answers.
// Without any the error wraps transport.ErrUnreachable.
func (p *base) ask(ctx context.Context, name collection.Name, what func(library) error) error {
	known, err := p.tellers(ctx, name)
	if err != nil {
		return err
	}
	var failed []error
	if p.cfg.Hub != nil {
		if err := what(library{Library: p.cfg.Hub}); err == nil || !mayHelp(err) {
			return err
		} else {
			failed = append(failed, err)
		}
	}
	for _, source := range known {
		at, err := p.core.Peers.Reach(ctx, source)
		if err == nil {
			err = what(library{at, source.User})
		}
		if err == nil || !mayHelp(err) {
			return err
		}
		failed = append(failed, err)
	}
	if len(failed) == 0 {
		return transport.At(transport.ErrUnreachable, "no hub")
	}
	return errors.Join(failed...)
}

// mayHelp reports whether another one is to be asked: also where a store fails, which may be
// that of who was asked.
func mayHelp(err error) bool { return elsewhere(err) || errors.Is(err, transport.ErrStorage) }

// elsewhere reports whether somebody else may have what one refused.
func elsewhere(err error) bool {
	for _, e := range []error{transport.ErrNotFound, transport.ErrPending, transport.ErrUnreachable, transport.ErrPeerKey, transport.ErrUnauthenticated, transport.ErrClosed, transport.ErrStale} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
