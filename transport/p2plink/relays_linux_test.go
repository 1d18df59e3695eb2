package p2plink_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	circuit "github.com/libp2p/go-libp2p/p2p/protocol/circuitv2/relay"

	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// stranger is a host of libp2p's own, at an address in a namespace.
func (i *internet) stranger(namespace, ip, port string, options ...libp2p.Option) host.Host {
	i.tb.Helper()
	var cfg p2plink.Config
	i.at(namespace, ip, &cfg)
	options = append(append(cfg.Options, libp2p.ListenAddrStrings("/ip4/"+ip+"/udp/"+port+"/quic-v1")), options...)
	h, err := libp2p.New(options...)
	must(i.tb, err)
	i.tb.Cleanup(func() { must(i.tb, h.Close()) })
	return h
}

// TestRelayDrops: where the relay goes that carries an original, the fetch goes on by another one,
// and nothing comes twice but a part of one block.
func TestRelayDrops(t *testing.T) {
	t.Parallel()
	const size, sent = 5 * digest.BlockSize, 2*digest.BlockSize + 2000
	h := newHouses(t, newInternet(t, symmetric), "60.0.0.1", "60.0.0.2")
	h.moveIn(2, size)
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	before := h.net.bytes("bob", httpProtocol)
	var then rest
	var once sync.Once
	h.net.put("ann", after(sent, func() {
		await(t, "what was sent", func() bool { return h.net.bytes("bob", httpProtocol)-before >= sent })
		once.Do(func() {
			h.net.put("ann", then.counts)
			h.net.stop(h.carries("60.0.0.1", "60.0.0.2"))
		})
	}))
	ref := h.cam.Ref(h.name, 0, 2)
	awaitNil(t, "the original", func() error { return h.bob.Reader.Fetch(t.Context(), ref) })
	if !bytes.Equal(h.bob.Reads(ref), h.cam.Card[ref.Item][2]) {
		t.Error("other bytes")
	}
	then.check(t, size, 2*digest.BlockSize)
}

// reader is a host that keeps what goes through its streams.
type reader struct {
	host.Host
	mu  sync.Mutex
	all map[network.Stream][]byte
}

func (r *reader) keep(s network.Stream, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all[s] = append(r.all[s], p...)
}

// SetStreamHandler implements host.Host.
func (r *reader) SetStreamHandler(of protocol.ID, h network.StreamHandler) {
	r.Host.SetStreamHandler(of, func(s network.Stream) { h(&readStream{s, r}) })
}

// NewStream implements host.Host.
func (r *reader) NewStream(ctx context.Context, to peer.ID, of ...protocol.ID) (network.Stream, error) {
	s, err := r.Host.NewStream(ctx, to, of...)
	return &readStream{s, r}, err
}

// readStream keeps what is read: what comes from one end and goes to the other.
type readStream struct {
	network.Stream
	by *reader
}

// Read implements network.Stream.
func (s *readStream) Read(p []byte) (int, error) {
	n, err := s.Stream.Read(p)
	s.by.keep(s.Stream, p[:n])
	return n, err
}

// TestRelayReadsNothing: what a relay carries of an exchange is neither its words nor its bytes.
func TestRelayReadsNothing(t *testing.T) {
	t.Parallel()
	in := newInternet(t, symmetric)
	curious := &reader{Host: in.stranger("wide", "60.0.0.2", "4001", libp2p.ForceReachabilityPublic()), all: map[network.Stream][]byte{}}
	relays, err := circuit.New(curious)
	must(t, err)
	t.Cleanup(func() { must(t, relays.Close()) })
	h := newHouses(t, in, "60.0.0.1")
	h.changes(func(_ string, cfg *p2plink.Config) {
		cfg.Relays = []peer.AddrInfo{{ID: curious.ID(), Addrs: curious.Addrs()}}
	})
	const size = 3 * digest.BlockSize
	h.moveIn(1, size)
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
	curious.check(t, h)
}

func (r *reader) check(t *testing.T, h *houses) {
	r.mu.Lock()
	defer r.mu.Unlock()
	secrets := [][]byte{h.ann.User[:], h.bob.User[:], h.name.ID[:], []byte("Picnic"), []byte("HTTP/1.1"), []byte("glimpse")}
	for _, secret := range secrets[:3] {
		secrets = append(secrets, []byte(hex.EncodeToString(secret)))
	}
	originals := 0
	for _, item := range h.cam.Items {
		original := h.cam.Card[item.ID][2]
		originals += len(original)
		for at := 0; at+32 <= len(original); at += 32 {
			secrets = append(secrets, original[at:at+32])
		}
	}
	carried, handshakes := 0, 0
	for _, all := range r.all {
		carried += len(all)
		handshakes += bytes.Count(all, []byte("/multistream/1.0.0\n")) // which is not secret
		for _, secret := range secrets {
			if bytes.Contains(all, secret) {
				t.Fatalf("the relay reads %q", secret)
			}
		}
	}
	if carried < originals || handshakes == 0 {
		t.Errorf("the relay carried %d bytes of %d, and %d handshakes", carried, originals, handshakes)
	}
}

