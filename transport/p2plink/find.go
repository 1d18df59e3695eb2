package p2plink

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

const (
	maxRecords = 256 // that one search looks at
	asked      = 8   // stations at once
	enough     = 16  // stations that are found
	searching  = 30 * time.Second
	maxVain    = 1 << 14
)

// Find implements transport.Finder: it returns the stations that serve originals of a
// collection, as they have sealed it themselves, the first to answer first, at most 16. It asks
// the table once for the collection, whatever number of its items is looked for, and the stations
// there to prove that they hold it. No station is no error, and is remembered for
// Config.Remember.
//
// Whether the key of an endpoint is one of its user, the caller finds out.
func (h *Host) Find(ctx context.Context, c collection.Collection) ([]transport.Source, error) {
	of := topicOf(c.Identity())
	if h.inVain(of) {
		return nil, nil
	}
	within, cancel := context.WithTimeout(ctx, searching)
	defer cancel()
	found, err := h.search(within, c)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && len(found) == 0 {
		h.noteVain(of)
	}
	return found, err
}

// sought is what stations are asked for: what they serve, and what proves that they do.
type sought struct {
	topic  topic
	secret []byte
	items  int
}

// search asks the stations of the local network for a collection, and those that its records name.
func (h *Host) search(ctx context.Context, c collection.Collection) ([]transport.Source, error) {
	identity := c.Identity()
	of := sought{topicOf(identity), identity[:], c.Len()}
	key, err := of.topic.key()
	if err != nil {
		return nil, err
	}
	if found := h.askNearby(ctx, of); len(found) > 0 {
		return found, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return h.askAll(ctx, h.table.FindProvidersAsync(ctx, key, maxRecords), of), nil
}

// askAll asks stations until there is nobody else, or enough have proved that they have it.
func (h *Host) askAll(ctx context.Context, stations <-chan peer.AddrInfo, of sought) (found []transport.Source) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		mu  sync.Mutex
		all sync.WaitGroup
	)
	for range asked {
		all.Go(func() {
			for at := range stations {
				source, ok := h.holder(ctx, at, of)
				mu.Lock()
				if ok && len(found) < enough {
					found = append(found, source)
				}
				if len(found) == enough {
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return found
}

// holder asks the station of a record, and returns it if it proves that it has what is sought,
// and serves where the record says.
func (h *Host) holder(ctx context.Context, at peer.AddrInfo, of sought) (transport.Source, bool) {
	if at.ID == h.host.ID() || ctx.Err() != nil {
		return transport.Source{}, false
	}
	h.host.Peerstore().AddAddrs(at.ID, at.Addrs, peerstore.TempAddrTTL)
	q := newQuestion(&of.topic)
	q.proof = proofOf(seeker, of.secret, h.host.ID(), at.ID, q.nonce)
	a, err := h.ask(ctx, at.ID, q)
	if err != nil || !a.holds(of.secret, h.host.ID(), at.ID, q) {
		return transport.Source{}, false
	}
	e, err := collection.DecodeEndpoint(a.endpoint)
	serves, _ := e.Serves(URL(at.ID))
	if err != nil || !serves || e.Key != collection.KeyID(a.key.ID()) {
		return transport.Source{}, false
	}
	return transport.Source{User: e.User, URL: URL(at.ID), Items: transport.AllBits(of.items), Endpoint: a.endpoint}, true
}

func (h *Host) inVain(t topic) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok := h.vain[t]
	return ok && h.cfg.Now().Sub(at).Abs() < h.cfg.Remember
}

func (h *Host) noteVain(t topic) {
	now := h.cfg.Now()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.vain) >= maxVain {
		maps.DeleteFunc(h.vain, func(_ topic, at time.Time) bool { return now.Sub(at).Abs() >= h.cfg.Remember })
	}
	if len(h.vain) < maxVain {
		h.vain[t] = now
	}
}
