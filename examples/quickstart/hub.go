package main

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
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

// startHub starts the hub: a key that all others will know, a store, a listener. From then
// on it does by itself what is due now and then.
func startHub(ctx context.Context, s *stage) (*hubStation, error) {
	own, err := s.station("hub")
	if err != nil {
		return nil, err
	}
	caller, err := httplink.CallerOf(own.account)
	if err != nil {
		return nil, err
	}
	signer, err := own.account.Signer()
	if err != nil {
		return nil, err
	}
	store, err := own.store(ctx, hubStores[cmp.Or(s.options.store, "sqlite")])
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
	listener, url, err := s.network.listen("hub", own.account.Key)
	if err == nil {
		handler := httplink.HubHandler(h, httplink.HandlerOptions{Log: slog.New(&s.failures)})
		s.serve(ctx, listener, s.witness.watch(handler), h.Run)
	}
	return &hubStation{h, url}, err
}

// join registers a user at the hub, as a sign-up page would, with stations. The key of the
// first one is the user key, which seals the user's roster when there is another.
func (h *hubStation) join(ctx context.Context, name string, stations ...*station) error {
	address := strings.ToLower(name) + "@example.org"
	user, err := h.hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{address}})
	var userKey *signature.Signer
	for _, s := range stations {
		if err == nil {
			userKey, err = h.admit(ctx, user, s, userKey)
		}
	}
	return err
}

// admit makes a station one of a user's: in its account are then a token of its own, and
// what shows that its key is the user's. It returns the user key, which is the station's if there
// was none. Where there are people at both, package enrol does that.
func (h *hubStation) admit(ctx context.Context, user collection.UserID, s *station, userKey *signature.Signer) (*signature.Signer, error) {
	a := &s.account
	key, err := a.Signer()
	if err != nil {
		return nil, err
	}
	a.User, a.Authority, a.Hub, a.Pinned = user, h.hub.PublicKey(), []string{h.url}, true
	if a.Token, err = h.hub.Accounts().Issue(ctx, user, a.Name); err != nil {
		return nil, err
	}
	if userKey == nil {
		userKey = key
	} else if a.UserKey, err = userKey.Public(), h.list(ctx, user, key, userKey); err != nil {
		return nil, err
	}
	proof, err := signature.ProvePossession(ctx, key, a.Authority.ID(), user)
	if err == nil {
		a.Statement, err = h.hub.Accounts().AddKey(ctx, user, a.Name, key.Public(), proof)
	}
	if err == nil {
		err = a.Save(filepath.Join(s.dir, "account"))
	}
	return userKey, err
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
