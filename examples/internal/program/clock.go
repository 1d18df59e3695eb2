package program

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/account"
	"github.com/glimpse-go/glimpse/transport/filestore"
	"github.com/glimpse-go/glimpse/transport/httplink"
)

// maxBack is how far the clock may be behind the last use of a store: files are dated by other
// clocks, too.
const maxBack = 24 * time.Hour

// CheckClock refuses a clock that is behind the last change of a store: a station would be
// refused, and what it is told would be older than what it knows.
func CheckClock(store string, now time.Time) error {
	err := filepath.WalkDir(store, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && e.Name() == "blobs" { // there may be many, and each is noted in a file beside
			return fs.SkipDir
		}
		info, err := e.Info()
		if err == nil && info.ModTime().Sub(now) > maxBack {
			err = Plain(fmt.Errorf("the clock says %s, and %s was used on %s; set the clock, or if it is right: find %s -exec touch {} +",
				now.Format(time.DateTime), path, info.ModTime().Format(time.DateTime), store))
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) { // it is new, or a file went while the others were looked at
		return nil
	}
	return err
}

// OpenStore opens what a station that is no hub keeps, in its folder, by a clock that may be right.
func OpenStore(dir string) (*filestore.Store, error) {
	store := filepath.Join(dir, "store")
	if err := CheckClock(store, time.Now()); err != nil {
		return nil, err
	}
	return filestore.Open(store)
}

// IsKnown returns why the hub of an account refuses the station, if it does: that its clock is
// wrong, say. Programs ask before they make a collection, which would bear the time for good. A
// hub that does not answer refuses nothing.
func IsKnown(ctx context.Context, a account.Account) error {
	if len(a.Hub) == 0 {
		return nil
	}
	hub, err := httplink.HubOf(a, httplink.Options{})
	if err == nil {
		_, err = hub.NewIdentifiers(ctx, 1)
	}
	if errors.Is(err, transport.ErrUnauthenticated) {
		return err
	}
	return ctx.Err()
}
