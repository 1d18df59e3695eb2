package gallery_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
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

	mu       sync.Mutex
	attempts map[string]*enrol.Attempt
}

func newInn(t *testing.T, w *labtest.World) *inn {
	n := &inn{t: t, w: w, attempts: map[string]*enrol.Attempt{}}
	o := httplink.HandlerOptions{Who: httplink.BySeal(w.Hub.Hub.Keys(), w.Hub.Hub.PublicKey().ID(), nil), Enrol: n.attempt}
	g, err := gallery.New(gallery.OfHub(w.Hub.Hub, o), gallery.Config{})
	labtest.Must(t, err)
	n.origin = browsertest.Serve(t, g)
	return n
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
	p.Do(click(`form .primary`))
	p.Until(`document.querySelector('.code, .failed')`)
	request, there, err := attempt.Wait(n.t.Context())
	labtest.Must(n.t, err)
	if !strings.Contains(request.Name, "Chrome on Linux") {
		n.t.Errorf("the browser calls itself %q", request.Name)
	}
	return browsertest.Eval[string](p, `document.querySelector('.code').textContent`), there
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
	p.Do(click(`.code ~ p .primary`))
	p.Until(`document.querySelector('.done, .failed')`)
	return <-admitted
}
