package gallery_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/lab/labtest"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/gallery/internal/browsertest"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// served is a gallery over a hub, as programs ask for its pages.
type served struct {
	*labtest.World
	*httptest.Server
	*gallery.Gallery
	store    *between
	ann, bob collection.UserID
	now      time.Time
}

// serve serves a gallery at localhost, over TLS as browsers see it.
func serve(t *testing.T, cfg gallery.Config) *served {
	t.Helper()
	s := &served{World: browsertest.World(t, hub.Config{}), store: &between{Store: new(memstore.Store)}, now: time.Now()}
	s.ann, s.bob = s.User("ann"), s.User("bob")
	cfg.Store, cfg.Now = s.store, func() time.Time { return s.now }
	var err error
	s.Gallery, err = gallery.New(gallery.OfHub(s.World.Hub.Hub, httplink.HandlerOptions{}), cfg)
	labtest.Must(t, err)
	s.at(t, s.Gallery)
	return s
}

// at serves a gallery, and signs in whom a path names.
func (s *served) at(t *testing.T, g *gallery.Gallery) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", g)
	mux.HandleFunc("GET /as/{user}", func(w http.ResponseWriter, r *http.Request) {
		var user collection.UserID
		if err := errors.Join(user.UnmarshalText([]byte(r.PathValue("user"))), g.SignIn(w, r, user)); err != nil {
			t.Error(err)
		}
	})
	s.Server = httptest.NewTLSServer(mux)
	t.Cleanup(s.Server.Close)
}

// browser is a client with cookies of its own, which follows no redirections.
func (s *served) browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	labtest.Must(t, err)
	return &http.Client{
		Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// as is a browser in which a user is signed in.
func (s *served) as(t *testing.T, user collection.UserID) *http.Client {
	t.Helper()
	b := s.browser(t)
	s.asks(t, b, "GET", "/as/"+user.String(), nil, nil)
	return b
}

// asks makes a request, and returns the status, the header and the body of the answer.
func (s *served) asks(t *testing.T, b *http.Client, method, path string, header map[string]string, form url.Values) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.Server.URL+path, strings.NewReader(form.Encode()))
	labtest.Must(t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := b.Do(r)
	labtest.Must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	labtest.Must(t, err)
	return answer.StatusCode, answer.Header, string(body)
}

// isIn reports whether a browser is signed in, at the pages and at the station's routes.
func (s *served) isIn(t *testing.T, b *http.Client) bool {
	t.Helper()
	page, _, _ := s.asks(t, b, "GET", "/settings", nil, nil)
	route, _, _ := s.asks(t, b, "GET", "/v1/collections/"+s.ann.String()+"/"+collection.ID{1}.String(), nil, nil)
	if (page == http.StatusOK) != (route == http.StatusNotFound) || (page == http.StatusUnauthorized) != (route == http.StatusUnauthorized) {
		t.Errorf("the page is answered with %d, a route with %d", page, route)
	}
	return page == http.StatusOK
}

// TestCookie: the cookie is this host's alone, no script reads it, and no other site sends it.
func TestCookie(t *testing.T) {
	s := serve(t, gallery.Config{})
	_, h, _ := s.asks(t, s.browser(t), "GET", "/as/"+s.bob.String(), nil, nil)
	cookie, err := http.ParseSetCookie(h.Get("Set-Cookie"))
	labtest.Must(t, err)
	if cookie.Name != "__Host-glimpse" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Error(cookie)
	}
	if cookie.MaxAge != 30*24*60*60 {
		t.Error("the browser keeps it for", cookie.MaxAge)
	}
	for r, err := range s.store.Scan(t.Context(), "", "", 0) {
		_, secret, _ := strings.Cut(cookie.Value, ".")
		if labtest.Must(t, err); strings.Contains(r.Key+string(r.Value), secret) {
			t.Error("the store has the token itself")
		}
	}
}

// TestSessionLasts: who comes back stays signed in, who does not is signed out, and another
// gallery on the same store knows the session.
func TestSessionLasts(t *testing.T) {
	s := serve(t, gallery.Config{Lasts: 10 * time.Hour})
	b, idle := s.as(t, s.bob), s.as(t, s.bob)
	for range 4 {
		s.now = s.now.Add(4 * time.Hour)
		if !s.isIn(t, b) {
			t.Fatal("signed out at", s.now)
		}
	}
	if s.isIn(t, idle) {
		t.Error("who has not come back for 16 hours is signed in")
	}
	cookie := ""
	at, _ := url.Parse(s.Server.URL)
	for _, c := range b.Jar.Cookies(at) {
		cookie = c.String()
	}
	cfg := gallery.Config{Store: s.store, Lasts: 10 * time.Hour, Now: func() time.Time { return s.now }, URL: "https://localhost"}
	after, err := gallery.New(gallery.OfHub(s.World.Hub.Hub, httplink.HandlerOptions{}), cfg)
	labtest.Must(t, err)
	r := httptest.NewRequest("GET", "/settings", nil)
	r.Header.Set("Cookie", cookie)
	w := httptest.NewRecorder()
	after.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Error("after a restart:", w.Code)
	}
}

