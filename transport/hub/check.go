package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Finding is something in a hub's store that is not as it was stored.
type Finding struct {
	What string // in words, with the ids of users, collections and items
	Err  error  // what is wrong with it
	How  string // it was mended, in words; empty = it is left, for Err says why
}

// String is the finding on one line.
func (f Finding) String() string {
	if f.How == "" {
		return fmt.Sprintf("left: %s: %v", f.What, f.Err)
	}
	return fmt.Sprintf("mended: %s: %s (%v)", f.What, f.How, f.Err)
}

// Checked counts what a check has read, and found.
type Checked struct {
	Records, Blobs, Collections, Versions int
	Bytes                                 int64
	Mended, Left                          int
}

// Check reads all that a hub has stored, verifies every checksum, digest and seal, and mends
// what can be mended: versions are fetched again from who serves them, or else removed, as if
// they had expired; blobs that belong to nothing are removed; records are made anew of what
// others say. What nothing else says is left, for a backup: the collections themselves,
// accounts, credentials. found is called with each finding, one at a time.
//
// The hub may be in use, also by others: each is mended in a transaction. That the
// seals of a key that was revoked do not stand is no finding. It takes as long as to read all.
// The error is that of ctx or of the store, where that is more than damage.
func Check(ctx context.Context, h *Hub, found func(Finding)) (Checked, error) {
	c := checker{hub: h, found: found}
	c.mends = h.mends()
	err := h.drain.Do(func() error {
		if err := c.records(ctx); err != nil {
			return err
		}
		if err := c.blobs(ctx); err != nil {
			return err
		}
		return c.collections(ctx)
	})
	return c.Checked, err
}

// checker is one check.
type checker struct {
	Checked
	hub   *Hub
	found func(Finding)
	mends map[record.Kind]station.Mend
}

// tell counts a finding, and tells it. What failed to be mended is left.
func (c *checker) tell(what string, wrong error, how string, failed error) {
	f := Finding{What: what, Err: wrong, How: how}
	if failed != nil {
		f.How, f.Err = "", fmt.Errorf("%w; %w", wrong, failed)
		c.Left++
	} else {
		c.Mended++
	}
	c.found(f)
}

// records reads every record.
func (c *checker) records(ctx context.Context) error {
	for r, err := range record.Walk(ctx, c.hub.cfg.Store, "", "", 0) {
		switch {
		case r.Key == "":
			return err
		case err != nil:
			c.record(ctx, r.Key, err)
		}
		c.Records++
		c.Bytes += int64(len(r.Value))
	}
	return ctx.Err()
}

// record mends a record. It is named by what it is and of whom, and not by its key.
func (c *checker) record(ctx context.Context, key string, wrong error) {
	kind, of, _ := strings.Cut(key, "/")
	m, ok := c.mends[record.Kind(kind)]
	if !ok {
		c.tell("a record of another program, "+key, wrong, "", station.ErrLost)
		return
	}
	how, err := m.Do(ctx, key)
	if at, ok := errors.AsType[*transport.PlaceError](wrong); ok && at.Place == key {
		wrong = errDamaged
	}
	c.tell(strings.TrimSpace(m.What+" "+of), wrong, how, err)
}

// errDamaged stands for what a store says of damage.
var errDamaged = errors.New("damaged")

// blobs reads every blob. One that is damaged belongs to a version, which is found with its
// collection; what is left then belongs to nothing.
func (c *checker) blobs(ctx context.Context) error {
	for info, err := range c.hub.cfg.Store.List(ctx, "", "", 0) {
		if err != nil {
			return err
		}
		c.Blobs++
		c.Bytes += info.Size
		if orphan, err := station.RemoveOrphan(ctx, c.hub.core, info.Key); orphan || err != nil {
			c.tell("bytes of a version of which nothing is known, "+info.Key, errOrphan, station.Removed, err)
			continue
		}
		if err := c.blob(ctx, info.Key); err != nil {
			c.record(ctx, info.Key, err)
		}
	}
	return ctx.Err()
}

var errOrphan = errors.New("it belongs to nothing")

func (c *checker) blob(ctx context.Context, key string) error {
	b, err := c.hub.cfg.Store.Open(ctx, key)
	if errors.Is(err, transport.ErrNotFound) {
		return nil // it has gone meanwhile
	}
	if err != nil {
		return err
	}
	defer b.Close()
	_, err = io.Copy(io.Discard, io.NewSectionReader(b, 0, b.Size()))
	return err
}

// collections verifies every collection, and the versions that are here.
func (c *checker) collections(ctx context.Context) error {
	names, err := c.hub.core.Names(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		s, err := station.CheckState(ctx, c.hub.core, name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, collection.ErrRevoked) || err == nil && !s.Known():
			continue
		case errors.Is(err, transport.ErrStorage) && !errors.Is(err, transport.ErrMalformed):
			continue // a record of it is damaged, which was told
		case err != nil:
			c.tell("collection "+name.String(), err, "", station.ErrLost)
			continue
		}
		c.Collections++
		if err := c.versions(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// versions checks the versions of a collection.
func (c *checker) versions(ctx context.Context, s engine.State) error {
	bad, err := station.CheckVersions(ctx, c.hub.core, s, func(n int64) {
		c.Versions++
		c.Bytes += n
	})
	for _, b := range bad {
		how, err := station.FetchAgain(ctx, c.hub.core, s.Collection, b.Ref)
		c.tell(fmt.Sprintf("version %d of item %v in %v", b.Ref.Version, b.Ref.Item, b.Ref.Collection), b.Err, how, err)
	}
	return err
}
