package gallery

import (
	"crypto/rand"
	"net/http"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

const cookieName = "glimpse"

// SignIn has a browser signed in as a user whom the caller has authenticated.
func (g *Gallery) SignIn(w http.ResponseWriter, r *http.Request, user collection.UserID) error {
	token := rand.Text()
	g.mu.Lock()
	g.sessions[token] = user
	g.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil})
	return nil
}

// user is who is signed in.
func (g *Gallery) user(r *http.Request) (collection.UserID, bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return collection.UserID{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	user, ok := g.sessions[c.Value]
	return user, ok
}

// byCookie lets in who is signed in.
type byCookie struct{ *Gallery }

func (b byCookie) Authenticate(r *http.Request) (transport.Identity, error) {
	user, ok := b.user(r)
	if !ok {
		return transport.Identity{}, transport.ErrUnauthenticated
	}
	return transport.Identity{User: user}, nil
}
