package httplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
)

// maxSessions is how many stations' TLS sessions are kept, to be gone on with.
const maxSessions = 256

// NewTransport returns what makes the requests of clients. One that is for a station with a
// certain key (see Options.Key and Dialer), at a URL that begins with https, goes out only
// after the station has shown that key in a handshake of TLS 1.3: names, authorities and
// dates of certificates play no part. Otherwise the error wraps transport.ErrPeerKey.
// Connections and sessions of one key are not used for another. Of base, nil =
// http.DefaultTransport, it takes DialContext, limits and, for URLs at which a public
// certificate does too, the roots; requests to stations go through no proxy. All other
// requests are base's. It is safe for concurrent use.
func NewTransport(base *http.Transport) http.RoundTripper {
	if base == nil {
		base, _ = http.DefaultTransport.(*http.Transport)
	}
	base = cmp.Or(base, new(http.Transport))
	t := &stations{base: base, keyed: base.Clone(), sessions: tls.NewLRUClientSessionCache(maxSessions)}
	t.keyed.Proxy, t.keyed.ForceAttemptHTTP2, t.keyed.DialTLSContext = nil, true, t.dial
	return t
}

// defaultHTTP makes the requests of clients that name nothing else.
var defaultHTTP = sync.OnceValue(func() *http.Client { return &http.Client{Transport: NewTransport(nil)} })

// stations makes requests: to those whose key is required over connections of its own, to
// hosts as required.host names them.
type stations struct {
	base, keyed *http.Transport
	sessions    tls.ClientSessionCache
}

// RoundTrip implements http.RoundTripper.
func (t *stations) RoundTrip(r *http.Request) (*http.Response, error) {
	want := requiredOf(r.Context())
	if want == nil || r.URL.Scheme != "https" {
		return t.base.RoundTrip(r)
	}
	named, url := r.WithContext(r.Context()), *r.URL
	named.Host, named.URL = cmp.Or(r.Host, url.Host), &url
	url.Host = want.host(url.Host)
	answer, err := t.keyed.RoundTrip(named)
	if err == nil {
		want.shown.Store(true)
		answer.Request = r
	}
	return answer, err
}

// CloseIdleConnections is what http.Client calls.
func (t *stations) CloseIdleConnections() {
	t.base.CloseIdleConnections()
	t.keyed.CloseIdleConnections()
}

// dial connects to a station that required.host has named, and requires its key.
func (t *stations) dial(ctx context.Context, network, named string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(named)
	if err != nil {
		return nil, err
	}
	want, address, err := ofHost(host)
	if err != nil {
		return nil, err
	}
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		name, port = address, "443"
	}
	conn, err := t.connect(ctx, network, net.JoinHostPort(name, port))
	if err != nil {
		return nil, err
	}
	return t.handshake(ctx, tls.Client(conn, t.config(want, name)))
}

func (t *stations) connect(ctx context.Context, network, address string) (net.Conn, error) {
	if t.base.DialContext != nil {
		return t.base.DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (t *stations) handshake(ctx context.Context, conn *tls.Conn) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(t.base.TLSHandshakeTimeout, 10*time.Second))
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// config is that of a connection on which one key is required.
func (t *stations) config(want *required, name string) *tls.Config {
	c := new(tls.Config)
	if t.base.TLSClientConfig != nil {
		c = t.base.TLSClientConfig.Clone()
	}
	roots := x509.VerifyOptions{Roots: c.RootCAs, DNSName: name}
	c.ServerName, c.MinVersion, c.NextProtos = name, tls.VersionTLS13, protocols
	c.ClientSessionCache = sessionsOf{t.sessions, want.host(name)}
	c.InsecureSkipVerify = true // the key is verified in the place of a chain, below
	c.VerifyConnection = func(s tls.ConnectionState) error { return want.verify(s.PeerCertificates, roots) }
	return c
}

// verify reports whether the first certificate is one of the key, or, where that does, too,
// a public one for the host.
func (r *required) verify(shown []*x509.Certificate, public x509.VerifyOptions) error {
	if len(shown) == 0 {
		return fmt.Errorf("%w: no certificate", transport.ErrPeerKey)
	}
	key, err := signature.NewPublicKey(shown[0].PublicKey)
	if err == nil && collection.KeyID(key.ID()) == r.key {
		return nil
	}
	if r.web {
		public.Intermediates = x509.NewCertPool()
		for _, c := range shown[1:] {
			public.Intermediates.AddCert(c)
		}
		if _, err = shown[0].Verify(public); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: %w", transport.ErrPeerKey, cmp.Or(err, errors.New("another key")))
}

// sessionsOf are the sessions with one station at one host.
type sessionsOf struct {
	tls.ClientSessionCache
	of string
}

// Get implements tls.ClientSessionCache.
func (s sessionsOf) Get(string) (*tls.ClientSessionState, bool) {
	return s.ClientSessionCache.Get(s.of)
}

// Put implements tls.ClientSessionCache.
func (s sessionsOf) Put(_ string, session *tls.ClientSessionState) {
	s.ClientSessionCache.Put(s.of, session)
}
