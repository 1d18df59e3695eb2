package main

import (
	"context"
	"crypto"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"

	dht "github.com/libp2p/go-libp2p-kad-dht"
	pb "github.com/libp2p/go-libp2p-kad-dht/pb"
	libnet "github.com/libp2p/go-libp2p/core/network"

	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/p2plink"
)

// network is what all stations share: the first host, of which the others learn of each other,
// and what is counted.
type network struct {
	first    *p2plink.Host
	lookUps  atomic.Int64 // requests to the distributed hash table: who has this?
	all      atomic.Int64 // bytes of all requests and answers, without their headers
	overHTTP atomic.Int64 // of them, over HTTPS
	checked  atomic.Int64 // of all, what the hub has asked homes for
	closers  []func() error
}

// thisComputer is where all stations of the story are.
var thisComputer = netip.MustParsePrefix("127.0.0.0/8")

// host puts a station on the network.
func (n *network) host(ctx context.Context, signer *signature.Signer, cfg p2plink.Config) (*p2plink.Host, error) {
	cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	cfg.Networks, cfg.Reachable = []netip.Prefix{thisComputer}, true
	cfg.Table = []dht.Option{dht.OnRequestHook(n.countLookUps)}
	h, err := p2plink.New(ctx, signer, cfg)
	if err != nil {
		return nil, err
	}
	n.closers = append(n.closers, h.Close)
	if n.first == nil {
		n.first = h
		return h, nil
	}
	return h, h.Join(ctx, n.first.Addresses())
}

func (n *network) countLookUps(_ context.Context, _ libnet.Stream, m *pb.Message) {
	if m.GetType() == pb.Message_GET_PROVIDERS {
		n.lookUps.Add(1)
	}
}

// listenHTTPS opens a port at which a station shows its key.
func (n *network) listenHTTPS(key crypto.Signer) (net.Listener, string, error) {
	config, err := httplink.ServerTLS(key)
	if err != nil {
		return nil, "", err
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		return nil, "", err
	}
	return l, "https://" + l.Addr().String(), nil
}

// serve serves a station, and has it run, until it is stopped or the network is closed.
func (n *network) serve(ctx context.Context, l net.Listener, h http.Handler, run func(context.Context) error) (stop func() error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- httplink.Serve(ctx, l, h, nil, run) }()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	n.closers = append(n.closers, stop)
	return stop
}

// close ends all that was begun, the last thing first.
func (n *network) close() error {
	var errs []error
	for i := len(n.closers) - 1; i >= 0; i-- {
		errs = append(errs, n.closers[i]())
	}
	return errors.Join(errs...)
}

// counted counts the bytes of requests and answers.
type counted struct {
	next http.RoundTripper
	sum  *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.Clone(r.Context())
		r.Body = countedBody{r.Body, c.sum}
	}
	answer, err := c.next.RoundTrip(r)
	if err == nil {
		answer.Body = countedBody{answer.Body, c.sum}
	}
	return answer, err
}

type countedBody struct {
	io.ReadCloser
	sum *atomic.Int64
}

// Read implements io.Reader.
func (b countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.sum.Add(int64(n))
	return n, err
}
