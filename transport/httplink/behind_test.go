package httplink

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// homeOf serves a stub as a home whose callers seal what they ask.
func homeOf(s *stub, keys Keys) http.Handler {
	return PeerHandler(stubPeer{s}, HandlerOptions{Who: BySeal(keys, called, fixed), Now: fixed})
}

// TestBehindPrefix: a station below a path answers all that is sealed for it, whether a proxy
// takes the path away or the program does, also where the path looks like one of its own.
func TestBehindPrefix(t *testing.T) {
	caller, keys := sealer(t)
	for _, prefix := range []string{"", "/glimpse", "/a/b", "/v1", "/v1/share", "/with%20space"} {
		plain, _ := url.PathUnescape(prefix)
		s := new(stub)
		station := httptest.NewServer(homeOf(s, keys))
		kept := httptest.NewServer(http.StripPrefix(plain, homeOf(s, keys)))
		to, err := url.Parse(station.URL)
		must(t, err)
		proxy := httptest.NewServer(http.StripPrefix(plain, httputil.NewSingleHostReverseProxy(to)))
		for what, base := range map[string]string{"taken away": proxy.URL + prefix, "kept": kept.URL + prefix + "/"} {
			c := NewClient(base, Sealed(caller, called), Options{})
			for _, call := range []string{"share", "push", "upload", "collection", "collections", "version", "versions", "original", "originals", "settings", "deliver", "roster"} {
				if err := calls[call](t.Context(), c); err != nil {
					t.Errorf("%q, %s: %s: %v", prefix, what, call, err)
				}
			}
		}
		for _, server := range []*httptest.Server{proxy, kept, station} {
			server.Close()
		}
	}
}

// moving sends each request to another path of the station than it is for.
type moving struct{ path string }

func (m moving) RoundTrip(r *http.Request) (*http.Response, error) {
	moved := r.Clone(r.Context())
	moved.URL.Path = m.path
	return http.DefaultTransport.RoundTrip(moved)
}

// TestSealCoversPathBehindPrefix: what is sealed below one path is good for no other route
// than its own there.
func TestSealCoversPathBehindPrefix(t *testing.T) {
	caller, keys := sealer(t)
	s := new(stub)
	server := httptest.NewServer(http.StripPrefix("/glimpse", homeOf(s, keys)))
	defer server.Close()
	for _, path := range []string{"/glimpse/v1/updates" + name, "/glimpse/v1/settings", "/v1/collections" + name, "/glimpse/glimpse/v1/collections" + name} {
		c := NewClient(server.URL+"/glimpse", Sealed(caller, called), Options{HTTP: &http.Client{Transport: moving{path}}})
		if _, err := c.Collection(t.Context(), collection.Name{}); err == nil || s.calls > 0 {
			t.Errorf("%s: %v, %d calls", path, err, s.calls)
		}
	}
}

// TestServerTimeouts: neither what waits for longer than the timeouts of the server it is
// behind, nor what is read and sent for longer, is ended by them.
func TestServerTimeouts(t *testing.T) {
	const timeout = 2 * time.Second // an emulated device needs a good part of it to begin TLS
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			var ended atomic.Bool
			s := new(stub)
			server := httptest.NewUnstartedServer(HubHandler(stubHub{waiting{s, 3 * timeout / 2, &ended}, s}, HandlerOptions{Who: anybody{}}))
			server.Config.ReadTimeout, server.Config.WriteTimeout = timeout, timeout
			server.Config.ReadHeaderTimeout = 20 * time.Second
			server.EnableHTTP2 = protocol == "HTTP/2.0"
			server.StartTLS()
			defer server.Close()
			c := NewClient(server.URL, nil, Options{HTTP: server.Client()})
			for _, call := range []string{"changes", "versions", "collection"} {
				if err := calls[call](t.Context(), c); err != nil {
					t.Errorf("%s: %v", call, err)
				}
			}
			body := &late{after: 3 * timeout / 2}
			if _, err := c.Upload(t.Context(), collection.Name{}, body); err != nil {
				t.Errorf("upload: %v", err)
			}
			if ended.Load() {
				t.Error("the station was told that its caller is gone")
			}
		})
	}
}

// waiting is a patient station that notes whether it was told that its caller is gone.
type waiting struct {
	*stub
	time  time.Duration
	ended *atomic.Bool
}

func (w waiting) wait(ctx context.Context) {
	select {
	case <-time.After(w.time):
	case <-ctx.Done():
		w.ended.Store(true)
	}
}

func (w waiting) Changes(ctx context.Context, r transport.ChangesRequest) (transport.Changes, error) {
	w.wait(ctx)
	return w.stub.Changes(ctx, r)
}

func (w waiting) Collection(ctx context.Context, n collection.Name) (transport.State, error) {
	w.wait(ctx)
	return w.stub.Collection(ctx, n)
}

// late is a body whose last byte comes late.
type late struct {
	after time.Duration
	read  int
}

func (l *late) Read(p []byte) (int, error) {
	if l.read++; l.read == 2 {
		time.Sleep(l.after)
	}
	if l.read > 2 {
		return 0, io.EOF
	}
	return copy(p, "x"), nil
}

// TestProxyThatAccepts: a station is told why it is refused, whatever a proxy adds to requests
// that say nothing of what they accept.
func TestProxyThatAccepts(t *testing.T) {
	s := &refusing{err: transport.At(transport.ErrPending, "item")}
	h := HubHandler(stubHub{s, s}, HandlerOptions{Who: anybody{}})
	proxy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") == "" {
			r.Header.Set("Accept", "*/*")
		}
		h.ServeHTTP(w, r)
	})
	if _, err := clientOf(t, proxy).Collection(t.Context(), collection.Name{}); !errors.Is(err, transport.ErrPending) {
		t.Error(err)
	}
}
