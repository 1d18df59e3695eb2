package labtest

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Wire counts what a station sends. It is safe for concurrent use.
type Wire struct {
	Requests       atomic.Int64
	Sent, Received atomic.Int64 // bytes of bodies

	mu  sync.Mutex
	log []string
}

// Log lists the requests, each as "GET /path".
func (w *Wire) Log() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// Count counts the requests whose lines in the log begin in one of these ways.
func (w *Wire) Count(prefixes ...string) (n int) {
	for _, line := range w.Log() {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) }) {
			n++
		}
	}
	return n
}

// Downloads counts the requests for versions.
func (w *Wire) Downloads() int { return w.Count("GET /v1/versions/", "GET /v1/originals/") }

// counting is an http.RoundTripper that counts.
type counting struct {
	wire *Wire
	next func(*http.Request) (*http.Response, error)
}

// RoundTrip implements http.RoundTripper.
func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.wire.Requests.Add(1)
	c.wire.mu.Lock()
	c.wire.log = append(c.wire.log, r.Method+" "+r.URL.Path)
	c.wire.mu.Unlock()
	if r.Body != nil {
		r.Body = &counted{r.Body, &c.wire.Sent}
	}
	res, err := c.next(r)
	if err == nil {
		res.Body = &counted{res.Body, &c.wire.Received}
	}
	return res, err
}

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}
