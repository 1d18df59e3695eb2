package gallery

import (
	"crypto/rand"
	"net/http"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// ticketAge is how long the link of a ticket is good, and maxTickets how many there are at once.
const (
	ticketAge  = 10 * time.Minute
	maxTickets = 64
)

// tickets are the links by which a program signs its own user in. They end with the process.
type tickets struct {
	mu  sync.Mutex
	all map[string]ticket
}

type ticket struct {
	user collection.UserID
	made time.Time
}

// Link returns what is added to the gallery's URL for a link that signs a user in, once, within
// ten minutes: it is for a program to print, or to open, on its user's own computer. The secret
// in it is behind a #, which browsers send to nobody.
func (g *Gallery) Link(user collection.UserID) string {
	g.tickets.mu.Lock()
	defer g.tickets.mu.Unlock()
	if g.tickets.all == nil || len(g.tickets.all) >= maxTickets {
		g.tickets.all = map[string]ticket{}
	}
	secret := rand.Text()
	g.tickets.all[secret] = ticket{user, g.cfg.Now()}
	return "/#in." + secret
}

// sessionByTicket signs in whose page has such a link.
func (g *Gallery) sessionByTicket(w http.ResponseWriter, r *http.Request) {
	secret := r.PostFormValue("ticket")
	g.tickets.mu.Lock()
	t, ok := g.tickets.all[secret]
	delete(g.tickets.all, secret)
	g.tickets.mu.Unlock()
	if !ok || g.cfg.Now().Sub(t.made).Abs() > ticketAge {
		g.answer(w, r, transport.ErrUnauthenticated)
		return
	}
	g.answer(w, r, g.SignIn(w, r, t.user))
}
