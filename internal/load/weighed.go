package main

import (
	"io"
	"net/http"
	"sync/atomic"
)

// weighed counts the bytes of the bodies that go through it, both ways.
type weighed struct {
	through http.RoundTripper
	bytes   *atomic.Int64
}

// RoundTrip implements http.RoundTripper.
func (w weighed) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = weighedBody{r.Body, w.bytes}
	}
	answer, err := w.through.RoundTrip(r)
	if err == nil {
		answer.Body = weighedBody{answer.Body, w.bytes}
	}
	return answer, err
}

type weighedBody struct {
	io.ReadCloser
	bytes *atomic.Int64
}

// Read implements io.Reader.
func (b weighedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	return n, err
}
