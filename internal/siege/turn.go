package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// watching is how many poll and share while others do what they do.
const watching = 4

// turn is what was seen in a turn.
type turn struct {
	polls, shares times
	peak          int64 // of the hub's memory, bytes
}

// times are how long requests have taken.
type times []time.Duration

// p is a percentile.
func (t times) p(percent int) time.Duration {
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	return t[min(len(t)*percent/100, len(t)-1)]
}

// turn has clients do what they do, and measures what others notice of it. No clients are
// there if what is empty.
func (s *siege) turn(ctx context.Context, what string) (t turn, err error) {
	if what != "" {
		others, failed := s.send(ctx, what)
		if failed != nil {
			return t, failed
		}
		defer func() { err = errors.Join(err, others.stop()) }()
	}
	inner, end := context.WithTimeout(ctx, s.lasts)
	defer end()
	var all sync.WaitGroup
	all.Go(func() {
		for inner.Err() == nil {
			t.peak = max(t.peak, s.hub.memory())
			rest(inner, 20*time.Millisecond)
		}
	})
	seen := make([]turn, watching)
	errs := make([]error, watching)
	for i := range watching {
		all.Go(func() { seen[i], errs[i] = s.watch(inner, i) })
	}
	all.Wait()
	for _, w := range seen {
		t.polls, t.shares = append(t.polls, w.polls...), append(t.shares, w.shares...)
	}
	return t, errors.Join(append(errs, ctx.Err())...)
}

// send starts clients.
func (s *siege) send(ctx context.Context, what string) (*process, error) {
	p, err := start(ctx, clientsCommand, true)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(p.in).Encode(order{s.hub.site, what, s.clients}); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// watch polls and shares until ctx ends.
func (s *siege) watch(ctx context.Context, i int) (t turn, err error) {
	who := s.hub.Watching[i]
	at := &http.Client{Transport: &http.Transport{}}
	defer at.CloseIdleConnections()
	empty, err := transport.Encode(transport.ChangesRequest{})
	if err != nil {
		return t, err
	}
	timed := func(to *times, path string, body []byte) error {
		start := time.Now()
		err := call(ctx, at, http.MethodPost, s.hub.URL+path, who.Token, bytes.NewReader(body))
		if ctx.Err() == nil {
			*to = append(*to, time.Since(start))
		}
		return err
	}
	for ctx.Err() == nil {
		err := errors.Join(timed(&t.polls, "/v1/feed", empty), timed(&t.shares, "/v1/share", who.Share))
		if err != nil && ctx.Err() == nil {
			return t, err
		}
		rest(ctx, 20*time.Millisecond)
	}
	return t, nil
}

// rest waits for a while, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
