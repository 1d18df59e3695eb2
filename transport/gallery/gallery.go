package gallery

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/text/language"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// Config says how a gallery works. The zero value works.
type Config struct {
	// URL is the base by which browsers reach the gallery, such as https://hub.example.org. Behind
	// a proxy that ends TLS it must be there. Passkeys are for its host; without it there are some
	// at localhost alone.
	URL string
	// Store keeps who is signed in, and passkeys; it may be the station's, for all keys begin with
	// "gallery/". nil = in memory.
	Store transport.Store
	// Lasts is for how long somebody is signed in who does not come back; 0 = 30 days.
	Lasts time.Duration
	Log   *slog.Logger     // of failures; nil = none
	Now   func() time.Time // nil = time.Now
}

// Gallery serves the pages. It is safe for concurrent use.
type Gallery struct {
	Station
	cfg         Config
	origin      url.URL // scheme and host of Config.URL
	assets      *assets
	words       map[language.Tag]words
	mux         *http.ServeMux
	sessions    *sessions
	seals       httplink.Authenticator
	crossOrigin *http.CrossOriginProtection
	tickets     tickets
}

// New makes a gallery over a station. The error says what is wrong with Config.URL.
func New(of Station, cfg Config) (*Gallery, error) {
	cfg.Now = cmpFunc(cfg.Now, time.Now)
	if cfg.Store == nil {
		cfg.Store = new(memstore.Store)
	}
	g := &Gallery{Station: of, cfg: cfg, mux: http.NewServeMux(), sessions: newSessions(cfg), crossOrigin: http.NewCrossOriginProtection()}
	if err := g.setOrigin(); err != nil {
		return nil, err
	}
	var err error
	if g.assets, err = bundle(); err != nil {
		return nil, err
	}
	if g.words, err = loadWords(); err != nil {
		return nil, err
	}
	g.seals = httplink.BySeal(noting{of.Keys}, of.Key, cfg.Now)
	g.routes()
	return g, nil
}

func (g *Gallery) setOrigin() error {
	if g.cfg.URL == "" {
		return nil
	}
	u, err := url.Parse(g.cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("gallery: URL %q: it begins with http:// or https:// and has a host", g.cfg.URL)
	}
	g.origin = url.URL{Scheme: u.Scheme, Host: u.Host}
	return g.crossOrigin.AddTrustedOrigin(g.origin.String())
}

func (g *Gallery) routes() {
	g.mux.Handle("/v1/", g.Handler(byCookie{g}))
	g.mux.Handle("GET /assets/", g.assets)
	g.mux.HandleFunc("GET /sw.js", func(w http.ResponseWriter, r *http.Request) { g.assets.worker.serve(w, r, "no-cache") })
	g.mux.HandleFunc("GET /icon.svg", func(w http.ResponseWriter, r *http.Request) { g.assets.icon.serve(w, r, "public, max-age=86400") })
	g.mux.HandleFunc("GET /manifest.webmanifest", g.manifest)
	for pattern, page := range map[string]http.HandlerFunc{
		"GET /{$}":                        g.albums,
		"GET /album/{author}/{id}":        g.album,
		"GET /album/{author}/{id}/edit":   g.editAlbum,
		"GET /cover/{author}/{id}":        g.cover,
		"GET /people":                     g.people,
		"POST /replaced":                  g.replaced,
		"GET /join":                       g.join,
		"GET /keys":                       g.keys,
		"GET /link":                       g.link,
		"POST /link":                      g.openLink,
		"GET /guest/{link}":               g.guest,
		"GET /guest/{link}/cover":         g.guestCover,
		"GET /guest/{link}/{item}":        g.guestVersion,
		"GET /new":                        g.newAlbum,
		"GET /settings":                   g.settings,
		"POST /settings/passkey":          g.forUser(g.dropPasskey),
		"POST /session":                   g.sessionBySeal,
		"POST /session/ticket":            g.sessionByTicket,
		"POST /passkey/create":            g.createPasskey,
		"POST /passkey/create/{ceremony}": g.createdPasskey,
		"POST /passkey/signin":            g.usePasskey,
		"POST /passkey/signin/{ceremony}": g.usedPasskey,
		"POST /signout":                   g.signOut,
		"POST /language":                  g.setLanguage,
		"/":                               func(w http.ResponseWriter, r *http.Request) { g.fail(w, r, transport.ErrNotFound) },
	} {
		g.mux.Handle(pattern, g.fromOwnPages(page))
	}
}

// mostBody is how many bytes of a body pages read: forms, and what passkeys say. Without a bound
// forms with files would fill the disk, whoever sends them.
const mostBody = 64 << 10

// fromOwnPages refuses what another site's pages have browsers do, and bounds bodies.
func (g *Gallery) fromOwnPages(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if g.crossOrigin.Check(r) != nil {
			g.fail(w, r, transport.At(transport.ErrForbidden, "another site"))
			return
		}
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		h(w, r)
	})
}

// ServeHTTP implements http.Handler.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	g.mux.ServeHTTP(w, r)
}

// policy is the Content Security Policy of all pages. Scripts connect to the homes that serve
// originals, too, wherever those are: over TLS, or on this computer, and to nobody else, for
// browsers let no page of https connect to anything but that.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src 'self' https: http://localhost:* http://127.0.0.1:*; " +
	"manifest-src 'self'; worker-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types glimpse"

// permissions are those that no page needs.
const permissions = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()"

func (g *Gallery) log(r *http.Request, err error) {
	if g.cfg.Log != nil {
		g.cfg.Log.Error("failed", "route", r.Pattern, "error", err) // no path: links could be secrets
	}
}

func cmpFunc[F any](f, otherwise func() F) func() F {
	if f == nil {
		return otherwise
	}
	return f
}
