package gallery_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/enrol"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// inn is a gallery over a hub whose operator invites.
type inn struct {
	t      *testing.T
	w      *labtest.World
	origin string
	g      *gallery.Gallery
	now    atomic.Pointer[gallery.Gallery] // as the requests see it

	// lie changes what the station says of collections; nil = nothing.
	lie func(*transport.State)

	mu       sync.Mutex
	attempts map[string]*enrol.Attempt
}

func newInn(t *testing.T, w *labtest.World) *inn {
	n := &inn{t: t, w: w, attempts: map[string]*enrol.Attempt{}}
	o := httplink.HandlerOptions{Who: httplink.BySeal(w.Hub.Hub.Keys(), w.Hub.Hub.PublicKey().ID(), nil), Enrol: n.attempt}
	n.serves(gallery.OfHub(w.Hub.Hub, o))
	return n
}

// serves has the pages be those of a station, at the same origin as before.
func (n *inn) serves(of gallery.Station) {
	n.t.Helper()
	honest := of.Handler
	of.Handler = func(who httplink.Authenticator) http.Handler { return n.lying(honest(who)) }
	var err error
	n.g, err = gallery.New(of, gallery.Config{})
	labtest.Must(n.t, err)
	n.now.Store(n.g)
	if n.origin == "" {
		n.origin = browsertest.Serve(n.t, n)
	}
}

func (n *inn) ServeHTTP(w http.ResponseWriter, r *http.Request) { n.now.Load().ServeHTTP(w, r) }

// SignIn implements browsertest.Pages.
func (n *inn) SignIn(w http.ResponseWriter, r *http.Request, user collection.UserID) error {
	return n.now.Load().SignIn(w, r, user)
}

// lying is a station that lies where it is to.
func (n *inn) lying(honest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.lie == nil || !strings.HasPrefix(r.URL.Path, "/v1/collections/") {
			honest.ServeHTTP(w, r)
			return
		}
		r.Header.Del("If-None-Match")
		rec := httptest.NewRecorder()
		honest.ServeHTTP(rec, r)
		w.Header().Set("Content-Type", "application/cbor")
		w.Write(changed(n.t, rec.Body.Bytes(), n.lie))
	})
}

// changed is the state of a collection, with a lie in it.
func changed(t *testing.T, data []byte, lie func(*transport.State)) []byte {
	state, err := transport.DecodeMessage[transport.State](data)
	if err != nil {
		t.Error(err)
		return data
	}
	lie(&state)
	data, err = transport.Encode(state)
	if err != nil {
		t.Error(err)
	}
	return data
}

func (n *inn) attempt(secret string) *enrol.Attempt {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.attempts[secret]
}

// invites opens an attempt for somebody who starts as a user, or for a station of whom an offer
// names.
func (n *inn) invites(o enrol.Offer) (secret string, attempt *enrol.Attempt) {
	n.t.Helper()
	o.Authority, o.Hub = n.w.Hub.Hub.PublicKey(), []string{n.origin}
	attempt, err := enrol.NewAttempt(n.t.Context(), o, rand.Reader)
	labtest.Must(n.t, err)
	n.mu.Lock()
	defer n.mu.Unlock()
	secret = rand.Text()
	n.attempts[secret] = attempt
	return secret, attempt
}

// admits says yes for the operator.
func (n *inn) admits(attempt *enrol.Attempt, name string) <-chan collection.UserID {
	done := make(chan collection.UserID, 1)
	go func() {
		user, err := n.w.Hub.Hub.Accounts().Enrol(context.Background(), attempt, &hub.Person{Name: name})
		if err != nil {
			n.t.Error(err)
		}
		done <- user
	}()
	return done
}

// comes opens an invitation in a browser, up to the code, which it returns with the operator's.
func (n *inn) comes(p *browsertest.Page, secret string, attempt *enrol.Attempt) (here, there string) {
	n.t.Helper()
	p.Open(n.origin + "/join#." + secret)
	p.Until(`document.querySelector('#name')`)
	p.Click(`form .primary`)
	p.Until(`document.querySelector('.code, .failed')`)
	request, there, err := attempt.Wait(n.t.Context())
	labtest.Must(n.t, err)
	if !strings.Contains(request.Name, "Chrome on Linux") {
		n.t.Errorf("the browser calls itself %q", request.Name)
	}
	return browsertest.Eval[string](p, `document.querySelector('.code').textContent`), there
}

func sum(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

// numbers is a list of bytes as JavaScript writes it.
func numbers(data []byte) string {
	return strings.ReplaceAll(fmt.Sprint(data), " ", ",")
}

// joins has a browser become the station of a new user.
func (n *inn) joins(p *browsertest.Page, name string) collection.UserID {
	n.t.Helper()
	secret, attempt := n.invites(enrol.Offer{})
	here, there := n.comes(p, secret, attempt)
	if here != there || len(here) != 7 {
		n.t.Fatalf("the browser shows %q, the operator %q", here, there)
	}
	admitted := n.admits(attempt, name)
	p.Click(`.code ~ p .primary`)
	p.Until(`document.querySelector('.done, .failed')`)
	return <-admitted
}
