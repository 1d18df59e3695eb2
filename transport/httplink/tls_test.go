package httplink_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// stationKey makes a key and a source whose endpoint it seals, at a URL.
type stationKey struct {
	private crypto.Signer
	signer  *signature.Signer
}

func keyOf(t *testing.T, private crypto.Signer, err error) stationKey {
	labtest.Must(t, err)
	signer, err := signature.NewSigner(private, rand.Reader)
	labtest.Must(t, err)
	return stationKey{private, signer}
}

func newStationKey(t *testing.T) stationKey {
	key, err := signature.GenerateKey(rand.Reader)
	return keyOf(t, key, err)
}

// at is a station with the key that serves at a URL, for browsers too if web is set.
func (k stationKey) at(t *testing.T, url string, web bool) transport.Source {
	e := collection.Endpoint{User: collection.UserID{1}, Key: k.signer.Public().ID(), Number: 1, URLs: []string{url}}
	if web {
		e.URLs, e.Web = nil, e.URLs
	}
	e, err := e.Sign(t.Context(), k.signer)
	labtest.Must(t, err)
	data, err := e.MarshalBinary()
	labtest.Must(t, err)
	return transport.Source{User: e.User, URL: url, Endpoint: data}
}

// config is how a station with the key is served.
func (k stationKey) config(t *testing.T) *tls.Config {
	c, err := httplink.ServerTLS(k.private)
	labtest.Must(t, err)
	return c
}

// door is a server that refuses everything, and counts and remembers what reaches it.
type door struct {
	*httptest.Server
	requests atomic.Int64
	last     atomic.Pointer[http.Request]
	answer   http.HandlerFunc // instead of 404; nil = that
}

func newDoor(t *testing.T, config *tls.Config, answer http.HandlerFunc) *door {
	d := &door{answer: answer}
	d.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.requests.Add(1)
		d.last.Store(r)
		if d.answer != nil {
			d.answer(w, r)
			return
		}
		data, _ := transport.Encode(transport.NewFault(transport.ErrNotFound))
		w.WriteHeader(http.StatusNotFound)
		w.Write(data)
	}))
	d.TLS, d.EnableHTTP2 = config, true
	d.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are given up
	d.StartTLS()
	t.Cleanup(d.Close)
	return d
}

// ask asks the station at a source for something that it does not have: ErrNotFound is its
// answer.
func ask(t *testing.T, over http.RoundTripper, at transport.Source) error {
	t.Helper()
	caller := httplink.Caller{User: collection.UserID{2}, Signer: newStationKey(t).signer}
	home, err := httplink.Dialer(caller, httplink.Options{HTTP: &http.Client{Transport: over}}).Reach(at)
	if err != nil {
		return err
	}
	_, err = home.Updates(t.Context(), collection.Name{Author: at.User, ID: collection.ID{1}})
	return err
}

// refused checks that who answers was not asked, since it is not the station.
func (d *door) refused(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, transport.ErrPeerKey) || errors.Is(err, transport.ErrUnreachable) {
		t.Errorf("%s: %v", what, err)
	}
	if n := d.requests.Swap(0); n != 0 {
		t.Errorf("%s: %d requests reached it", what, n)
	}
}

// answered checks that the station was asked, and answered.
func (d *door) answered(t *testing.T, what string, err error) {
	t.Helper()
	if n := d.requests.Swap(0); n != 1 || !errors.Is(err, transport.ErrNotFound) {
		t.Errorf("%s: %d requests, %v", what, n, err)
	}
}

// TestEveryKindOfKey: a station with a key of any kind shows it, and no other passes for it.
func TestEveryKindOfKey(t *testing.T) {
	_, ed, err1 := ed25519.GenerateKey(rand.Reader)
	ec, err2 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	rs, err3 := rsa.GenerateKey(rand.Reader, signature.MinRSA)
	stranger := newStationKey(t)
	for what, key := range map[string]stationKey{"Ed25519": keyOf(t, ed, err1), "ES256": keyOf(t, ec, err2), "PS256": keyOf(t, rs, err3)} {
		over, d := httplink.NewTransport(nil), newDoor(t, key.config(t), nil)
		d.answered(t, what, ask(t, over, key.at(t, d.URL, false)))
		if state := d.last.Load().TLS; state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "h2" {
			t.Errorf("%s: %s over %s", what, state.NegotiatedProtocol, tls.VersionName(state.Version))
		}
		d.refused(t, what+" for another key, on a connection of the same host", ask(t, over, stranger.at(t, d.URL, false)))
		d.refused(t, what+" for another key", ask(t, httplink.NewTransport(nil), stranger.at(t, d.URL, true)))
		d.answered(t, what+" again", ask(t, over, key.at(t, d.URL, false)))
	}
	if _, err := httplink.ServerTLS(wrongCurve(t)); !errors.Is(err, signature.ErrKey) {
		t.Errorf("a key that seals nothing: %v", err)
	}
}

func wrongCurve(t *testing.T) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	labtest.Must(t, err)
	return key
}

// TestProtocols: a station may speak HTTP/1.1 only, but no TLS before 1.3.
func TestProtocols(t *testing.T) {
	key := newStationKey(t)
	config := key.config(t)
	config.NextProtos = []string{"http/1.1"}
	d := newDoor(t, config, nil)
	d.answered(t, "HTTP/1.1", ask(t, httplink.NewTransport(nil), key.at(t, d.URL, false)))
	if proto := d.last.Load().Proto; proto != "HTTP/1.1" {
		t.Error(proto)
	}
	config = key.config(t)
	config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	d = newDoor(t, config, nil)
	if err := ask(t, httplink.NewTransport(nil), key.at(t, d.URL, false)); !errors.Is(err, transport.ErrUnreachable) || d.requests.Load() != 0 {
		t.Errorf("TLS 1.2: %v, %d requests", err, d.requests.Load())
	}
}

