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

	"github.com/glimpse-go/glimpse/examples/internal/witness"
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
	witness  *witness.Witness
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

// station is what each station of the story has of its own: a folder, and its account there.
type station struct {
	*stage
	name, dir string
	account   account.Account
}

// station makes a station its folder, and its account, with its key.
func (s *stage) station(name string) (made station, err error) {
	made = station{stage: s, name: name, dir: filepath.Join(s.root, strings.ToLower(name))}
	if err = os.Mkdir(made.dir, 0o700); err == nil {
		made.account, err = account.Open(filepath.Join(made.dir, "account"), name, rand.Reader)
	}
	return made, err
}

// store opens the store in the station's folder with open.
func (s *station) store(ctx context.Context, open openStore) (transport.Store, error) {
	store, err := open(ctx, filepath.Join(s.dir, "store"))
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, store.Close)
	if s.tricks.store != nil {
		return s.tricks.store(s.name, store), nil
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
