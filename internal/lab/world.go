package lab

import (
	"context"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// World is users and their stations on a network, perhaps with a hub. Its time, its
// keys and its numbers are the same again for the same seed.
type World struct {
	Clock
	randoms
	Net Net
	Hub *Station // the first that was started with StartHub
	// Wrap, if it is not nil, stands between the stations and the network: to count
	// requests, to write them down, to refuse them. It is set before a station starts.
	Wrap func(from string, next http.RoundTripper) http.RoundTripper
}

// NewWorld makes a world with nobody in it.
func NewWorld(seed uint64, net Net) *World {
	w := &World{Net: net}
	w.seed, w.now = seed, time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	return w
}

// Register makes a user of the hub, with a mail address.
func (w *World) Register(ctx context.Context, name string) (collection.UserID, error) {
	return w.Hub.Hub.Accounts().Register(ctx, hub.Person{Name: name, Addresses: []string{name + "@example.org"}})
}

// Authority is the hub's key, which collections name; zero without a hub.
func (w *World) Authority() collection.KeyID {
	if w.Hub == nil {
		return collection.KeyID{}
	}
	return collection.KeyID(w.Hub.Hub.PublicKey().ID())
}
