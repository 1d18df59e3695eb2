package peerprogram

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// serve serves the peer over HTTP and, if it is on a network, there, until ctx ends.
func (s *service) serve(ctx context.Context, l net.Listener, h http.Handler, config *tls.Config) error {
	if s.Network == nil {
		return httplink.Serve(ctx, l, h, config, s.Run)
	}
	if err := s.Network.ServeNearby(s.Source()); err != nil {
		return err
	}
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return httplink.Serve(ctx, l, h, config, s.Run) })
	both.Go(func() error { return httplink.Serve(ctx, s.Network.Listen(), h, nil, s.announceAll) })
	return both.Wait()
}

// announceAll says on the network what is served, now and again, until ctx ends.
func (s *service) announceAll(ctx context.Context) error {
	names, err := s.Names(ctx)
	if err == nil {
		s.announce(ctx, names...)
		err = s.Network.Run(ctx)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// announceAfter says on the network what has changed by an event of what is served.
func (s *service) announceAfter(e event.Event) {
	switch e.Kind {
	case event.Published, event.Changed, event.WishFulfilled:
		go s.announce(s.Running(), e.Ref.Collection)
	}
}

// announce says on the network, if there is one, of which collections there are originals here.
// Nothing is wrong where nobody takes that now: the network says it again.
func (s *service) announce(ctx context.Context, names ...collection.Name) {
	if s.Network == nil {
		return
	}
	for _, name := range names {
		v, err := s.Reader.View(ctx, name)
		switch {
		case err != nil: // list says why
		case !serves(v):
			s.noteServed(name, false)
			s.Network.Conceal(v.Collection())
		case s.noteServed(name, true):
			s.Network.Announce(ctx, s.Source(), v.Collection())
		}
	}
}

// noteServed notes whether a collection is announced, and reports whether that is new.
func (s *service) noteServed(name collection.Name, is bool) (changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if changed = s.served[name] != is; !is {
		delete(s.served, name)
	} else if s.served == nil {
		s.served = map[collection.Name]bool{name: true}
	} else {
		s.served[name] = true
	}
	return changed
}

// serves reports whether others may fetch an original of a collection here.
func serves(v *peer.View) bool {
	for i := range v.Collection().Len() {
		if v.Held(i).Has(original(v)) && !labelled(v, i) && !v.Collection().Ended() {
			return true
		}
	}
	return false
}
