package main

import (
	"net/http"
	"sync"

	"github.com/glimpse-go/glimpse/transport"
)

// front is the one address of several hubs: it sends each request to the next hub, whoever
// makes it. It is safe for concurrent use.
type front struct {
	through http.RoundTripper
	mu      sync.Mutex
	hosts   []string // of the hubs that are there
	next    int
}

// frontURL is the address, for clients whose requests go through a front.
const frontURL = "http://hubs.invalid"

// newFront makes an address with no hub behind it, and the client that reaches it.
func newFront(connections int) (*front, client) {
	f := &front{through: &http.Transport{MaxIdleConnsPerHost: connections}}
	return f, client{frontURL, &http.Client{Transport: f}}
}

// set puts hubs behind the address, in place of those that were.
func (f *front) set(hubs []*process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hosts = nil
	for _, p := range hubs {
		f.hosts = append(f.hosts, p.host())
	}
}

// RoundTrip implements http.RoundTripper.
func (f *front) RoundTrip(r *http.Request) (*http.Response, error) {
	host, err := f.turn()
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL.Host = host
	return f.through.RoundTrip(r)
}

// turn returns the host whose turn it is.
func (f *front) turn() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.hosts) == 0 {
		return "", transport.At(transport.ErrUnreachable, "no hub is there")
	}
	f.next++
	return f.hosts[f.next%len(f.hosts)], nil
}
