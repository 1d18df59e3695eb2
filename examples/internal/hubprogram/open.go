package hubprogram

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/examples/internal/program"
	"github.com/glimpse-go/glimpse/transport/httplink"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/hub/mail"
	"github.com/glimpse-go/glimpse/transport/sqlitestore"
)

// station is a hub in its folder.
type station struct {
	dir     string
	key     program.Key
	hub     *hub.Hub
	store   *pausable
	closers program.Closers
}

func storeIn(dir string) string { return filepath.Join(dir, "store") }

// join puts a hub on a network; nil = on none.
type join func(context.Context, program.Place) (program.Network, error)

// writes returns how a hub with a key writes to people.
type writes func(program.Key) (mail.Config, program.Closers, error)

// open opens the hub in a folder, or makes it, for this process alone. Homes are reached at
// public addresses, in the networks, and over the network that it joins.
func open(ctx context.Context, g *grammar, cfg hub.Config, letters writes, on join) (*station, error) {
	lock, err := program.Lock(g.Data)
	if err != nil {
		return nil, err
	}
	s := &station{dir: g.Data, closers: program.Closers{lock}}
	if err := s.open(ctx, cfg, g.Network, letters, on); err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	return s, nil
}

func (s *station) open(ctx context.Context, cfg hub.Config, networks []netip.Prefix, letters writes, on join) (err error) {
	if s.key, err = keyIn(s.dir); err != nil {
		return err
	}
	if letters != nil {
		var channels program.Closers
		cfg.Mail, channels, err = letters(s.key)
		if s.closers = append(s.closers, channels...); err != nil {
			return err
		}
	}
	if err := program.CheckClock(storeIn(s.dir), time.Now()); err != nil {
		return err
	}
	store, err := sqlitestore.Open(ctx, storeIn(s.dir))
	if err != nil {
		return err
	}
	s.closers = append(s.closers, store)
	s.store = &pausable{Store: store}
	cfg.Store = s.store
	network, err := s.join(ctx, networks, on)
	if err != nil {
		return err
	}
	cfg.Dial = program.Dialer(httplink.Caller{Signer: s.key}, network, networks...) // to check what homes announce
	s.hub, err = hub.New(ctx, s.key.Signer, cfg)
	return err
}

// join puts the hub on a network, if there is one.
func (s *station) join(ctx context.Context, networks []netip.Prefix, on join) (network program.Network, err error) {
	if on != nil {
		network, err = on(ctx, program.Place{Dir: s.dir, Key: s.key, Networks: networks})
	}
	if network != nil {
		s.closers = append(s.closers, network)
	}
	return network, err
}

// keyIn returns the hub's key, which is made only where there is no hub yet: another
// key would be another hub, whom no station knows.
func keyIn(dir string) (program.Key, error) {
	key, err := program.Exists(filepath.Join(dir, "key.pem"))
	if err != nil {
		return program.Key{}, err
	}
	store, err := program.Exists(storeIn(dir))
	if err != nil {
		return program.Key{}, err
	}
	station, err := program.Exists(program.AccountIn(dir))
	if err != nil {
		return program.Key{}, err
	}
	if station && !key {
		return program.Key{}, program.Plain(fmt.Errorf("%s is the folder of another station, which has an account; choose one of the hub's own", dir))
	}
	if store && !key {
		return program.Key{}, program.Plain(fmt.Errorf("%s has a store and no key.pem; restore that file from a backup", dir))
	}
	return program.LoadKey(dir)
}

// close closes the hub, the last thing first.
func (s *station) close(ctx context.Context) error {
	var err error
	if s.hub != nil {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), program.Grace)
		defer cancel()
		err = s.hub.Close(grace)
	}
	return errors.Join(err, s.closers.Close())
}

// logger writes what happens to the hub, and counts what fails.
func logger(w io.Writer, m *metrics) *slog.Logger {
	return slog.New(counting{slog.NewTextHandler(w, nil), m})
}
