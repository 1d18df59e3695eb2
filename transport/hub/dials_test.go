//go:build !wasip1

package hub_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// TestHubDialsAnything: a hub makes no request for a user to what its operator has not listed,
// neither at once nor when it probes; it does to what is listed.
func TestHubDialsAnything(t *testing.T) {
	var hits atomic.Int64
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		http.NotFound(w, nil)
	}))
	defer inner.Close()
	for what, networks := range map[string][]netip.Prefix{"zero Config": nil, "a dialer": {}, "listed": {lab.ThisComputer}} {
		w := labtest.New(t, hub.Config{})
		ann := w.User("ann")
		cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
		name := cam.Album("first")
		cfg := hub.Config{Store: w.Hub.Store, Now: w.Now, UpkeepInterval: -1, Beside: func(work func()) { work() }}
		if networks != nil {
			cfg.Dial = httplink.Dialer(httplink.Caller{Signer: w.Hub.Signer, Now: w.Now}, httplink.Options{Networks: networks})
		}
		h, err := hub.New(t.Context(), w.Hub.Signer, cfg)
		labtest.Must(t, err)
		home.Restart(func(cfg *peer.Config) { cfg.URL, cfg.Hub = inner.URL+"/admin", h.As(ann) })
		cam.Syncs(home, name)
		err = home.Author.Publish(t.Context(), name)
		labtest.Must(t, h.Probe(t.Context()))
		labtest.Must(t, h.Close(t.Context()))
		if n := hits.Swap(0); (n > 0) != (len(networks) > 0) {
			t.Errorf("%s: %d requests; published: %v", what, n, err)
		}
	}
}
