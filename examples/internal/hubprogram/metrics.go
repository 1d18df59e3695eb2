package hubprogram

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glimpse-go/glimpse/notify"
)

// metrics count what a hub does, for who watches over it, in the text format of
// Prometheus.
type metrics struct {
	started  time.Time
	underway atomic.Int64
	errors   atomic.Int64

	mu      sync.Mutex
	routes  map[answered]*served
	letters map[told]int64
}

// told is what became of a letter, over a channel.
type told struct{ channel, outcome string }

// answered is a kind of request, by the handler's pattern, with the status of its answer.
type answered struct {
	route string
	code  int
}

type served struct {
	requests int64
	seconds  float64
	sent     int64 // bytes of bodies
}

func newMetrics() *metrics {
	return &metrics{started: time.Now(), routes: map[answered]*served{}, letters: map[told]int64{}}
}

// countedChannel is a channel that counts its letters.
type countedChannel struct {
	notify.Channel
	name    string
	metrics *metrics
}

// Deliver implements notify.Channel.
func (c countedChannel) Deliver(ctx context.Context, l notify.Letter) error {
	err := c.Channel.Deliver(ctx, l)
	outcome := "delivered"
	if errors.Is(err, notify.ErrRefused) {
		outcome = "refused"
	} else if err != nil {
		outcome = "failed"
	}
	c.metrics.mu.Lock()
	defer c.metrics.mu.Unlock()
	c.metrics.letters[told{c.name, outcome}]++
	return err
}

// watch counts the requests of a handler.
func (m *metrics) watch(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.underway.Add(1)
		defer m.underway.Add(-1)
		c, began := &counter{ResponseWriter: w}, time.Now()
		h.ServeHTTP(c, r)
		m.mu.Lock()
		defer m.mu.Unlock()
		at := answered{cmp.Or(r.Pattern, "none"), cmp.Or(c.code, http.StatusOK)}
		if m.routes[at] == nil {
			m.routes[at] = new(served)
		}
		s := m.routes[at]
		s.requests++
		s.sent += c.sent
		s.seconds += time.Since(began).Seconds()
	})
}

// counter is a ResponseWriter that counts.
type counter struct {
	http.ResponseWriter
	code int
	sent int64
}

// Unwrap is for http.ResponseController.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (c *counter) WriteHeader(code int) {
	if code >= http.StatusOK { // else more follows
		c.code = code
	}
	c.ResponseWriter.WriteHeader(code)
}

// Write implements http.ResponseWriter.
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.sent += int64(n)
	return n, err
}

// ServeHTTP prints the metrics.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	gauge := func(name, help string, value any) {
		fmt.Fprintf(w, "# HELP %[1]s %[2]s\n# TYPE %[1]s gauge\n%[1]s %[3]v\n", name, help, value)
	}
	gauge("glimpse_start_time_seconds", "When the hub was started, in seconds since 1970.", m.started.Unix())
	gauge("glimpse_requests_under_way", "Requests under way, those that wait for news included.", m.underway.Load())
	gauge("glimpse_goroutines", "Goroutines.", runtime.NumGoroutine())
	gauge("glimpse_memory_bytes", "Memory that was taken from the system.", memory.Sys)
	fmt.Fprintf(w, "# HELP glimpse_errors_total Errors in the log.\n# TYPE glimpse_errors_total counter\nglimpse_errors_total %d\n", m.errors.Load())
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counter(w, "glimpse_requests_total", "Requests.", func(s *served) any { return s.requests })
	m.counter(w, "glimpse_request_seconds_total", "Seconds that requests took.", func(s *served) any { return s.seconds })
	m.counter(w, "glimpse_sent_bytes_total", "Bytes of the answers' bodies.", func(s *served) any { return s.sent })
	fmt.Fprint(w, "# HELP glimpse_letters_total Letters, by channel and by what became of them.\n# TYPE glimpse_letters_total counter\n")
	for _, of := range slices.SortedFunc(maps.Keys(m.letters), func(a, b told) int {
		return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.outcome, b.outcome))
	}) {
		fmt.Fprintf(w, "glimpse_letters_total{channel=%q,outcome=%q} %d\n", of.channel, of.outcome, m.letters[of])
	}
}

func (m *metrics) counter(w http.ResponseWriter, name, help string, value func(*served) any) {
	fmt.Fprintf(w, "# HELP %[1]s %[2]s\n# TYPE %[1]s counter\n", name, help)
	order := func(a, b answered) int { return cmp.Or(cmp.Compare(a.route, b.route), a.code-b.code) }
	for _, at := range slices.SortedFunc(maps.Keys(m.routes), order) {
		fmt.Fprintf(w, "%s{route=%q,code=\"%d\"} %v\n", name, at.route, at.code, value(m.routes[at]))
	}
}

// serveMetrics serves /metrics at an address of its own, since it is nobody's business but
// the operator's.
func serveMetrics(address string, m *metrics) (stop func(), err error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go server.Serve(l) // ends with stop
	return func() { server.Close() }, nil
}

// counting is a log that counts errors.
type counting struct {
	slog.Handler
	metrics *metrics
}

// Handle implements slog.Handler.
func (c counting) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		c.metrics.errors.Add(1)
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (c counting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return counting{c.Handler.WithAttrs(attrs), c.metrics}
}

// WithGroup implements slog.Handler.
func (c counting) WithGroup(name string) slog.Handler {
	return counting{c.Handler.WithGroup(name), c.metrics}
}
