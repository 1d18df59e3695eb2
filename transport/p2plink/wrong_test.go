package p2plink_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	libpeer "github.com/libp2p/go-libp2p/core/peer"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// httpProtocol is in which requests come.
const httpProtocol = "/glimpse/http/1"

// bare is a libp2p host that is no station. It counts the requests that come.
type bare struct {
	host.Host
	requests atomic.Int64
}

func newBare(t *testing.T) *bare {
	t.Helper()
	h, err := libp2p.New(libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableMetrics())
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	b := &bare{Host: h}
	h.SetStreamHandler(httpProtocol, func(s network.Stream) {
		b.requests.Add(1)
		_ = s.Reset() // it is counted
	})
	return b
}

// TestAnotherStation: nothing is sent to a station that does not show the key that is required,
// be it another one, one that shows what another one has sealed, or none.
func TestAnotherStation(t *testing.T) {
	ann, bob := lab.Signer("ann"), lab.Signer("bob")
	anns, bobs := newHost(t, ann, p2plink.Config{}), newHost(t, bob, p2plink.Config{})
	calls := new(atomic.Int64)
	serve(t, anns, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { calls.Add(1) }))
	thief, silent := newBare(t), newBare(t)
	thief.SetStreamHandler(stationProtocol, func(s network.Stream) { relay(t.Context(), thief, anns.Addresses(), s) })
	must(t, bobs.Join(t.Context(), anns.Addresses()))
	for _, h := range []host.Host{thief, silent} {
		must(t, h.Connect(t.Context(), bobs.Addresses()))
	}
	for _, c := range []struct {
		what string
		url  string
		key  collection.KeyID
		want error
	}{
		{"another key", anns.URL(), bob.ID(), transport.ErrPeerKey},
		{"a stolen seal", p2plink.URL(thief.ID()), ann.ID(), transport.ErrPeerKey},
		{"no station", p2plink.URL(silent.ID()), ann.ID(), transport.ErrUnreachable},
		{"no peer id", "https://example.libp2p", ann.ID(), transport.ErrUnreachable},
		{"not here", "https://example.org", ann.ID(), transport.ErrUnreachable},
	} {
		client := httplink.NewClient(c.url, nil, httplink.Options{HTTP: &http.Client{Transport: bobs.Transport(nil)}, Key: c.key})
		if _, err := client.Settings(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	if n := calls.Load() + thief.requests.Load() + silent.requests.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

// relay passes a question on to another station, and its answer back.
func relay(ctx context.Context, h host.Host, to libpeer.AddrInfo, s network.Stream) {
	defer s.Close()
	if h.Connect(ctx, to) != nil {
		return
	}
	there, err := h.NewStream(ctx, to.ID, stationProtocol)
	if err != nil {
		return
	}
	defer there.Close()
	if _, err = io.Copy(there, s); err == nil && there.CloseWrite() == nil {
		_, _ = io.Copy(s, there) // who asks sees what has come
	}
}

// pretends has a host say that it is a station, and holds whatever it is asked for.
func (b *bare) pretends(t *testing.T, as *lab.Station) {
	t.Helper()
	endpoint := lab.SourceAt(as, p2plink.URL(b.ID())).Endpoint
	answer, err := p2plink.Answer(t.Context(), as.Signer, b.ID(), endpoint, make([]byte, 32))
	must(t, err)
	b.SetStreamHandler(stationProtocol, func(s network.Stream) {
		defer s.Close()
		if _, err := io.ReadAll(s); err == nil {
			_, _ = s.Write(answer) // who asks sees what has come
		}
	})
}

// TestBogusRecords: those who fill the table with records of a collection that they do not hold,
// pass the question on to one who holds it, or make a proof up, are told neither what is searched
// for nor by whom; and who holds it is found among them.
func TestBogusRecords(t *testing.T) {
	w := newWorld(t, 1, false)
	w.holds(w.eve)
	var liars []*bare
	for i := range 12 {
		liar := newBare(t)
		table, err := dht.New(liar, dht.ProtocolPrefix("/glimpse"), dht.DisableValues(), dht.Mode(dht.ModeServer))
		must(t, err)
		t.Cleanup(func() { must(t, table.Close()) })
		must(t, liar.Connect(t.Context(), w.host(w.dan).Addresses()))
		switch i % 3 {
		case 0:
			liar.SetStreamHandler(stationProtocol, func(s network.Stream) { relay(t.Context(), liar, w.host(w.eve).Addresses(), s) })
		case 1:
			liar.pretends(t, w.outsider.Station)
		}
		await(t, fmt.Sprint("liar ", i), func() bool { return table.RoutingTable().Size() > 0 })
		must(t, table.Provide(t.Context(), w.keyOf(), true))
		liars = append(liars, liar)
	}
	found, err := w.host(w.bob).Find(t.Context(), w.bob.Views(w.name))
	must(t, err)
	if len(found) != 1 || found[0].User != w.eve.User {
		t.Errorf("found %v", found)
	}
	w.net.stop("ann")
	w.bob.FetchesAll(w.cam, w.name, 2, false)
	for i, liar := range liars {
		if n := liar.requests.Load(); n != 0 {
			t.Errorf("%d requests to liar %d", n, i)
		}
	}
}
