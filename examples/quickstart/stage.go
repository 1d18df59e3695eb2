package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
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

// folder makes a station a folder of its own.
func (s *stage) folder(station string) (string, error) {
	dir := filepath.Join(s.root, strings.ToLower(station))
	return dir, os.Mkdir(dir, 0o700)
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

// serve answers requests until the stage is closed.
func (s *stage) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	var done sync.WaitGroup
	done.Go(func() { server.Serve(l) }) // always ends with http.ErrServerClosed
	s.closers = append(s.closers, func() error {
		defer done.Wait()
		return server.Close()
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

// stationKey is a station's own key: it seals with it, and shows it to who connects.
type stationKey struct {
	*signature.Signer
	private crypto.Signer
}

// newKey makes a station's private key and keeps it in its folder.
func newKey(dir string) (k stationKey, err error) {
	key, err := signature.GenerateKey(rand.Reader)
	if err != nil {
		return k, err
	}
	text, err := signature.MarshalPrivateKey(key)
	if err != nil {
		return k, err
	}
	if err := os.WriteFile(filepath.Join(dir, "key.pem"), text, 0o600); err != nil {
		return k, err
	}
	k.private = key
	k.Signer, err = signature.NewSigner(key, nil)
	return k, err
}

// account is what a person types into a new station, or scans with it: all that
// ever passes between stations beside the network.
type account struct {
	user      collection.UserID
	token     string // to speak to the hub
	statement []byte // whose the station's key is
	hubURL    string
	hubKey    signature.PublicKey
}

// keyring returns a keyring that trusts the hub's key and nothing else.
func (a account) keyring() (*signature.Keyring, error) {
	keys := new(signature.Keyring)
	return keys, keys.AddAuthority(a.hubKey)
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
