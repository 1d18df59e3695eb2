package program

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/inplace"
	"github.com/glimpse-go/glimpse/transport/media"
	"github.com/glimpse-go/glimpse/transport/media/heif"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// Engines make pictures of photos as phones take them, besides those that need no other engine.
var Engines = []media.Engine{new(heif.Engine)}

// Peer is a peer in its folder.
type Peer struct {
	*peer.Peer
	*Station
	Store   *inplace.Store // what it keeps, and the files that it serves from where they lie
	Network Network        // nil = none
}

// Ways are how a peer reaches others, and is reached.
type Ways struct {
	Networks []netip.Prefix                                // of HTTP, beside public addresses
	Join     func(context.Context, Place) (Network, error) // puts it on another network; nil = none
}

// OpenPeer opens the peer in a folder, for this process alone, with its account, its store
// and what makes pictures. What is in cfg stays.
func OpenPeer(ctx context.Context, dir string, cfg peer.Config, ways Ways) (*Peer, error) {
	s, err := OpenStation(dir)
	if err != nil {
		return nil, err
	}
	p := &Peer{Station: s, Store: inplace.New(s.Files)}
	if err := p.open(ctx, cfg, ways); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return p, nil
}

func (p *Peer) open(ctx context.Context, cfg peer.Config, ways Ways) error {
	renderer := new(mediafiles.Renderer)
	renderer.Maker.Engines = Engines
	cfg.Store, cfg.Render = p.Store, renderer
	err := Connect(ctx, p.Account, &cfg, httplink.Options{})
	if err == nil {
		err = p.join(ctx, &cfg, ways)
	}
	if err == nil {
		p.Peer, err = peer.New(ctx, p.Account.User, p.OwnKey.Signer, cfg)
	}
	return err
}

// join has the peer reach others, and puts it on the network, if there is one.
func (p *Peer) join(ctx context.Context, cfg *peer.Config, ways Ways) (err error) {
	if ways.Join != nil {
		p.Network, err = ways.Join(ctx, Place{p.Dir, p.OwnKey, ways.Networks})
	}
	if err == nil && p.Network != nil {
		p.Closers = append(p.Closers, p.Network)
		cfg.Also, cfg.Find = []string{p.Network.URL()}, p.Network.Find
	}
	cfg.Dial = Dialer(p.Caller(), p.Network, ways.Networks...)
	return err
}

// Connect has a peer know what is in its account, with what keys it has been given, and reach
// the hub, if there is one, and other peers.
func Connect(ctx context.Context, a account.Account, cfg *peer.Config, others httplink.Options) error {
	if cfg.Keys == nil {
		cfg.Keys = new(signature.Keyring)
	}
	if err := a.AddTo(ctx, cfg.Keys); err != nil {
		return err
	}
	caller, err := httplink.CallerOf(a)
	if err != nil {
		return err
	}
	cfg.Statement, cfg.Dial = a.Statement, httplink.Dialer(caller, others)
	if len(a.Hub) > 0 {
		cfg.Hub, err = httplink.HubOf(a, httplink.Options{HTTP: others.HTTP})
	}
	return err
}

// Close closes the peer, the last thing first.
func (p *Peer) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	return errors.Join(p.Peer.Close(ctx), p.Station.Close())
}

// HomeNetworks are the networks of homes, and this computer itself.
var HomeNetworks = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("fc00::/7"),
}

// Address is where a station serves and which key it has there, as people hand it on:
// https://192.168.1.7:8444#key.
type Address struct {
	URL string
	Key collection.KeyID
}

// String returns the text.
func (a Address) String() string { return a.URL + "#" + a.Key.String() }

// ParseAddress reads the text.
func ParseAddress(text string) (a Address, err error) {
	base, key, _ := strings.Cut(text, "#")
	u, err := url.Parse(base)
	if err == nil && (u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		err = errors.New("it begins with http:// or https:// and has a host")
	}
	if err == nil {
		err = a.Key.UnmarshalText([]byte(key))
	}
	if err != nil {
		return a, Usage("%q is no address of a station, as peer address prints it: %w", text, err)
	}
	a.URL = strings.TrimSuffix(base, "/")
	return a, nil
}

// Reach reaches the station at an address for a caller.
func (a Address) Reach(c httplink.Caller) *httplink.Client {
	return httplink.NewClient(a.URL, httplink.Sealed(c, a.Key), httplink.Options{Key: a.Key})
}