// TestSessions: a second connection goes on with the session of the first, which counts for
// the same key only.
func TestSessions(t *testing.T) {
	key, stranger := newStationKey(t), newStationKey(t)
	d := newDoor(t, key.config(t), nil)
	over := httplink.NewTransport(nil)
	for i := range 2 {
		d.answered(t, "the station", ask(t, over, key.at(t, d.URL, false)))
		if resumed := d.last.Load().TLS.DidResume; resumed != (i > 0) {
			t.Errorf("connection %d goes on with a session: %v", i, resumed)
		}
		over.(interface{ CloseIdleConnections() }).CloseIdleConnections()
	}
	d.refused(t, "another key, with a session there", ask(t, over, stranger.at(t, d.URL, false)))
}

// TestRedirected: a station that sends its callers elsewhere is no station, and nobody
// follows.
func TestRedirected(t *testing.T) {
	key := newStationKey(t)
	other := newDoor(t, key.config(t), nil)
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		d := newDoor(t, key.config(t), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.Path, status)
		})
		if err := ask(t, httplink.NewTransport(nil), key.at(t, d.URL, false)); !errors.Is(err, transport.ErrUnreachable) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if n := other.requests.Load(); n != 0 {
		t.Errorf("%d requests were led elsewhere", n)
	}
}

// TestPublicCertificate: where browsers are served, a certificate by a public authority does
// as well as the station's own, if the station has said so, and only for the URL's host.
func TestPublicCertificate(t *testing.T) {
	key := newStationKey(t)
	plain := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate, of example.com and 127.0.0.1
	t.Cleanup(plain.Close)
	roots := x509.NewCertPool()
	roots.AddCert(plain.Certificate())
	over := func() http.RoundTripper {
		return httplink.NewTransport(&http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				_, port, _ := net.SplitHostPort(address)
				return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
			},
		})
	}
	public := newDoor(t, &tls.Config{Certificates: plain.TLS.Certificates}, nil)
	own := newDoor(t, key.config(t), nil)
	both := key.config(t)
	both.Certificates = append(both.Certificates, plain.TLS.Certificates...)
	shared := newDoor(t, both, nil)
	named := func(d *door, host string) string { return strings.Replace(d.URL, "127.0.0.1", host, 1) }
	public.answered(t, "public", ask(t, over(), key.at(t, named(public, "example.com"), true)))
	public.refused(t, "public, of another host", ask(t, over(), key.at(t, named(public, "example.org"), true)))
	public.refused(t, "public, where the station's own is due", ask(t, over(), key.at(t, named(public, "example.com"), false)))
	public.refused(t, "by an authority that nobody trusts", ask(t, httplink.NewTransport(nil), key.at(t, public.URL, true)))
	own.answered(t, "its own", ask(t, over(), key.at(t, named(own, "example.org"), true)))
	shared.answered(t, "its own beside a public one", ask(t, over(), key.at(t, shared.URL, false)))
	shared.answered(t, "a public one beside its own", ask(t, over(), key.at(t, named(shared, "example.com"), true)))
}

// TestOtherTransport: a transport that requires no key is found out.
func TestOtherTransport(t *testing.T) {
	key := newStationKey(t)
	d := newDoor(t, key.config(t), nil)
	careless := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	if err := ask(t, careless, key.at(t, d.URL, false)); !errors.Is(err, transport.ErrPeerKey) {
		t.Error(err)
	}
}

// TestNoWay: a source without an endpoint that has its URL is not dialed.
func TestNoWay(t *testing.T) {
	key := newStationKey(t)
	d := newDoor(t, key.config(t), nil)
	good := key.at(t, d.URL, false)
	for what, change := range map[string]func(*transport.Source){
		"no endpoint":      func(s *transport.Source) { s.Endpoint = nil },
		"another URL":      func(s *transport.Source) { s.Endpoint = key.at(t, "https://elsewhere", false).Endpoint },
		"a broken one":     func(s *transport.Source) { s.Endpoint = s.Endpoint[1:] },
		"the URL in clear": func(s *transport.Source) { s.URL = strings.Replace(s.URL, "https", "http", 1) },
	} {
		at := good
		change(&at)
		if err := ask(t, httplink.NewTransport(nil), at); !errors.Is(err, transport.ErrUnreachable) || d.requests.Load() != 0 {
			t.Errorf("%s: %v, %d requests", what, err, d.requests.Load())
		}
	}
}

// TestHubByKey: a client may require the key of a hub, and without one requires a public
// certificate.
func TestHubByKey(t *testing.T) {
	key := newStationKey(t)
	d := newDoor(t, key.config(t), nil)
	updates := func(o httplink.Options) error {
		_, err := httplink.NewClient(d.URL, httplink.Bearer("token"), o).Updates(t.Context(), collection.Name{})
		return err
	}
	d.answered(t, "the hub", updates(httplink.Options{Key: key.signer.Public().ID()}))
	d.refused(t, "another one", updates(httplink.Options{Key: newStationKey(t).signer.Public().ID()}))
	if err := updates(httplink.Options{}); !errors.Is(err, transport.ErrPeerKey) || d.requests.Load() != 0 {
		t.Errorf("no key: %v, %d requests", err, d.requests.Load())
	}
}
