package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"
)

// someOriginals is how many are fetched at once.
const someOriginals = 8

// there is how much of an original is there when a fetch of it goes on.
const there = 0.95

// fetch has Bob fetch all originals, with a new store.
func (s *shelf) fetch(ctx context.Context) (took time.Duration, err error) {
	st, err := s.recipient(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, st.close(ctx)) }()
	begin := time.Now()
	err = originals(ctx, st.Reader, s.name)
	return time.Since(begin), err
}

// resume has Bob fetch the only original where most of it is there.
func (s *shelf) resume(ctx context.Context) (took time.Duration, err error) {
	first, cut := context.WithCancel(ctx)
	defer cut()
	var got atomic.Int64
	st, err := s.recipient(ctx, func(n int) error {
		if float64(got.Add(int64(n))) < there*float64(s.size) {
			return nil
		}
		cut()
		return first.Err()
	})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, st.close(ctx)) }()
	if err := originals(first, st.Reader, s.name); !errors.Is(err, context.Canceled) {
		return 0, fmt.Errorf("it was not broken off: %w", err)
	}
	got.Store(-2 * s.size) // nothing is broken off any more
	begin := time.Now()
	err = originals(ctx, st.Reader, s.name)
	return time.Since(begin), err
}

// recipient starts a station of Bob's that knows the collection and has none of it. meter
// hears of all bytes that come, and may end that; nil = nobody does.
func (s *shelf) recipient(ctx context.Context, meter func(n int) error) (*station, error) {
	st, err := s.start(ctx, bob, "bob", "", meter)
	if err != nil {
		return nil, err
	}
	if _, err := st.Reader.ReceiveFrom(ctx, s.source); err != nil {
		return nil, errors.Join(err, st.close(ctx))
	}
	return st, nil
}

// bare gets all originals as an ordinary program does.
func (s *shelf) bare(ctx context.Context) (took time.Duration, err error) {
	dir, err := os.MkdirTemp(s.dir, "bare")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	way := &http.Transport{MaxIdleConnsPerHost: someOriginals}
	defer way.CloseIdleConnections()
	begin := time.Now()
	err = atOnce(s.count, someOriginals, func(i int) error {
		name := strconv.Itoa(i)
		return get(ctx, &http.Client{Transport: way}, s.bareURL+"/"+name, filepath.Join(dir, name))
	})
	return time.Since(begin), err
}

// get gets one file, hashes it and syncs it.
func get(ctx context.Context, c *http.Client, url, name string) (err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	r, err := c.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err = io.Copy(io.MultiWriter(f, sha256.New()), r.Body); err != nil {
		return err
	}
	return f.Sync()
}

// metered tells of the bytes of answers.
type metered struct {
	http.RoundTripper
	meter func(n int) error
}

// RoundTrip implements http.RoundTripper.
func (m metered) RoundTrip(q *http.Request) (*http.Response, error) {
	r, err := m.RoundTripper.RoundTrip(q)
	if err == nil && m.meter != nil {
		r.Body = meteredBody{r.Body, m.meter}
	}
	return r, err
}

type meteredBody struct {
	io.ReadCloser
	meter func(n int) error
}

// Read implements io.Reader.
func (b meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	return n, cmp.Or(b.meter(n), err)
}
