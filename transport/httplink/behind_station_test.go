package httplink_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// TestPeerBehindPrefix: a camera hands over to a peer behind a path of a reverse proxy.
func TestPeerBehindPrefix(t *testing.T) {
	w := labtest.New(t, hub.Config{})
	ann := w.User("ann")
	cam, home := w.Camera(ann, 1), w.Peer(ann, "home")
	s := httptest.NewServer(http.StripPrefix("/glimpse", httplink.PeerHandler(home.Peer, httplink.HandlerOptions{Now: w.Now})))
	defer s.Close()
	name := cam.Album("first")
	link := httplink.NewClient(s.URL+"/glimpse", httplink.Sealed(cam.Caller(), home.Key()), httplink.Options{})
	if _, err := cam.Sync(t.Context(), link, name); err != nil {
		t.Error("through http.StripPrefix:", err)
	}
}

// TestWriteTimeout: who waits for news longer than the server gives an answer is answered.
func TestWriteTimeout(t *testing.T) {
	w := labtest.New(t, hub.Config{Wait: 3 * time.Second})
	s := httptest.NewUnstartedServer(httplink.HubHandler(w.Hub.Hub, httplink.HandlerOptions{Now: w.Now}))
	s.Config.WriteTimeout = time.Second
	s.Start()
	defer s.Close()
	pc := w.Peer(w.User("bob"), "pc")
	_, err := httplink.NewClient(s.URL, httplink.Bearer(pc.Token), httplink.Options{}).Changes(t.Context(), transport.ChangesRequest{})
	if err != nil {
		t.Error("WriteTimeout 1 s, Wait 3 s:", err)
	}
}
