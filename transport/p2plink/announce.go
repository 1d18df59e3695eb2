package p2plink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/multiformats/go-multihash"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// announced is a collection that the station serves originals of, or its user.
type announced struct {
	secret   []byte // the identity, or the id
	endpoint []byte
	at       time.Time // when it was announced last; zero = not yet
}

// key is the key of a topic in the table: the CID of raw bytes with that SHA-256.
func (t topic) key() (cid.Cid, error) {
	hash, err := multihash.Encode(t[:], multihash.SHA2_256)
	return cid.NewCidV1(cid.Raw, hash), err
}

// Announce says that the station serves originals of collections, from now on until Conceal: in
// one record for each, whatever number of items it has, which Run renews. Who finds it asks the
// station itself for items. The source is the station as it has sealed where it serves, at the
// host's URL: peer.Peer.Source returns it. A program calls Announce at event.Published, or once
// it has fetched all that it would serve, and for all that it serves when it starts. Of a
// collection that names no authority it does so at event.Arrived already, whatever it has of it:
// those who have something new to tell find it then (peer.Author.PublishDue).
//
// The error wraps transport.ErrMalformed for a source that is not at the host's URL, and
// transport.ErrUnreachable where no station of the table takes the record: Run tries again.
func (h *Host) Announce(ctx context.Context, as transport.Source, all ...collection.Collection) error {
	if _, err := h.ownEndpoint(as); err != nil {
		return err
	}
	var failed []error
	for _, c := range all {
		identity := c.Identity()
		h.mu.Lock()
		h.holds[topicOf(identity)] = &announced{secret: identity[:], endpoint: as.Endpoint}
		h.mu.Unlock()
		failed = append(failed, h.provide(ctx, topicOf(identity)))
	}
	return errors.Join(failed...)
}

// ownEndpoint returns the endpoint of a source at the host's URL.
func (h *Host) ownEndpoint(as transport.Source) (collection.Endpoint, error) {
	e, err := collection.DecodeEndpoint(as.Endpoint)
	if serves, _ := e.Serves(h.URL()); err != nil || !serves {
		return e, transport.At(transport.ErrMalformed, "source")
	}
	return e, nil
}

// Conceal ends what Announce has begun: the station says at once that it does not serve them,
// and the record is not renewed.
func (h *Host) Conceal(all ...collection.Collection) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range all {
		delete(h.holds, topicOf(c.Identity()))
	}
}

func (h *Host) provide(ctx context.Context, t topic) error {
	key, err := t.key()
	if err == nil {
		err = h.table.Provide(ctx, key, true)
	}
	if err != nil {
		return fmt.Errorf("%w: announcement: %w", transport.ErrUnreachable, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if held := h.holds[t]; held != nil {
		held.at = h.cfg.Now()
	}
	return nil
}

// Run renews announcements, each when Config.Again has passed since the last, and all when others
// reach the host elsewhere than before, until ctx ends, whose error it returns.
func (h *Host) Run(ctx context.Context) error {
	moved, err := h.host.EventBus().Subscribe(new(event.EvtLocalAddressesUpdated))
	if err != nil {
		return fmt.Errorf("libp2p: %w", err)
	}
	defer moved.Close() // it returns nil
	tick := time.NewTicker(h.cfg.Again / 64)
	defer tick.Stop()
	for {
		h.Renew(ctx)
		select {
		case <-tick.C:
		case <-moved.Out():
			h.allDue()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Renew announces again what is due, as Run does, and returns how many collections that were.
// What fails is due still.
func (h *Host) Renew(ctx context.Context) (renewed int) {
	for _, t := range h.due() {
		if ctx.Err() == nil && h.provide(ctx, t) == nil {
			renewed++
		}
	}
	return renewed
}

// allDue has Renew announce everything again.
func (h *Host) allDue() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, held := range h.holds {
		held.at = time.Time{}
	}
}

// due are the topics whose announcement is to come again.
func (h *Host) due() (due []topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t, held := range h.holds {
		if h.cfg.Now().Sub(held.at) >= h.cfg.Again {
			due = append(due, t)
		}
	}
	return due
}
