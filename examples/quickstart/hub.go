package main

import (
	"cmp"
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/signup"
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
	store, err := own.store(ctx, hubStores[cmp.Or(s.options.store, "file")])
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
		s.serve(ctx, listener, s.witness.Watch(handler), h.Run)
	}
	return &hubStation{h, url}, err
}

// join registers a user at the hub with stations. Where there are people at both, package enrol
// does that.
func (h *hubStation) join(ctx context.Context, name string, stations ...*station) error {
	var accounts []*account.Account
	for _, s := range stations {
		accounts = append(accounts, &s.account)
	}
	err := signup.Register(ctx, h.hub, h.url, name, accounts...)
	for _, s := range stations {
		if err == nil {
			err = s.account.Save(filepath.Join(s.dir, "account"))
		}
	}
	return err
}
