package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// stage is where the story is played: it makes each station a folder and a
// place in the network, watches, and prints. None of it belongs to a station.
type stage struct {
	network  *network
	timeline *timeline
	result   *result
	witness  *witness
	failures lastFailure
	options  options
	root     string // folder of all stations' folders
	tricks   tricks
	closers  []func() error // last in, first out
}

// tricks let tests play foul.
type tricks struct {
	between func(station string, next http.RoundTripper) http.RoundTripper // on a station's way to the network
	store   func(station string, s transport.Store) transport.Store        // in front of a station's store
	chapter func(c *cast, number int) error                                // when a chapter begins
	end     func(c *cast)                                                  // before the stations' folders go
}

// store opens the store in a station's folder with open.
func (s *stage) store(ctx context.Context, station, dir string, open openStore) (transport.Store, error) {
	store, err := open(ctx, filepath.Join(dir, "store"))
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, store.Close)
	if s.tricks.store != nil {
		return s.tricks.store(station, store), nil
	}
	return store, nil
}

// serve serves a station, and has it run, until the stage is closed.
func (s *stage) serve(ctx context.Context, l net.Listener, h http.Handler, run func(context.Context) error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- httplink.Serve(ctx, l, h, nil, run) }()
	s.closers = append(s.closers, func() error {
		stop()
		return <-ended
	})
}

// account makes a station its account, with its key, in a folder of its own.
func (s *stage) account(station string) (a account.Account, dir string, err error) {
	dir = filepath.Join(s.root, strings.ToLower(station))
	if err = os.Mkdir(dir, 0o700); err == nil {
		a, err = account.Open(filepath.Join(dir, "account"), station, rand.Reader)
	}
	return a, dir, err
}

// close ends all that was begun, the last thing first.
func (s *stage) close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// notes are the remarks on the rows of a step, by what the rows are.
type notes map[string]string

// step does something that may involve the network, and prints a row for every
// kind of request that it led to, or one row if there was none.
func (s *stage) step(from, what string, do func() (notes, error)) error {
	s.network.take()
	start := time.Now()
	remarks, err := do()
	rows := s.network.take()
	if len(rows) == 0 {
		rows = []exchange{{from: from, what: what, took: time.Since(start)}}
	}
	for _, e := range rows {
		if err != nil {
			remarks = notes{}
		}
		s.timeline.row(e, remarks[e.what])
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", from, what, err)
	}
	return nil
}
