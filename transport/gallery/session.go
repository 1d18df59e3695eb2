package gallery

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// The cookie of who is signed in. Where pages come over TLS, browsers take it from this host alone
// and send it over nothing else (RFC 6265bis, section 4.1.3.2). Where they do not, the name ends
// with the port: browsers share cookies among all ports of a host, such as a hub and a home on one
// computer.
const plainCookie, hostCookie = "glimpse", "__Host-glimpse"

// SignIn has a browser signed in as a user whom the caller has authenticated. The error wraps
// transport.ErrForbidden if that is no user of the station's, or is one of the stores.
func (g *Gallery) SignIn(w http.ResponseWriter, r *http.Request, user collection.UserID) error {
	return g.signIn(w, r, session{User: user})
}

func (g *Gallery) signIn(w http.ResponseWriter, r *http.Request, s session, rests ...transport.Condition) error {
	if err := g.isMember(r.Context(), s.User); err != nil {
		return err
	}
	token, err := g.sessions.begin(r.Context(), s, rests...)
	if err == nil {
		g.setCookie(w, r, token, g.sessions.lasts)
	}
	return err
}

// isMember returns an error that wraps ErrForbidden if somebody is no user of the station's.
func (g *Gallery) isMember(ctx context.Context, user collection.UserID) error {
	if g.IsMember == nil {
		return nil
	}
	is, err := g.IsMember(ctx, user)
	if err == nil && !is {
		return transport.At(transport.ErrForbidden, "no user")
	}
	return err
}

func (g *Gallery) setCookie(w http.ResponseWriter, r *http.Request, token string, age time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: g.cookieName(r), Value: token, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: g.isSecure(r),
	})
}

// isSecure reports whether a browser sees the gallery over TLS, be it that of a proxy.
func (g *Gallery) isSecure(r *http.Request) bool { return r.TLS != nil || g.origin.Scheme == "https" }

func (g *Gallery) cookieName(r *http.Request) string {
	if g.isSecure(r) {
		return hostCookie
	}
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return plainCookie + "-" + port
	}
	return plainCookie
}

// signedIn returns the session of who is signed in. The error wraps ErrUnauthenticated if
// nobody is, or is one of the store.
func (g *Gallery) signedIn(r *http.Request) (kept, error) {
	c, err := r.Cookie(g.cookieName(r))
	if err != nil {
		return kept{}, transport.ErrUnauthenticated
	}
	s, err := g.sessions.find(r.Context(), c.Value)
	if err != nil {
		return s, err
	}
	if s.Seal == nil {
		return g.ofMember(r, s)
	}
	key, stands, err := g.stands(r.Context(), s.User, s.Seal)
	switch {
	case err != nil:
		return kept{}, err
	case !stands:
		return kept{}, errors.Join(transport.ErrUnauthenticated, g.sessions.end(r.Context(), s.record))
	}
	if s.Passkey == "" {
		s.Key = key
	}
	return s, nil
}

// ofMember is a session, unless its user is none any more.
func (g *Gallery) ofMember(r *http.Request, s kept) (kept, error) {
	err := g.isMember(r.Context(), s.User)
	if errors.Is(err, transport.ErrForbidden) {
		return kept{}, errors.Join(transport.ErrUnauthenticated, g.sessions.end(r.Context(), s.record))
	}
	return s, err
}

// user is who is signed in.
func (g *Gallery) user(r *http.Request) (collection.UserID, bool) {
	s, err := g.signedIn(r)
	return s.User, err == nil
}

// keep has a session that is used last longer, in the store and in the browser.
func (g *Gallery) keep(w http.ResponseWriter, r *http.Request, s kept) {
	if again, err := g.sessions.keep(r.Context(), s); err != nil {
		g.log(r, err)
	} else if again {
		g.setCookie(w, r, s.token, g.sessions.lasts)
	}
}

// byCookie lets in who is signed in, from the gallery's own pages alone: browsers send the cookie
// with what pages of the same site ask for, too, which are other hosts of a domain, and other ports.
type byCookie struct{ *Gallery }

func (b byCookie) Authenticate(r *http.Request) (transport.Identity, error) {
	s, err := b.signedIn(r)
	if err != nil {
		return transport.Identity{}, err
	}
	if b.crossOrigin.Check(r) != nil || isOtherSite(r) {
		return transport.Identity{}, transport.At(transport.ErrUnauthenticated, "the request comes from another site")
	}
	return transport.Identity{User: s.User, Key: s.Key}, nil
}

// isOtherSite reports whether a browser says that another origin's page asks (Fetch Metadata).
func isOtherSite(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site != "" && site != "same-origin" && site != "none"
}

// signOut ends the session, or all of the user's.
func (g *Gallery) signOut(w http.ResponseWriter, r *http.Request) {
	s, err := g.signedIn(r)
	if err == nil && r.FormValue("everywhere") != "" {
		err = g.sessions.endAll(r.Context(), s.User)
	} else if err == nil {
		err = g.sessions.end(r.Context(), s.record)
	}
	if err != nil && !errors.Is(err, transport.ErrUnauthenticated) {
		g.fail(w, r, err)
		return
	}
	g.setCookie(w, r, "", -time.Second)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/?out", http.StatusSeeOther)
}
