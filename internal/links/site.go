package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// site is a server, and stations that reach it, each over a link of its own.
type site struct {
	kind    linkKind
	server  *http.Server
	under   atomic.Int64 // requests under way at the server
	servers []*http.Server
	clients []*http.Client
	joined  uint64
}

func newSite(k linkKind) *site { return &site{kind: k} }

// serve sets what the server does, before a station joins.
func (s *site) serve(h http.Handler) {
	s.server = s.newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.under.Add(1)
		defer s.under.Add(-1)
		h.ServeHTTP(w, r)
	}))
}

func (s *site) newServer(h http.Handler) *http.Server {
	server := &http.Server{Handler: h}
	s.servers = append(s.servers, server)
	return server
}

// await waits until n requests are under way at the server.
func (s *site) await(ctx context.Context, n int) error {
	for s.under.Load() != int64(n) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}

// Close ends all servers and connections.
func (s *site) Close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
	return errors.Join(errs...)
}

// client is a station as it calls the server.
type client struct {
	up, down *pacer // of its link
	url      string // of the server, over the link
	http     *http.Client
	called   atomic.Int64
}

// join opens a station a link to the server.
func (s *site) join() (*client, error) {
	s.joined++
	c := &client{up: newPacer(s.kind, 2*s.joined), down: newPacer(s.kind, 2*s.joined+1)}
	l, err := listen()
	if err != nil {
		return nil, err
	}
	go s.server.Serve(shapedListener{l, c.down})
	c.url = urlOf(l)
	c.http = s.newHTTP(c.up)
	c.http.Transport = counted{c.http.Transport, &c.called}
	return c, nil
}

// count is how many requests it has made.
func (c *client) count() int { return int(c.called.Load()) }

// newHTTP makes a client of which what is sent goes through a pacer.
func (s *site) newHTTP(out *pacer) *http.Client {
	c := &http.Client{Transport: &http.Transport{DialContext: dialer(out), DisableCompression: true, MaxIdleConnsPerHost: 16}}
	s.clients = append(s.clients, c)
	return c
}

func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

func urlOf(l net.Listener) string { return "http://" + l.Addr().String() }

// counted counts requests.
type counted struct {
	http.RoundTripper
	called *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.called.Add(1)
	return c.RoundTripper.RoundTrip(r)
}