// TestSignOut: it ends a session, or all of them, and a cookie that was copied is worth nothing.
func TestSignOut(t *testing.T) {
	s := serve(t, gallery.Config{})
	one, two, three, anns := s.as(t, s.bob), s.as(t, s.bob), s.as(t, s.bob), s.as(t, s.ann)
	copied := &http.Client{Jar: one.Jar, Transport: one.Transport}
	at, _ := url.Parse(s.Server.URL)
	cookies := one.Jar.Cookies(at)
	s.asks(t, one, "POST", "/signout", nil, url.Values{})
	copied.Jar.SetCookies(at, cookies)
	if s.isIn(t, copied) || !s.isIn(t, two) || !s.isIn(t, three) {
		t.Error("one session was to end")
	}
	s.asks(t, two, "POST", "/signout", nil, url.Values{"everywhere": {"1"}})
	if s.isIn(t, two) || s.isIn(t, three) || !s.isIn(t, anns) {
		t.Error("all of one user's sessions were to end")
	}
}

// TestManySessions: a user has 32 at once, and the ones used longest ago end for others.
func TestManySessions(t *testing.T) {
	s := serve(t, gallery.Config{})
	var all []*http.Client
	for range 34 {
		s.now = s.now.Add(time.Minute)
		all = append(all, s.as(t, s.bob))
	}
	for i, b := range all {
		if s.isIn(t, b) != (i >= 2) {
			t.Errorf("session %d of %d", i, len(all))
		}
	}
}

// TestOtherSites: what another site's page has a browser do changes nothing, at no route.
func TestOtherSites(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.as(t, s.bob)
	for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}} {
		for path, want := range map[string]int{
			"/signout": http.StatusForbidden, "/settings/passkey": http.StatusForbidden, "/passkey/create": http.StatusForbidden,
			"/session/ticket": http.StatusForbidden, "/passkey/signin": http.StatusForbidden, "/link": http.StatusForbidden, "/language": http.StatusForbidden,
			"/session": http.StatusForbidden, "/v1/ids": http.StatusUnauthorized, "/v1/share": http.StatusUnauthorized,
		} {
			if got, _, _ := s.asks(t, b, "POST", path, header, url.Values{}); got != want {
				t.Errorf("%s with %v is answered with %d", path, header, got)
			}
		}
		if !s.isIn(t, b) {
			t.Fatal("another site has signed somebody out")
		}
	}
	if got, _, _ := s.asks(t, b, "POST", "/v1/ids", map[string]string{"Sec-Fetch-Site": "same-origin"}, nil); got == http.StatusUnauthorized {
		t.Error("a page of the gallery's own is not let in")
	}
}

// TestSealSignsIn: who has a station's key signs in by it, once with each seal, and is out when
// the key is stopped.
func TestSealSignsIn(t *testing.T) {
	s := serve(t, gallery.Config{})
	station := s.Peer(s.bob, "browser").Station
	b := s.browser(t)
	seal := func(audience collection.KeyID) map[string]string {
		r := httptest.NewRequest("POST", "/session", nil)
		r.GetBody = func() (io.ReadCloser, error) { return http.NoBody, nil }
		labtest.Must(t, httplink.Sealed(httplink.Caller{User: s.bob, Signer: station.Signer, Now: func() time.Time { return s.now }}, audience)(r))
		return map[string]string{"Authorization": r.Header.Get("Authorization")}
	}
	good := seal(s.World.Hub.Hub.PublicKey().ID())
	if got, _, _ := s.asks(t, b, "POST", "/session", good, nil); got != http.StatusNoContent || !s.isIn(t, b) {
		t.Fatal("a station is answered with", got)
	}
	for what, header := range map[string]map[string]string{
		"a seal again": good, "a seal for another station": seal(collection.KeyID{1}), "nothing": nil, "a token": {"Authorization": "Bearer x"},
	} {
		other := s.browser(t)
		if got, _, _ := s.asks(t, other, "POST", "/session", header, nil); got != http.StatusUnauthorized || s.isIn(t, other) {
			t.Errorf("%s is answered with %d", what, got)
		}
	}
	s.Revokes(station)
	if s.isIn(t, b) {
		t.Error("signed in with a key that was stopped")
	}
}

