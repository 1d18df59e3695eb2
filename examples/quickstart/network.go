package main

import (
	"crypto"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport/httplink"
)

// network is all that the stations share. It makes them listeners and clients,
// and counts every byte that they send one another, HTTP headers and TLS records included,
// handshakes aside.
type network struct {
	tricks tricks

	mu    sync.Mutex
	names map[string]string // of the stations, by host and port
	log   []exchange        // since it was taken last
	total map[link]exchange
}

// link is the way from one station to another.
type link struct{ from, to string }

// exchange sums up requests of one kind from one station to another, or, if to is
// empty, work of one kind that a station did by itself.
type exchange struct {
	from, to, what string
	requests       int
	sent, received int64 // bytes, as seen by from
	took           time.Duration
	running        int       // requests under way
	at             time.Time // since when, or when this is counted
}

func newNetwork(t tricks) *network {
	return &network{tricks: t, names: map[string]string{}, total: map[link]exchange{}}
}

// listen opens a port of its own for a station, which shows its key there, and returns the
// base URL.
func (n *network) listen(station string, key crypto.Signer) (net.Listener, string, error) {
	config, err := httplink.ServerTLS(key)
	if err != nil {
		return nil, "", err
	}
	config.NextProtos = []string{"http/1.1"} // one request at a time on a connection can be counted
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[l.Addr().String()] = station
	return l, "https://" + l.Addr().String(), nil
}

// thisComputer is where all stations of the story are. Real ones reach each other at public
// addresses, or list the networks of their homes.
var thisComputer = netip.MustParsePrefix("127.0.0.0/8")

// client makes a station its HTTP client, which connects to this computer and to public
// addresses, and counts.
func (n *network) client(station string) *http.Client {
	public := httplink.PublicTransport(thisComputer)
	public.DialContext, public.MaxIdleConnsPerHost = n.counting(public.DialContext), 8
	public.DisableCompression = true
	var way http.RoundTripper = httplink.NewTransport(public)
	if n.tricks.between != nil {
		way = n.tricks.between(station, way)
	}
	return &http.Client{Transport: &counter{network: n, from: station, next: way}}
}

func (n *network) name(host string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name, ok := n.names[host]; ok {
		return name
	}
	return host
}

// add counts what it is given of an exchange: requests, bytes or time.
func (n *network) add(e exchange) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := link{e.from, e.to}
	n.total[l] = n.total[l].plus(e)
	i := slices.IndexFunc(n.log, func(old exchange) bool {
		return old.from == e.from && old.to == e.to && old.what == e.what
	})
	if i < 0 {
		i = len(n.log)
		n.log = append(n.log, exchange{from: e.from, to: e.to, what: e.what})
	}
	n.log[i] = n.log[i].plus(e)
}

// begin counts that a request or work of one's own begins, and returns what counts
// that it has ended.
func (n *network) begin(e exchange) (end func()) {
	e.requests, e.running, e.at = 1, 1, time.Now()
	n.add(e)
	return sync.OnceFunc(func() {
		e.requests, e.running, e.at = 0, -1, time.Now()
		n.add(e)
	})
}

// plus adds up. What runs side by side takes as long as all of it together.
func (e exchange) plus(f exchange) exchange {
	switch {
	case e.running == 0 && f.running > 0:
		e.at = f.at
	case e.running > 0 && e.running+f.running == 0:
		e.took += f.at.Sub(e.at)
	}
	e.requests += f.requests
	e.running += f.running
	e.sent += f.sent
	e.received += f.received
	return e
}

// take returns the exchanges since it was called last, in the order of their first
// requests.
func (n *network) take() []exchange {
	n.mu.Lock()
	defer n.mu.Unlock()
	log := slices.DeleteFunc(n.log, func(e exchange) bool { return e.requests == 0 }) // bytes that came after all
	n.log = nil
	return log
}

// between returns all that a station has exchanged with another so far.
func (n *network) between(from, to string) exchange {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.total[link{from, to}]
}

// requests returns how many requests a station has made so far, to anybody.
func (n *network) requests(from string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	sum := 0
	for l, e := range n.total {
		if l.from == from {
			sum += e.requests
		}
	}
	return sum
}

// requestNames says in plain words what a request of package httplink is for.
var requestNames = []struct{ method, prefix, words string }{
	{http.MethodPost, "/v1/share", "share"},
	{http.MethodPost, "/v1/push", "share and upload"},
	{http.MethodPost, "/v1/upload/", "upload"},
	{http.MethodPut, "/v1/versions/", "upload"},
	{http.MethodPost, "/v1/versions/", "fetch versions"},
	{http.MethodPost, "/v1/announce", "announce"},
	{http.MethodGet, "/v1/collections/", "read collection"},
	{http.MethodPost, "/v1/collections", "read collections"},
	{http.MethodGet, "/v1/updates/", "read updates"},
	{http.MethodPost, "/v1/feed", "ask for news"},
	{http.MethodGet, "/v1/originals/", "fetch originals"},
}

func nameRequest(from string, r *http.Request) string {
	if from == "hub" {
		return "check originals" // the only requests that a hub makes
	}
	for _, n := range requestNames {
		if n.method == r.Method && strings.HasPrefix(r.URL.Path, n.prefix) {
			return n.words
		}
	}
	return r.Method + " " + r.URL.Path
}
