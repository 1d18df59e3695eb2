package peer

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// maxHomes is of how many peers that tell of one collection a peer keeps the
// URLs, the latest first: records h/COLLECTION.
const maxHomes = 4

type homes struct {
	Known []transport.Source `cbor:"1,keyasint"`
}

// ReceiveFrom is Receive from another user's peer, which tells the recipients
// itself. The source names that user and its URL; its items do not count.
// From then on the peer is asked for what it has told of. Errors are those of
// Receive, and transport.ErrUnreachable.
func (p *Peer) ReceiveFrom(ctx context.Context, source transport.Source) ([]notify.Notification, error) {
	leave, err := p.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	at, err := p.home(source)
	if err != nil {
		return nil, err
	}
	return p.receive(ctx, at, library{at, true}, source)
}

// RefreshFrom is Refresh from another peer, which is then remembered as one
// that knows the collection.
func (p *Peer) RefreshFrom(ctx context.Context, source transport.Source, name collection.Name) error {
	leave, err := p.enter()
	if err != nil {
		return err
	}
	defer leave()
	at, err := p.home(source)
	if err != nil {
		return err
	}
	if err := p.refreshFrom(ctx, name, library{at, true}); err != nil {
		return err
	}
	return p.remember(ctx, name, source)
}

// library is who is asked for a collection: the hub, or another peer, which may
// not know of all who serve it.
type library struct {
	transport.Library
	partial bool
}

// heard returns the sources that a peer knows after a library has named some. What
// the peer serves itself, it knows better.
func (p *Peer) heard(ctx context.Context, name collection.Name, from library, named []transport.Source) ([]transport.Source, error) {
	s, err := p.core.Load(ctx, name)
	if err != nil && !isUnknown(err) {
		return nil, err
	}
	own := func(s transport.Source) bool { return s.User == p.user && s.URL == p.cfg.URL }
	next := slices.DeleteFunc(slices.Clone(named), own)
	for _, known := range s.Sources {
		again := slices.ContainsFunc(next, func(n transport.Source) bool { return n.User == known.User && n.URL == known.URL })
		if own(known) || from.partial && !again {
			next = append(next, known)
		}
	}
	return next, nil
}

// home reaches another peer.
func (p *Peer) home(source transport.Source) (transport.Home, error) {
	at, ok := p.cfg.Dial(source).(transport.Home)
	if !ok {
		return nil, transport.At(transport.ErrUnreachable, source.URL)
	}
	return at, nil
}

// remember notes who tells of a collection.
func (p *Peer) remember(ctx context.Context, name collection.Name, source transport.Source) error {
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
	data, err := transport.Encode(next)
	if err != nil {
		return err
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: "h/" + name.String(), Value: data})
}

func (p *Peer) homesOf(ctx context.Context, name collection.Name) ([]transport.Source, error) {
	data, err := p.cfg.Store.Get(ctx, "h/"+name.String())
	if errors.Is(err, transport.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h, err := transport.Decode[homes](data)
	return h.Known, err
}

// ask asks those who may know a collection, the hub first, until one answers.
// Without any the error wraps transport.ErrUnreachable.
func (p *Peer) ask(ctx context.Context, name collection.Name, what func(library) error) error {
	known, err := p.homesOf(ctx, name)
	if err != nil {
		return err
	}
	var failed []error
	if p.cfg.Hub != nil {
		if err := what(library{p.cfg.Hub, false}); err == nil || !elsewhere(err) {
			return err
		} else {
			failed = append(failed, err)
		}
	}
	for _, source := range known {
		at, err := p.home(source)
		if err == nil {
			err = what(library{at, true})
		}
		if err == nil || !elsewhere(err) {
			return err
		}
		failed = append(failed, err)
	}
	if len(failed) == 0 {
		return transport.At(transport.ErrUnreachable, "no hub")
	}
	return errors.Join(failed...)
}

// elsewhere reports whether somebody else may give what one refused.
func elsewhere(err error) bool {
	for _, e := range []error{transport.ErrNotFound, transport.ErrUnreachable, transport.ErrUnauthenticated, transport.ErrClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
