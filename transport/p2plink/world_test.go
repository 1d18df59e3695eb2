package p2plink_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	pb "github.com/libp2p/go-libp2p-kad-dht/pb"
	"github.com/libp2p/go-libp2p/core/network"
	libpeer "github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multihash"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport/p2plink"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// asked counts what the table is asked, by who asks and what for.
type asked struct {
	mu  sync.Mutex
	all map[libpeer.ID]map[pb.Message_MessageType]int
	// keys are the keys of all look-ups and records.
	keys map[string]bool
	// said are all messages.
	said [][]byte
}

func (a *asked) hook() dht.Option {
	return dht.OnRequestHook(func(_ context.Context, s network.Stream, m *pb.Message) {
		a.mu.Lock()
		defer a.mu.Unlock()
		by := s.Conn().RemotePeer()
		if a.all[by] == nil {
			a.all[by] = map[pb.Message_MessageType]int{}
		}
		a.all[by][m.GetType()]++
		a.said = append(a.said, contents(m))
		if t := m.GetType(); t == pb.Message_GET_PROVIDERS || t == pb.Message_ADD_PROVIDER {
			a.keys[string(m.GetKey())] = true
		}
	})
}

// contents are all bytes that a message has in it.
func contents(m *pb.Message) []byte {
	parts := [][]byte{m.GetKey(), m.GetRecord().GetKey(), m.GetRecord().GetValue()}
	for _, p := range slices.Concat(m.GetProviderPeers(), m.GetCloserPeers()) {
		parts = append(append(parts, p.GetId()), p.GetAddrs()...)
	}
	return bytes.Join(parts, nil)
}

// told is how many messages to the table have something in them.
func (a *asked) told(what []byte) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.said {
		if bytes.Contains(m, what) {
			n++
		}
	}
	return n
}

// lookUps is how many times a station has asked others for the holders of something.
func (a *asked) lookUps(by *p2plink.Host) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[by.Addresses().ID][pb.Message_GET_PROVIDERS]
}

// puts is how many records a station has left with others.
func (a *asked) puts(by *p2plink.Host) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[by.Addresses().ID][pb.Message_ADD_PROVIDER]
}

// world is users without a hub whose peers find one another over real hosts: Ann, who shares
// photos with Bob, Eve and Dan, and Mallory, an outsider.
type world struct {
	*labtest.World
	net                          *nodes
	asked                        *asked
	ann, bob, eve, dan, outsider *labtest.Peer
	cam                          *labtest.Camera
	name                         collection.Name
}

// newWorld makes a world in which Ann has published the photos, or their thumbnails alone.
func newWorld(t *testing.T, photos int, partial bool) *world {
	return newWorldOf(t, photos, partial, 0)
}

// newWorldOf makes one in which the originals have so many bytes; 0 = as many as usual.
func newWorldOf(t *testing.T, photos int, partial bool, size int) *world {
	w := &world{net: newNetwork(t), asked: &asked{all: map[libpeer.ID]map[pb.Message_MessageType]int{}, keys: map[string]bool{}}}
	w.net.cfg = func(_ string, cfg *p2plink.Config) {
		cfg.Table = append(cfg.Table, w.asked.hook())
		cfg.Now = func() time.Time { return w.Now() }
	}
	var peers []*labtest.Peer
	w.World, peers = labtest.NoHubOn(t, w.net, "ann", "bob", "eve", "dan", "mallory")
	w.ann, w.bob, w.eve, w.dan, w.outsider = peers[0], peers[1], peers[2], peers[3], peers[4]
	for i := range 4 {
		w.net.host(fmt.Sprint("neighbour ", i), nil)
	}
	for _, p := range peers {
		p.Restart(func(cfg *peer.Config) { cfg.Find = w.host(p).Find })
	}
	w.cam = w.Camera(w.ann.User, photos)
	for i := 0; size > 0 && i < photos; i++ {
		w.cam.Card[w.cam.Items[i].ID] = lab.NewPhoto(fmt.Sprint("film ", i), 4096, size)
	}
	b := collection.Body{Items: w.cam.Items, Recipients: []collection.UserID{w.bob.User, w.eve.User, w.dan.User}}
	var err error
	w.name, err = w.ann.Author.Make(t.Context(), collection.Header{Title: "Picnic"}, b, w.cam.Card.Open)
	must(t, err)
	labels := 0
	if partial {
		w.ann.PublishesPartial(w.name)
		labels = photos
	} else {
		w.ann.Publishes(w.name)
	}
	for _, p := range []*labtest.Peer{w.bob, w.eve, w.dan} {
		p.HearsFrom(w.ann, notify.Shared, labels)
	}
	return w
}

func (w *world) host(p *labtest.Peer) *p2plink.Host { return w.net.host(p.Name, nil) }

// announces has a peer announce the photos, which it holds.
func (w *world) announces(p *labtest.Peer) {
	w.T.Helper()
	must(w.T, w.host(p).Announce(w.T.Context(), p.Source(), p.Views(w.name)))
}

// holds has a peer fetch the photos and announce them.
func (w *world) holds(p *labtest.Peer) {
	w.T.Helper()
	p.FetchesAll(w.cam, w.name, 2, false)
	w.announces(p)
}

// keyOf is the key of the photos in the table, as the package says how it is made.
func (w *world) keyOf() cid.Cid {
	w.T.Helper()
	identity := w.bob.Views(w.name).Identity()
	topic := sha256.Sum256(append([]byte("glimpse collection\x00"), identity[:]...))
	hash, err := multihash.Encode(topic[:], multihash.SHA2_256)
	must(w.T, err)
	return cid.NewCidV1(cid.Raw, hash)
}
