package program

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Network is one on which stations find each other, beside HTTP. A p2plink.Host is one, but for
// On; what its methods do stands there.
type Network interface {
	// URL is where the station is reached, and On reports whether that is so of another URL.
	URL() string
	On(url string) bool
	// Listen returns who calls the station, and Transport calls others.
	Listen() net.Listener
	Transport(other http.RoundTripper) http.RoundTripper
	// Find finds who has a collection, and Announce says that the station does, until Conceal.
	Find(ctx context.Context, c collection.Collection) ([]transport.Source, error)
	Announce(ctx context.Context, as transport.Source, all ...collection.Collection) error
	Conceal(all ...collection.Collection)
	// Nearby finds a user's stations on the local network, and ServeNearby has the station found.
	Nearby(ctx context.Context, user collection.UserID) ([]transport.Source, error)
	ServeNearby(as transport.Source) error
	// Run does what is due now and then.
	Run(ctx context.Context) error
	io.Closer
}

// NetworkFlags are options by which a program takes part in a network. The programs of this
// module know none, since that would take long to build: see examples/p2p.
type NetworkFlags interface {
	// Join puts a station on the network; nil = its user has not asked for that.
	Join(ctx context.Context, env Env, s *Station) (Network, error)
}

// NoNetwork are the options of a program that knows no network.
type NoNetwork struct{}

// Join implements NetworkFlags.
func (NoNetwork) Join(context.Context, Env, *Station) (Network, error) { return nil, nil }

// Dialer reaches stations for a caller: those that have sealed that they are on the network, if
// there is one, over it, and all others over HTTP, at public addresses and in networks.
func Dialer(c httplink.Caller, on Network, networks ...netip.Prefix) transport.Dialer {
	if on == nil {
		return httplink.Dialer(c, httplink.Options{Networks: networks})
	}
	others := httplink.NewTransport(httplink.PublicTransport(networks...))
	dial := httplink.Dialer(c, httplink.Options{HTTP: &http.Client{Transport: on.Transport(others)}})
	return func(s transport.Source) transport.Home {
		if e, err := collection.DecodeEndpoint(s.Endpoint); err == nil {
			for _, url := range e.URLs {
				if on.On(url) {
					s.URL = url
				}
			}
		}
		return dial(s)
	}
}
