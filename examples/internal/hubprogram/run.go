package hubprogram

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	notifymail "github.com/glimpse-go/glimpse/notify/mail"
	"github.com/glimpse-go/glimpse/transport/gallery"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
)

// runWord runs the hub.
type runWord struct {
	Listen  string        `default:"127.0.0.1:8443" help:"Where to listen; :8443 is at all addresses of this computer."`
	URL     string        `help:"The base URL by which stations reach the hub, such as https://hub.example.org; what -listen says if empty."`
	TLS     tlsOptions    `embed:"" prefix:"tls-"`
	Gallery bool          `default:"true" help:"Serve the gallery, for people's browsers, at the same address; -gallery=false does not."`
	Metrics string        `placeholder:"HOST:PORT" help:"Where to serve /metrics in the text format of Prometheus; nowhere if empty. The admin socket has it, too."`
	Retain  time.Duration `default:"720h" help:"How long thumbnails and screen versions are kept; 0 = for ever."`
	Probe   time.Duration `default:"4h" help:"How often homes are asked whether they still serve what they have announced."`

	Letters letterOptions        `embed:""`
	On      program.NetworkFlags `embed:""`
}

// Run runs the hub until ctx ends.
func (w *runWord) Run(ctx context.Context, env program.Env, g *grammar) (err error) {
	m := newMetrics()
	log := logger(env.Err, m)
	listener, err := net.Listen("tcp", w.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	url, err := program.ServedAt(w.URL, w.TLS.scheme(), listener)
	if err != nil {
		return err
	}
	s, err := w.open(ctx, env, g, url, hub.Config{UpkeepInterval: w.Probe, KeepVersions: w.Retain, Gallery: w.links(url), Log: log}, m)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	config, err := w.TLS.config(s)
	if err != nil {
		return err
	}
	a := newAdmin(s, m)
	a.url, a.pinned = url, w.TLS.Mode == "key"
	a.browsers = w.Gallery && !a.pinned
	pages, err := w.pages(a, log)
	if err != nil {
		return err
	}
	return w.serve(ctx, env, a, log, listener, pages, func(h http.Handler) error {
		return httplink.Serve(ctx, listener, h, config, s.hub.Run)
	})
}

// open opens the hub, which writes as the options say.
func (w *runWord) open(ctx context.Context, env program.Env, g *grammar, url string, cfg hub.Config, m *metrics) (*station, error) {
	writes := func(key program.Key) (mail.Config, program.Closers, error) { return w.Letters.config(url, key, m) }
	on := func(ctx context.Context, at program.Place) (program.Network, error) { return w.On.Join(ctx, env, at) }
	return open(ctx, g, cfg, writes, on)
}

// serve serves the hub and its operator, as long as both can be.
func (w *runWord) serve(ctx context.Context, env program.Env, a *admin, log *slog.Logger, listener net.Listener, pages http.Handler, stations func(http.Handler) error) error {
	stop, err := program.Listen(a.dir, a)
	if err != nil {
		return err
	}
	defer stop()
	if w.Metrics != "" {
		stop, err := serveMetrics(w.Metrics, a.metrics)
		if err != nil {
			return err
		}
		defer stop()
	}
	a.greet(ctx, env)
	program.Ready()
	return stations(a.metrics.watch(a.public(ctx, pages)))
}

// links is where links in letters lead: to the gallery, if there is one.
func (w *runWord) links(url string) string {
	if !w.Gallery {
		return ""
	}
	return url
}

// pages are what the hub serves to stations, and to people's browsers.
func (w *runWord) pages(a *admin, log *slog.Logger) (http.Handler, error) {
	o := httplink.HandlerOptions{Who: httplink.BySeal(a.hub.Keys(), a.hub.PublicKey().ID(), nil), Enrol: a.attempt, Letters: a.hub.Mail().Of, Log: log}
	if !w.Gallery {
		return httplink.HubHandler(a.hub, o), nil
	}
	return gallery.New(gallery.OfHub(a.hub, o), gallery.Config{URL: a.url, Store: a.store, Log: log})
}

// public is what the hub serves, to what watches over it, too.
func (a *admin) public(ctx context.Context, pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle("/stop/", notifymail.Unsubscribe(a.hub.Mail()))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {}) // it answers
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := a.store.Get(r.Context(), "ready"); err != nil || ctx.Err() != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
		}
	})
	return mux
}
