package gallery

import (
	"context"
	"log/slog"
	"net/http"
	"sync"

	"golang.org/x/text/language"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// Reader is what pages show of a station, to one user.
type Reader interface {
	transport.Library
	transport.Feed
}

// Station is a hub or a home, as a gallery shows it. [OfHub] makes one.
type Station struct {
	// As is what a user may read.
	As func(collection.UserID) Reader
	// Latest lists at most n collections of a user's, the latest news first, of those with numbers
	// below another one; 0 = of all.
	Latest func(ctx context.Context, user collection.UserID, below uint64, n int) ([]transport.Entry, error)
	// Name is what a user is called; empty = not known.
	Name func(context.Context, collection.UserID) string
	// Handler serves the station's routes to those whom who lets in.
	Handler func(who httplink.Authenticator) http.Handler
	// Links serves guests; nil = none.
	Links transport.LinkAccess
}

// OfHub is a hub as a gallery shows it. Who authenticates its stations; nil = by tokens.
func OfHub(h *hub.Hub, o httplink.HandlerOptions) Station {
	if o.Who == nil {
		o.Who = httplink.ByToken(h)
	}
	return Station{
		As:     func(user collection.UserID) Reader { return h.As(user) },
		Latest: h.Latest,
		Name: func(ctx context.Context, user collection.UserID) string {
			person, _ := h.Accounts().Person(ctx, user) // who is not known has no name
			return person.Name
		},
		Handler: func(who httplink.Authenticator) http.Handler {
			o := o
			o.Who = either{who, o.Who}
			return httplink.HubHandler(h, o)
		},
		Links: h,
	}
}

// either lets in whom one of two does.
type either struct{ first, second httplink.Authenticator }

func (e either) Authenticate(r *http.Request) (transport.Identity, error) {
	if id, err := e.first.Authenticate(r); err == nil {
		return id, nil
	}
	return e.second.Authenticate(r)
}

// Config says how a gallery works. The zero value works.
type Config struct {
	Log *slog.Logger // of failures; nil = none
}

// Gallery serves the pages. It is safe for concurrent use.
type Gallery struct {
	Station
	cfg    Config
	assets *assets
	words  map[language.Tag]words
	mux    *http.ServeMux

	mu       sync.Mutex
	sessions map[string]collection.UserID
}

// New makes a gallery over a station.
func New(of Station, cfg Config) (*Gallery, error) {
	a, err := bundle()
	if err != nil {
		return nil, err
	}
	w, err := loadWords()
	if err != nil {
		return nil, err
	}
	g := &Gallery{Station: of, cfg: cfg, assets: a, words: w, mux: http.NewServeMux(), sessions: map[string]collection.UserID{}}
	g.mux.Handle("/v1/", of.Handler(byCookie{g}))
	g.mux.Handle("GET /assets/", a)
	g.mux.HandleFunc("GET /{$}", g.albums)
	g.mux.HandleFunc("GET /album/{author}/{id}", g.album)
	g.mux.HandleFunc("GET /new", g.newAlbum)
	g.mux.HandleFunc("GET /people", g.people)
	g.mux.HandleFunc("GET /join", g.join)
	g.mux.HandleFunc("GET /keys", g.keys)
	return g, nil
}

// ServeHTTP implements http.Handler.
func (g *Gallery) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	g.mux.ServeHTTP(w, r)
}

// policy is the Content Security Policy of all pages.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; connect-src *; manifest-src 'self'; worker-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types glimpse"
