package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// hubStation is the central server.
type hubStation struct {
	hub *hub.Hub
	url string
}

// startHub starts the hub: a key that all others will know, a store, a listener. A hub that
// stays up also has Resume, Probe and Expire called now and then, as package hub says.
func startHub(ctx context.Context, s *stage) (*hubStation, error) {
	dir, err := s.folder("hub")
	if err != nil {
		return nil, err
	}
	signer, err := newKey(dir)
	if err != nil {
		return nil, err
	}
	store, err := s.store(ctx, "hub", dir, hubStores[s.options.store])
	if err != nil {
		return nil, err
	}
	h := new(hubStation)
	h.hub, err = hub.New(ctx, signer.Signer, hub.Config{
		Store: store,
		Dial:  httplink.Dialer(httplink.Caller{Signer: signer}, httplink.Options{HTTP: s.network.client("hub")}), // to check what peers announce
		Wait:  5 * time.Second,
		Log:   slog.New(&s.failures),
	})
	if err != nil {
		return nil, err
	}
	listener, url, err := s.network.listen("hub", signer.private)
	if err != nil {
		return nil, err
	}
	h.url = url
	s.serve(listener, s.witness.watch(httplink.HubHandler(h.hub, httplink.HandlerOptions{Log: slog.New(&s.failures)})))
	s.closers = append(s.closers, func() error { return h.hub.Close(context.WithoutCancel(ctx)) })
	return h, nil
}

// person registers a user at the hub, as a sign-up page would.
func (h *hubStation) person(ctx context.Context, name, address string) (account, error) {
	user, err := h.hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{address}})
	return account{user: user, hubURL: h.url, hubKey: h.hub.PublicKey()}, err
}

// station adds a station to a user's account: a token of its own, and what shows that the
// station's key is the user's. The first station's key is the user key; it seals the
// user's roster when there is another.
func (h *hubStation) station(ctx context.Context, a account, name string, key, userKey *signature.Signer) (account, error) {
	var err error
	if a.token, err = h.hub.Accounts().Issue(ctx, a.user, name); err != nil {
		return a, err
	}
	if key != userKey {
		if err := h.list(ctx, a.user, key, userKey); err != nil {
			return a, err
		}
	}
	proof, err := signature.ProvePossession(ctx, key, a.hubKey.ID(), a.user)
	if err == nil {
		a.statement, err = h.hub.Accounts().AddKey(ctx, a.user, name, key.Public(), proof)
	}
	return a, err
}

// list tells the hub of a user's second station.
func (h *hubStation) list(ctx context.Context, user collection.UserID, key, userKey *signature.Signer) error {
	station, err := signature.NewStation(ctx, user, key, signature.StationPeer)
	if err != nil {
		return err
	}
	roster, err := signature.Roster{User: user}.Join(station).Sign(ctx, userKey)
	if err != nil {
		return err
	}
	data, err := roster.MarshalBinary()
	if err == nil {
		_, err = h.hub.Accounts().SetRoster(ctx, data)
	}
	return err
}
