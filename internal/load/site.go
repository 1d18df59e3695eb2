package main

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// authority is a hub's key, which counts the seals that it makes.
type authority struct {
	ed25519.PrivateKey
	signer *signature.Signer
	sealed atomic.Int64
}

// newAuthority makes an authority of a key; nil = of a new one.
func newAuthority(key ed25519.PrivateKey) (a *authority, err error) {
	a = &authority{PrivateKey: key}
	if key == nil {
		if a.PrivateKey, err = signature.GenerateKey(rand.Reader); err != nil {
			return nil, err
		}
	}
	a.signer, err = signature.NewSigner(a, rand.Reader)
	return a, err
}

// Sign implements crypto.Signer.
func (a *authority) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	a.sealed.Add(1)
	return a.PrivateKey.Sign(random, digest, opts)
}

// id is how collections name the authority.
func (a *authority) id() collection.KeyID { return collection.KeyID(a.signer.Public().ID()) }

// maxRecipients is with how many people one collection is shared here at most.
const maxRecipients = 20_000

// newHub makes a hub. It answers at once who asks for news that are not there, if it is not
// said how long it waits.
func newHub(ctx context.Context, a *authority, store transport.Store, cfg hub.Config) (*hub.Hub, error) {
	cfg.Store, cfg.Dial, cfg.MaxRecipients, cfg.RequiredFromPeer = store, reaches, maxRecipients, 1
	cfg.Wait = cmp.Or(cfg.Wait, 1)
	// All is counted as ever, but few users do here what is usually done by many.
	cfg.Quotas, cfg.Memory, cfg.Unasked = hub.Unlimited(), -1, hub.Unasked{Collections: 1 << 40, Items: 1 << 40}
	return hub.New(ctx, a.signer, cfg)
}

// member is a user of the hub with one station, which has a key and a token.
type member struct {
	user   collection.UserID
	signer *signature.Signer
	token  string
	// endpoint says that the station serves at homeURL.
	endpoint []byte
	read     transport.Cursor // up to where it has heard
}

// enrol makes a new member.
func enrol(ctx context.Context, h *hub.Hub) (*member, error) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	m := new(member)
	if m.signer, err = signature.NewSigner(key, rand.Reader); err != nil {
		return nil, err
	}
	address := fmt.Sprintf("%x@example.org", key.Seed()[:8])
	if m.user, err = h.Accounts().Register(ctx, hub.Person{Name: "Ann", Addresses: []string{address}}); err != nil {
		return nil, err
	}
	if _, err = lab.AddKey(ctx, h, m.user, "camera", m.signer); err != nil {
		return nil, err
	}
	if m.endpoint, err = m.sealEndpoint(ctx); err != nil {
		return nil, err
	}
	m.token, err = h.Accounts().Issue(ctx, m.user, "camera")
	return m, err
}

func (m *member) sealEndpoint(ctx context.Context) ([]byte, error) {
	e := collection.Endpoint{User: m.user, Key: m.signer.Public().ID(), Number: 1, URLs: []string{homeURL}}
	e, err := e.Sign(ctx, m.signer)
	if err != nil {
		return nil, err
	}
	return e.MarshalBinary()
}

// enrolAll makes n new members.
func enrolAll(ctx context.Context, h *hub.Hub, n int) ([]*member, error) {
	all := make([]*member, n)
	for i := range all {
		var err error
		if all[i], err = enrol(ctx, h); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// memberOf is the one of some members who is a user.
func memberOf(members []*member, user collection.UserID) *member {
	return members[slices.IndexFunc(members, func(m *member) bool { return m.user == user })]
}

// server serves a station to clients on this computer.
type server struct {
	http *http.Server
	url  string
}

func serve(h http.Handler) (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{&http.Server{Handler: h, ReadHeaderTimeout: time.Minute}, "http://" + listener.Addr().String()}
	go s.http.Serve(listener)
	return s, nil
}

// Close ends the server.
func (s *server) Close() error { return s.http.Close() }

// client is a way to a station at a URL, which keeps its own connections.
type client struct {
	url  string
	http *http.Client
}

func newClient(url string, connections int) client {
	return client{url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}}
}

// as is the station as it is for a member.
func (c client) as(m *member) *httplink.Client {
	return httplink.NewClient(c.url, httplink.Bearer(m.token), httplink.Options{HTTP: c.http})
}

// site is a hub with its store, served on this computer.
type site struct {
	*server
	*authority
	store   *counted
	hub     *hub.Hub
	members []*member
}

// newSite makes a site of a store with some members.
func newSite(ctx context.Context, a *authority, store *counted, members int) (*site, error) {
	s := &site{authority: a, store: store}
	var err error
	if s.hub, err = newHub(ctx, a, store, hub.Config{}); err != nil {
		return nil, err
	}
	if s.members, err = enrolAll(ctx, s.hub, members); err != nil {
		return nil, err
	}
	s.server, err = serve(httplink.HubHandler(s.hub, httplink.HandlerOptions{}))
	return s, err
}

// Close ends the site and closes its store.
func (s *site) Close() error { return errors.Join(s.stop(), s.store.Close()) }

// stop ends the site; its store stays open.
func (s *site) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(s.server.Close(), s.hub.Close(ctx))
}

// albums makes n albums, by the first authors of the members in turn, each for two of
// the others.
func (s *site) albums(ctx context.Context, n, authors, items, thumbnail int) ([]*album, error) {
	all := make([]*album, n)
	readers := s.members[authors:]
	for i := range all {
		var err error
		all[i], err = newAlbum(ctx, s.id(), s.members[i%authors], plan{newItems(items), thumbnail},
			readers[i%len(readers)].user, readers[(i+1)%len(readers)].user)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
