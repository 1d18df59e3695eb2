package peerprogram

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// reached has a peer say where browsers reach it, too, if they do.
func (w *runWord) reached(cfg peer.Config) (peer.Config, error) {
	if w.Web == "" {
		return cfg, nil
	}
	if w.Gallery == "" {
		return cfg, program.Usage("-web %q: browsers reach there what -gallery serves, which is to be said, too", w.Web)
	}
	web, err := program.ServedAt(w.Web, "", nil)
	if err != nil {
		return cfg, program.Usage("-web %q: it begins with http:// or https:// and has a host", w.Web)
	}
	w.Web = web
	cfg.URL, cfg.Also, cfg.Web = web, append(cfg.Also, cfg.URL), true
	return cfg, nil
}

// showGallery serves the gallery to the browser of who sits at this computer, and prints a link by
// which that browser is the user's. It is served without TLS, so nobody else reaches it, or they do
// at the URL web, through a proxy.
func (s *service) showGallery(address, web string, o httplink.HandlerOptions) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, program.Usage("-gallery %q: it is an address of this computer alone, such as 127.0.0.1:8080", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	url := cmp.Or(web, "http://localhost:"+port) // of which browsers take passkeys and service workers, too
	g, err := gallery.New(gallery.OfHome(s.Peer.Peer, s.Account.Authority, s.called, o), gallery.Config{URL: url, Store: s.Store, Log: o.Log})
	if err != nil {
		l.Close()
		return nil, err
	}
	served := &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	go served.Serve(l)
	s.mu.Lock()
	s.gallery = url
	s.mu.Unlock()
	fmt.Fprintf(s.env.Out, "The gallery: %s\n", url+g.Link(s.Account.User))
	return func() { served.Close() }, nil
}

// called is what a user is called in the gallery; empty = not known.
func (s *service) called(ctx context.Context, user collection.UserID) string {
	known, _ := s.contacts(ctx, struct{}{}) // without it nobody has a name
	for _, c := range known {
		if c.User == user {
			return c.Name
		}
	}
	return ""
}
