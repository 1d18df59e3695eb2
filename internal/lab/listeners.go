package lab

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
)

// Net joins the stations of a world: a [Network], or [Listeners].
type Net interface {
	// URL is the base URL of a station.
	URL(station string) string
	// Start begins a process of a station, and returns what it makes requests with.
	Start(station string) http.RoundTripper
	// Serve has a station answer with a handler from now on. Its key is what it shows to
	// those who require one.
	Serve(station string, key collection.KeyID, h http.Handler)
}

// ThisComputer is the network in which Listeners listen.
var ThisComputer = netip.MustParsePrefix("127.0.0.0/8")

// Listeners joins stations over connections on this computer. The zero value is
// ready for use.
type Listeners struct {
	mu       sync.Mutex
	servers  map[string]*httptest.Server
	handlers map[string]http.Handler
	way      *http.Transport // of all stations
}

// URL implements Net: the station listens from now on.
func (l *Listeners) URL(station string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.servers == nil {
		l.servers = map[string]*httptest.Server{}
	}
	if l.servers[station] == nil {
		l.servers[station] = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			l.handler(station).ServeHTTP(w, r)
		}))
	}
	return l.servers[station].URL
}

func (l *Listeners) handler(station string) http.Handler {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.handlers[station]; h != nil {
		return h
	}
	return http.NotFoundHandler()
}

// Start implements Net.
func (l *Listeners) Start(string) http.RoundTripper {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.way == nil {
		l.way = new(http.Transport) // not PublicTransport: where the network is within the process, it cannot be checked
	}
	return l.way
}

// Serve implements Net. Connections are in the clear, and show no key.
func (l *Listeners) Serve(station string, _ collection.KeyID, h http.Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.handlers == nil {
		l.handlers = map[string]http.Handler{}
	}
	l.handlers[station] = h
}

// Close ends what listens.
func (l *Listeners) Close() {
	if l.way != nil {
		l.way.CloseIdleConnections()
	}
	for _, s := range l.servers {
		s.Close()
	}
}
