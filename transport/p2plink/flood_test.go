package p2plink_test

import (
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	pb "github.com/libp2p/go-libp2p-kad-dht/pb"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	libpeer "github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-msgio/pbio"
	"github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// unheard listens where no station is, and counts those who call.
func unheard(t *testing.T) (multiaddr.Multiaddr, *atomic.Int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	calls := new(atomic.Int64)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // it is closed
			}
			calls.Add(1)
			_ = c.Close() // it is counted
		}
	}()
	at, err := manet.FromNetAddr(l.Addr())
	must(t, err)
	return at, calls
}

// names answers whoever looks for the holders of anything with some.
func (b *bare) names(holders []*pb.Message_Peer) *atomic.Int64 {
	told := new(atomic.Int64)
	b.SetStreamHandler("/glimpse/kad/1.0.0", func(s network.Stream) {
		defer s.Close()
		in, out := pbio.NewDelimitedReader(s, 1<<20), pbio.NewDelimitedWriter(s)
		for {
			var m pb.Message
			if in.ReadMsg(&m) != nil {
				return
			}
			switch m.GetType() {
			case pb.Message_FIND_NODE:
				m.CloserPeers = holders[:1] // who names nobody is not taken into a table
			case pb.Message_GET_PROVIDERS:
				m.ProviderPeers = holders
				told.Add(1)
			}
			if out.WriteMsg(&m) != nil {
				return
			}
		}
	})
	return told
}

// TestManyBogusRecords: who answers a look-up with 10,000 holders has a station call few of them,
// and those that are known already serve as before.
func TestManyBogusRecords(t *testing.T) {
	w := newWorld(t, 1, false)
	at, calls := unheard(t)
	var holders []*pb.Message_Peer
	for range 10_000 {
		key, _, err := crypto.GenerateEd25519Key(nil)
		must(t, err)
		id, err := libpeer.IDFromPrivateKey(key)
		must(t, err)
		holders = append(holders, pb.RawPeerInfosToPBPeers([]libpeer.AddrInfo{{ID: id, Addrs: []multiaddr.Multiaddr{at}}})...)
	}
	liar := newBare(t)
	told := liar.names(holders)
	must(t, liar.Connect(t.Context(), w.host(w.bob).Addresses()))
	await(t, "a look-up that the liar answers", func() bool {
		w.Pass(time.Hour) // a search that finds nobody is remembered
		found, err := w.host(w.bob).Find(t.Context(), w.bob.Views(w.name))
		if err != nil || len(found) > 0 {
			t.Errorf("found %v: %v", found, err)
		}
		return told.Load() > 0
	})
	const most = 2 * 256 // that a search looks at, by two ways
	if n := calls.Load(); n == 0 || n > most {
		t.Errorf("%d calls", n)
	}
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
}

// TestFloodOfStreams: a host that opens as many streams as it can has few of them, and others are
// served.
func TestFloodOfStreams(t *testing.T) {
	w := newWorld(t, 1, false)
	flooder, err := libp2p.New(libp2p.NoListenAddrs, libp2p.DisableMetrics(), libp2p.ResourceManager(&network.NullResourceManager{}))
	must(t, err)
	t.Cleanup(func() { must(t, flooder.Close()) })
	ann := w.host(w.ann)
	must(t, flooder.Connect(t.Context(), ann.Addresses()))
	refused := 0
	for range 1000 {
		s, err := flooder.NewStream(t.Context(), ann.Addresses().ID, httpProtocol)
		if err == nil {
			_, err = fmt.Fprint(s, "GET ")
		}
		if err != nil {
			refused++
		}
	}
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	w.bob.Shows(w.cam, w.name, 2)
	const most = 64 + 8 // requests, and what libp2p asks
	await(t, "the streams that are refused", func() bool { return p2plink.Streams(ann, flooder.ID()) <= most })
	if p2plink.Streams(ann, flooder.ID()) == 0 {
		t.Error("nobody floods")
	}
}