// TestTicket: a link signs in once, and not when it is old.
func TestTicket(t *testing.T) {
	s := serve(t, gallery.Config{})
	_, secret, _ := strings.Cut(s.Link(s.bob), "#in.")
	for _, want := range []int{http.StatusNoContent, http.StatusUnauthorized} {
		b := s.browser(t)
		if got, _, _ := s.asks(t, b, "POST", "/session/ticket", nil, url.Values{"ticket": {secret}}); got != want || s.isIn(t, b) != (want == http.StatusNoContent) {
			t.Error("answered with", got)
		}
	}
	_, secret, _ = strings.Cut(s.Link(s.bob), "#in.")
	s.now = s.now.Add(time.Hour)
	if got, _, _ := s.asks(t, s.browser(t), "POST", "/session/ticket", nil, url.Values{"ticket": {secret}}); got != http.StatusUnauthorized {
		t.Error("an old one is answered with", got)
	}
}

// TestFailedPages: what is not there, over or forbidden is said kindly, in three languages, and
// with all that browsers are told of any page.
func TestFailedPages(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam := s.Camera(s.ann, 2)
	name := cam.Album("Holidays", s.bob)
	cam.Shares(name)
	path := "/album/" + name.Author.String() + "/" + name.ID.String()
	b := s.as(t, s.bob)
	for _, c := range []struct {
		path, language, want string
		status               int
		b                    *http.Client
	}{
		{"/nothing", "en", "There is nothing here", 404, b},
		{"/album/x/y", "de-AT,de;q=0.9", "Hier ist nichts", 404, b},
		{"/guest/0123", "fr-CA", "Ce lien n’est plus valable", 410, s.browser(t)},
		{path, "de", "Willkommen", 401, s.browser(t)},
		{path, "xx", "Holidays", 200, b},
		{path, "en", "There is nothing here", 404, s.as(t, s.User("eve"))},
	} {
		status, h, body := s.asks(t, c.b, "GET", c.path, map[string]string{"Accept-Language": c.language}, nil)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d\n%s", c.path, status, body)
		}
		for _, header := range []string{"Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options", "Cross-Origin-Opener-Policy"} {
			if h.Get(header) == "" {
				t.Errorf("%s: no %s", c.path, header)
			}
		}
		if vary := h.Get("Vary"); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
			t.Errorf("%s: Vary: %s", c.path, vary)
		}
	}
}

// TestLanguage: who chooses a language reads it from then on, and comes back to the page.
func TestLanguage(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.as(t, s.bob)
	for to, want := range map[string]string{"/settings": "/settings", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/", "\t//evil.example": "/", "/.//evil.example": "/evil.example", "evil.example": "/"} {
		status, h, _ := s.asks(t, b, "POST", "/language", nil, url.Values{"language": {"fr"}, "to": {to}})
		if status != http.StatusSeeOther || h.Get("Location") != want {
			t.Errorf("%s leads to %s", to, h.Get("Location"))
		}
	}
	if _, _, body := s.asks(t, b, "GET", "/settings", map[string]string{"Accept-Language": "de"}, nil); !strings.Contains(body, "Réglages") {
		t.Error(body)
	}
}

// TestUnknownLanguage: who has chosen a language that there is not reads the one that the browser
// asks for.
func TestUnknownLanguage(t *testing.T) {
	s := serve(t, gallery.Config{})
	b := s.as(t, s.bob)
	s.asks(t, b, "POST", "/language", nil, url.Values{"language": {"ja"}})
	if _, _, body := s.asks(t, b, "GET", "/settings", map[string]string{"Accept-Language": "de"}, nil); !strings.Contains(body, "Einstellungen") {
		t.Error(body)
	}
}

// TestAlbumsPage: the albums are listed with what is known of each, the latest first, in pages.
func TestAlbumsPage(t *testing.T) {
	s := serve(t, gallery.Config{})
	cam := s.Camera(s.ann, 2)
	var names []collection.Name
	for _, title := range []string{"first <b>", "second"} {
		names = append(names, cam.Album(title, s.bob))
		cam.Shares(names[len(names)-1])
	}
	b := s.as(t, s.bob)
	_, _, body := s.asks(t, b, "GET", "/", map[string]string{"Accept-Language": "en"}, nil)
	first, second := strings.Index(body, "first &lt;b&gt;"), strings.Index(body, "second")
	if second < 0 || first < second || !strings.Contains(body, "2 items · 2 originals still to come") || strings.Contains(body, "first <b>") {
		t.Error(body)
	}
	path := "/cover/" + names[0].Author.String() + "/" + names[0].ID.String()
	status, h, _ := s.asks(t, b, "GET", path, nil, nil)
	if status != http.StatusFound {
		t.Fatal("the cover is answered with", status)
	}
	if status, _, body := s.asks(t, b, "GET", h.Get("Location"), nil, nil); status != http.StatusOK || len(body) == 0 {
		t.Error("the cover's thumbnail is answered with", status)
	}
	if status, _, _ := s.asks(t, s.as(t, s.User("eve")), "GET", path, nil, nil); status != http.StatusNotFound {
		t.Error("a stranger is answered with", status)
	}
}
