package p2plink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/multiformats/go-multihash"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// providing is how many records are left at once: on a large network one takes seconds, and a
// station may have thousands.
const providing = 8

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
	topics := make([]topic, len(all))
	h.mu.Lock()
	for i, c := range all {
		identity := c.Identity()
		topics[i] = topicOf(identity)
		h.holds[topics[i]] = &announced{secret: identity[:], endpoint: as.Endpoint}
	}
	h.mu.Unlock()
	_, err := h.provideAll(ctx, topics)
	return err
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

// provideAll leaves records of topics, several at once, and returns how many. The error is that
// of each that is not left, joined.
func (h *Host) provideAll(ctx context.Context, topics []topic) (left int, err error) {
	failed := make([]error, len(topics))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(providing, len(topics)) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(topics)); i = next.Add(1) - 1 {
				failed[i] = h.provide(ctx, topics[i])
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err == nil {
			left++
		}
	}
	return left, errors.Join(failed...)
}

func (h *Host) provide(ctx context.Context, t topic) error {
	key, err := t.key()
	if err == nil {
		err = ctx.Err()
	}
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
	renewed, _ = h.provideAll(ctx, h.due())
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
