package program

import (
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// Station is a station in its folder, which has joined: a camera's, or a peer's.
type Station struct {
	Dir     string
	Account account.Account
	OwnKey  Key
	Files   *filestore.Store
	Closers
}

// OpenStation opens the station in a folder, for this process alone.
func OpenStation(dir string) (*Station, error) {
	a, key, err := LoadAccount(dir)
	if err != nil {
		return nil, err
	}
	lock, err := Lock(dir)
	if err != nil {
		return nil, err
	}
	files, err := OpenStore(dir)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Station{dir, a, key, files, Closers{lock, files}}, nil
}

// Caller is the station as it calls others.
func (s *Station) Caller() httplink.Caller {
	return httplink.Caller{User: s.Account.User, Signer: s.OwnKey, Statement: s.Account.Statement}
}

// Closers are closed together, the last one first.
type Closers []io.Closer

// Close closes them all.
func (c Closers) Close() error {
	var errs []error
	for i := len(c) - 1; i >= 0; i-- {
		errs = append(errs, c[i].Close())
	}
	return errors.Join(errs...)
}
