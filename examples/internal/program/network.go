package program

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"

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
	// Join puts the station of a place on the network; nil = its user has not asked for that.
	Join(ctx context.Context, env Env, at Place) (Network, error)
}

// Place is what a station is on a network with.
type Place struct {
	Dir      string         // its folder
	Key      Key            // its own
	Networks []netip.Prefix // in which it reaches others over HTTP, beside public addresses
}

// NoNetwork are the options of a program that knows no network.
type NoNetwork struct {
	P2P   elsewhere `name:"p2p" env:"-" hidden:""`
	Local elsewhere `env:"-" hidden:""`
}

// elsewhere is an option that only the programs of examples/p2p have.
type elsewhere bool

// BeforeApply refuses it, and says where it is.
func (elsewhere) BeforeApply() error {
	return Plain(errors.New("that takes the program that knows the peer-to-peer network: go build -o bin/ ./examples/p2p/hub ./examples/p2p/peer ./examples/p2p/camera"))
}

// Join implements NetworkFlags.
func (*NoNetwork) Join(context.Context, Env, Place) (Network, error) { return nil, nil }

// Dialer reaches stations for a caller: those that have sealed that they are on the network, if
// there is one, over it, and all others over HTTP, at public addresses and in networks. Originals
// come over HTTP where the network does not reach a station, which may be on another one.
func Dialer(c httplink.Caller, on Network, networks ...netip.Prefix) transport.Dialer {
	if on == nil {
		return httplink.Dialer(c, httplink.Options{Networks: networks})
	}
	others := httplink.NewTransport(httplink.PublicTransport(networks...))
	dial := httplink.Dialer(c, httplink.Options{HTTP: &http.Client{Transport: on.Transport(others)}})
	return func(s transport.Source) transport.Home {
		home := dial(s)
		e, err := collection.DecodeEndpoint(s.Endpoint)
		i := slices.IndexFunc(e.URLs, on.On)
		if err != nil || i < 0 || e.URLs[i] == s.URL || home == nil {
			return home
		}
		s.URL = e.URLs[i]
		return twoWays{dial(s), home}
	}
}

// twoWays reaches a station first over a network, and then over HTTP.
type twoWays struct {
	transport.Home
	http transport.Home
}

// Original implements transport.Originals.
func (w twoWays) Original(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	s, err := w.Home.Original(ctx, ref, offset, n)
	if errors.Is(err, transport.ErrUnreachable) {
		return w.http.Original(ctx, ref, offset, n)
	}
	return s, err
}

// Originals implements transport.BulkOriginals.
func (w twoWays) Originals(ctx context.Context, name collection.Name, items transport.Bits) (io.ReadCloser, error) {
	s, err := w.Home.Originals(ctx, name, items)
	if errors.Is(err, transport.ErrUnreachable) {
		return w.http.Originals(ctx, name, items)
	}
	return s, err
}