// TestFloods: who floods a home through a relay is cut off there, as often as it comes, and keeps
// nobody else from either.
func TestFloods(t *testing.T) {
	t.Parallel()
	const relays, times, limit = "60.0.0.1", 3, 128 << 10
	h := newHouses(t, newInternet(t, "masquerade"), relays)
	h.moveIn(1, 0)
	flooder := h.in.stranger("b", "192.168.1.2", "4002")
	ann := h.host(h.ann).Addresses()
	var all sync.WaitGroup
	all.Go(func() {
		for range times {
			if err := flood(t.Context(), flooder, ann); err != nil {
				t.Error(err)
			}
		}
	})
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
	all.Wait()
	const others = 32 << 10 // what was carried for Bob, and what flooded homes have answered
	if carried := h.net.bytes(relays, relayProtocol); carried < times*limit || carried > times*limit+others {
		t.Errorf("the relay carried %d bytes of %d floods", carried, times)
	}
}

// flood sends requests that are none, in a connection of its own, until that is cut off.
func flood(ctx context.Context, by host.Host, to peer.AddrInfo) error {
	ctx = network.WithAllowLimitedConn(ctx, "flood")
	if err := by.Connect(ctx, to); err != nil {
		return err
	}
	ctx = network.WithNoDial(ctx, "flood")
	for by.Network().Connectedness(to.ID) != network.NotConnected {
		if s, err := by.NewStream(ctx, to.ID, httpProtocol); err == nil {
			_, _ = s.Write(make([]byte, 8<<10)) // the home or the relay stops it
			_ = s.Reset()                       // likewise
		}
	}
	return nil
}

// TestFloodingRelay: a relay that floods a home with streams keeps nobody else from it.
func TestFloodingRelay(t *testing.T) {
	t.Parallel()
	h := newHouses(t, newInternet(t, "masquerade"))
	flooder := h.in.stranger("wide", "60.0.0.2", "4001", libp2p.ForceReachabilityPublic(), libp2p.EnableRelayService())
	h.known = append(h.known, peer.AddrInfo{ID: flooder.ID(), Addrs: flooder.Addrs()})
	h.knows("60.0.0.1")
	h.moveIn(2, 0)
	ann := h.host(h.ann).Addresses()
	var all sync.WaitGroup
	var refused atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	defer all.Wait()
	defer stop()
	for _, protocol := range []protocol.ID{stationProtocol, httpProtocol} {
		all.Go(func() {
			for ctx.Err() == nil {
				s, err := flooder.NewStream(ctx, ann.ID, protocol)
				if err == nil {
					_, err = s.Write(make([]byte, 1000))
				}
				if err != nil {
					refused.Add(1)
				}
			}
		})
	}
	await(t, "that the home refuses streams", func() bool { return refused.Load() > 100 })
	h.bob.HearsFrom(h.ann, notify.Shared, 0)
	h.bob.FetchesAll(h.cam, h.name, 2, false)
	h.bob.Shows(h.cam, h.name, 2)
}

// TestNearbyOutside: who comes from outside is not told that a home is one of a user's, however it
// comes, and though it knows the user.
func TestNearbyOutside(t *testing.T) {
	t.Parallel()
	const relays = "60.0.0.1"
	h := newHouses(t, newInternet(t, "masquerade"), relays)
	h.moveIn(1, 0)
	bob := h.host(h.bob)
	must(t, bob.ServeNearby(h.bob.Source()))
	nothing, err := p2plink.Answer(t.Context(), lab.Signer("bob"), bob.Addresses().ID, nil, nil)
	must(t, err)
	asks := func(how string, by *p2plink.Host) {
		t.Helper()
		got, err := by.AskHome(t.Context(), bob.Addresses().ID, h.bob.User)
		if must(t, err); !bytes.Equal(got, nothing) {
			t.Errorf("%s: %x", how, got)
		}
	}
	asks("directly", h.net.host(relays, nil))
	asks("through a relay", h.host(h.ann))
	awaitNil(t, "a direct way", h.direct)
	asks("through both routers", h.host(h.ann))
}
