package main

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// hubStation is the central server.
type hubStation struct {
	hub *hub.Hub
	url string
}

// startHub starts the hub: a key that all others will know, a store, a listener. From then
// on it does by itself what is due now and then.
func startHub(ctx context.Context, s *stage) (*hubStation, error) {
	own, dir, err := s.account("hub")
	if err != nil {
		return nil, err
	}
	caller, err := httplink.CallerOf(own)
	if err != nil {
		return nil, err
	}
	signer, err := own.Signer()
	if err != nil {
		return nil, err
	}
	store, err := s.store(ctx, "hub", dir, hubStores[cmp.Or(s.options.store, "sqlite")])
	if err != nil {
		return nil, err
	}
	h, err := hub.New(ctx, signer, hub.Config{
		Store: store,
		Dial:  httplink.Dialer(caller, httplink.Options{HTTP: s.network.client("hub")}), // to check what peers announce
		Wait:  5 * time.Second,
		Log:   slog.New(&s.failures),
	})
	if err != nil {
		return nil, err
	}
	listener, url, err := s.network.listen("hub", own.Key)
	if err == nil {
		handler := httplink.HubHandler(h, httplink.HandlerOptions{Log: slog.New(&s.failures)})
		s.serve(ctx, listener, s.witness.watch(handler), h.Run)
	}
	return &hubStation{h, url}, err
}

// person registers a user at the hub, as a sign-up page would.
func (h *hubStation) person(ctx context.Context, name, address string) (collection.UserID, error) {
	return h.hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{address}})
}

// station makes a station one of a user's: in its account are then a token of its own, and
// what shows that its key is the user's. The first station's key is the user key; it seals the
// user's roster when there is another. Where there are people at both, package enrol does that.
func (h *hubStation) station(ctx context.Context, user collection.UserID, a *account.Account, dir string, userKey *signature.Signer) error {
	key, err := a.Signer()
	if err != nil {
		return err
	}
	a.User, a.Authority, a.Hub, a.Pinned = user, h.hub.PublicKey(), []string{h.url}, true
	if a.Token, err = h.hub.Accounts().Issue(ctx, user, a.Name); err != nil {
		return err
	}
	if userKey != nil {
		if err := h.list(ctx, user, key, userKey); err != nil {
			return err
		}
		a.UserKey = userKey.Public()
	}
	proof, err := signature.ProvePossession(ctx, key, a.Authority.ID(), user)
	if err == nil {
		a.Statement, err = h.hub.Accounts().AddKey(ctx, user, a.Name, key.Public(), proof)
	}
	if err == nil {
		err = a.Save(filepath.Join(dir, "account"))
	}
	return err
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
