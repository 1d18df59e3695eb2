package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/glimpse-go/glimpse/transport"
)

// gone answers no request for a station, as after a crash.
type gone struct {
	next http.RoundTripper
	host func() string
}

func (g gone) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == g.host() {
		r = r.Clone(r.Context())
		r.URL.Host = "127.0.0.1:1" // nobody listens there
	}
	return g.next.RoundTrip(r)
}

func TestHubIsNotThere(t *testing.T) {
	for number, who := range map[int]string{2: "camera: share", 3: "Bob: ask for news", 5: "home: publish"} {
		t.Run(who, func(t *testing.T) {
			var host string
			o := quickstart(t, tricks{
				between: func(_ string, next http.RoundTripper) http.RoundTripper {
					return gone{next, func() string { return host }}
				},
				chapter: func(c *cast, n int) error {
					if n == number {
						host = c.hub.url[len("https://"):]
					}
					return nil
				},
			}, "-photos", photos(t))
			o.refused(t, 1, "a station is not there", who)
		})
	}
}

// fullStore is a store whose disk is full from some moment on.
type fullStore struct {
	transport.Store
	full *bool
}

var errFull = fmt.Errorf("%w: write blob: %w", transport.ErrStorage, syscall.ENOSPC)

func (s fullStore) Create(ctx context.Context, key string) (transport.BlobWriter, error) {
	if *s.full {
		return nil, errFull
	}
	return s.Store.Create(ctx, key)
}

func (s fullStore) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if *s.full {
		return 0, errFull
	}
	return s.Store.Apply(ctx, b)
}

func TestDiskFull(t *testing.T) {
	for _, c := range []struct {
		station string
		chapter int
	}{{"camera", 2}, {"hub", 2}, {"Bob", 3}, {"home", 5}, {"hub", 5}, {"Carol", 6}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			var full bool
			o := quickstart(t, tricks{
				store: func(station string, s transport.Store) transport.Store {
					if station == c.station {
						return fullStore{s, &full}
					}
					return s
				},
				chapter: func(_ *cast, n int) error {
					full = full || n == c.chapter
					return nil
				},
			}, "-photos", photos(t))
			o.refused(t, 1, "the disk is full")
		})
	}
}

func TestKeepInPlaceOfFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, nil)
	o := quickstart(t, tricks{}, "-photos", photos(t), "-keep", filepath.Join(file, "kept"))
	o.refused(t, 1, "not a directory")
}

// After a failure nothing is left of -keep, not even a folder that was made.
func TestFailureKeepsNothing(t *testing.T) {
	mine := t.TempDir()
	for name, keep := range map[string]string{"new": filepath.Join(mine, "new"), "empty": mine} {
		t.Run(name, func(t *testing.T) {
			o := quickstart(t, tricks{chapter: func(_ *cast, n int) error {
				if n == 6 {
					return transport.ErrStorage
				}
				return nil
			}}, "-photos", photos(t), "-keep", keep)
			o.refused(t, 1, "a station cannot store")
			if left, err := os.ReadDir(mine); err != nil || len(left) > 0 {
				t.Error(left, err)
			}
		})
	}
}
