package program

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/filestore"
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
	Account account.Account
	Key     Key
	Dir     string
	Store   *inplace.Store // what it keeps, and the files that it serves from where they lie
	closers []io.Closer
}

// OpenPeer opens the peer in a folder, for this process alone, with its account, its store
// and what makes pictures. Others are reached at public addresses and in the networks.
// What is in cfg stays.
func OpenPeer(ctx context.Context, dir string, cfg peer.Config, networks ...netip.Prefix) (*Peer, error) {
	account, key, err := LoadAccount(dir)
	if err != nil {
		return nil, err
	}
	lock, err := Lock(dir)
	if err != nil {
		return nil, err
	}
	p := &Peer{Account: account, Key: key, Dir: dir, closers: []io.Closer{lock}}
	if err := p.open(ctx, cfg, networks); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Peer) open(ctx context.Context, cfg peer.Config, networks []netip.Prefix) (err error) {
	store, err := filestore.Open(filepath.Join(p.Dir, "store"))
	if err != nil {
		return err
	}
	p.Store, p.closers = inplace.New(store), append(p.closers, store)
	cfg.Keys = new(signature.Keyring)
	if err = p.Account.AddTo(ctx, cfg.Keys); err != nil {
		return err
	}
	renderer := new(mediafiles.Renderer)
	renderer.Maker.Engines = Engines
	cfg.Store, cfg.Statement, cfg.Render = p.Store, p.Account.Statement, renderer
	cfg.Dial = httplink.Dialer(p.Caller(), httplink.Options{Networks: networks})
	if len(p.Account.Hub) > 0 {
		if cfg.Hub, err = httplink.HubOf(p.Account, httplink.Options{}); err != nil {
			return err
		}
	}
	p.Peer, err = peer.New(ctx, p.Account.User, p.Key.Signer, cfg)
	return err
}

// Caller is the peer as it calls others.
func (p *Peer) Caller() httplink.Caller {
	return httplink.Caller{User: p.Account.User, Signer: p.Key, Statement: p.Account.Statement}
}

// Close closes the peer, the last thing first.
func (p *Peer) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), Grace)
	defer cancel()
	var errs []error
	if p.Peer != nil {
		errs = append(errs, p.Peer.Close(ctx))
	}
	for i := len(p.closers) - 1; i >= 0; i-- {
		errs = append(errs, p.closers[i].Close())
	}
	return errors.Join(errs...)
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
		err = errors.New("it begins with https:// and has a host")
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
