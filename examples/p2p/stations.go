package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/examples/internal/signup"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/device"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/media/mediafiles"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// original is the place of the complete version in label.DefaultLadder.
const original = 2

// hubStation is the central server. It is on the network as well: others learn there who else
// is, it checks what homes announce, and carries first bytes for those who are behind routers.
type hubStation struct {
	*hub.Hub
	url string
}

func (s *story) startHub(ctx context.Context) (*hubStation, error) {
	a, err := account.New("hub", rand.Reader)
	if err != nil {
		return nil, err
	}
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	host, err := s.host(ctx, signer, p2plink.Config{Relay: true})
	if err != nil {
		return nil, err
	}
	checks := &http.Client{Transport: counted{s.client(host).Transport, &s.checked}}
	h, err := hub.New(ctx, signer, hub.Config{
		Dial: httplink.Dialer(httplink.Caller{Signer: signer}, httplink.Options{HTTP: checks}),
		Wait: 5 * time.Second,
	})
	if err != nil {
		return nil, err
	}
	listener, url, err := s.listenHTTPS(a.Key)
	if err == nil {
		s.serve(ctx, listener, s.witness.Watch(httplink.HubHandler(h, httplink.HandlerOptions{})), h.Run)
	}
	return &hubStation{h, url}, err
}

// users registers a user with stations, of which it makes the accounts.
func (h *hubStation) users(ctx context.Context, name string, stations ...string) (all []account.Account, err error) {
	all, admitted, err := accounts(stations)
	if err == nil {
		err = signup.Register(ctx, h.Hub, h.url, name, admitted...)
	}
	return all, err
}

// accounts are new ones, of nobody yet.
func accounts(names []string) (all []account.Account, each []*account.Account, err error) {
	all = make([]account.Account, len(names))
	for i, name := range names {
		if all[i], err = account.New(name, rand.Reader); err != nil {
			return nil, nil, err
		}
		each = append(each, &all[i])
	}
	return all, each, nil
}

// camera is the light device: it calls others, and is never called.
type camera struct {
	device *device.Device
	card   mediafiles.Folder
	hub    transport.Hub
	dial   transport.Dialer
	ids    []collection.ItemID
	name   collection.Name // of what it has made
}

func (s *story) startCamera(ctx context.Context, a account.Account) (*camera, error) {
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	caller, err := httplink.CallerOf(a)
	if err != nil {
		return nil, err
	}
	host, err := s.host(ctx, nil, p2plink.Config{Client: true})
	if err != nil {
		return nil, err
	}
	c, ways := new(camera), httplink.Options{HTTP: s.client(host)}
	c.device = device.New(a.User, signer, &c.card, device.Config{Authority: a.Authority.ID()})
	c.dial = httplink.Dialer(caller, ways)
	if len(a.Hub) > 0 {
		c.hub, err = httplink.HubOf(a, ways)
	}
	return c, err
}

// peerStation is a home, or a recipient's: it serves, and fetches, over the network.
type peerStation struct {
	*peer.Peer
	account account.Account
	host    *p2plink.Host
	stop    func() error
}

// startPeer starts a peer that tells some friends what is new where there is no hub.
func (s *story) startPeer(ctx context.Context, a account.Account, friends ...transport.Source) (*peerStation, error) {
	signer, err := a.Signer()
	if err != nil {
		return nil, err
	}
	host, err := s.host(ctx, signer, p2plink.Config{})
	if err != nil {
		return nil, err
	}
	cfg := peer.Config{URL: host.URL(), Find: host.Find, Homes: friends, Render: new(mediafiles.Renderer)}
	if err := program.Connect(ctx, a, &cfg, httplink.Options{HTTP: s.client(host)}); err != nil {
		return nil, err
	}
	p, err := peer.New(ctx, a.User, signer, cfg)
	if err != nil {
		return nil, err
	}
	stop := s.serve(ctx, host.Listen(), httplink.PeerHandler(p, httplink.HandlerOptions{}), func(ctx context.Context) error {
		<-ctx.Done() // it does what the story says: a program has the peer Run
		return p.Close(context.WithoutCancel(ctx))
	})
	return &peerStation{p, a, host, func() error { return errors.Join(stop(), host.Close()) }}, nil
}

// announce says on the network that the originals of a collection are here.
func (p *peerStation) announce(ctx context.Context, name collection.Name) error {
	v, err := p.Reader.View(ctx, name)
	if err != nil {
		return err
	}
	return p.host.Announce(ctx, p.Source(), v.Collection())
}

// hear waits for news of a collection until so many of its items have a label. The peer verifies
// it and stores it before.
func (p *peerStation) hear(ctx context.Context, name collection.Name, labelled int, receive receiving) error {
	for {
		if _, err := receive(ctx); err != nil {
			return err
		}
		v, err := p.Reader.View(ctx, name)
		if err != nil || v.Collection().Labelled() == labelled {
			return err
		}
	}
}

// receiving asks for news: Reader.Receive does, of the hub.
type receiving func(context.Context) ([]notify.Notification, error)

// verify reads originals once more, and does not take the peer's word for it that they are what
// the author has sealed.
func (p *peerStation) verify(ctx context.Context, refs []transport.Ref) (n int, bytes int64, err error) {
	for _, ref := range refs {
		v, err := p.Reader.View(ctx, ref.Collection)
		if err != nil {
			return n, bytes, err
		}
		blob, err := p.Reader.Open(ctx, ref)
		if err != nil {
			return n, bytes, err
		}
		sum, size, err := digest.Of(io.NewSectionReader(blob, 0, blob.Size()))
		blob.Close()
		i, _ := v.Collection().Index(ref.Item)
		if want, _ := v.Collection().Digest(i, ref.Version); err != nil || sum != want {
			return n, bytes, fmt.Errorf("item %v is another one (%w)", ref.Item, err)
		}
		n, bytes = n+1, bytes+size
	}
	return n, bytes, nil
}

// client is how a station calls others: over the network or, the hub, over HTTPS.
func (s *story) client(h *p2plink.Host) *http.Client {
	overHTTP := counted{httplink.NewTransport(nil), &s.overHTTP}
	return &http.Client{Transport: counted{h.Transport(overHTTP), &s.all}}
}
