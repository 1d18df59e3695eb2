package main

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// town is what others have left in a hub's store: members, and what they have shared
// with one another. Everything in it is real: it comes from a hub of the same
// authority that did the work, on a store in memory, and only its records are copied.
// No thumbnails were uploaded, and nobody has read any news.
type town struct {
	members, albums int
	items           int // of an album
}

// The towns that a store is filled with.
var (
	ordinary = town{members: 50, albums: 25, items: photos}
	quiet    = town{members: 250}
	busy     = town{members: 10, albums: 500, items: 1} // one album costs more, the more its author has
)

// crowd is what a store holds of others.
type crowd struct {
	records, users, albums int
}

// build makes the records of a new town.
func (t town) build(ctx context.Context, a *authority) (records []transport.Record, err error) {
	store := new(memstore.Store)
	h, err := newHub(ctx, a, store, hub.Config{Beside: func(work func()) { work() }})
	if err != nil {
		return nil, err
	}
	members, err := enrolAll(ctx, h, t.members)
	if err != nil {
		return nil, err
	}
	for i := range t.albums {
		author, next, other := members[i%t.members], members[(i+1)%t.members], members[(i+2)%t.members]
		album, err := newAlbum(ctx, a.id(), author, plan{items: newItems(t.items)}, next.user, other.user)
		if err != nil {
			return nil, err
		}
		if _, err := album.shareWith(ctx, h.As(author.user), nil, 0); err != nil {
			return nil, err
		}
		if i%2 > 0 {
			continue // its labels stay
		}
		if _, err := album.completeAt(ctx, h.As(author.user)); err != nil {
			return nil, err
		}
	}
	for r, scanErr := range store.Scan(ctx, "", "", 0) {
		if strings.Contains(r.Key, "/") { // the others are the hub's own, and not a town's
			records = append(records, r)
		}
		err = errors.Join(err, scanErr)
	}
	return records, errors.Join(err, h.Close(ctx))
}

// What is put into a store at once: a transaction for each town would have all of them wait
// for the disk.
const (
	atOnce = 1 << 14 // records, of several towns
	ahead  = 32      // towns that are built meanwhile
)

// built is a town as it comes from a builder.
type built struct {
	records []transport.Record
	err     error
}

// fill fills a store with towns until the crowd in it is large enough.
func (t town) fill(ctx context.Context, a *authority, store transport.Store, c *crowd, enough func(*crowd) bool) (err error) {
	towns, stop := t.builders(ctx, a)
	defer stop()
	var batch []transport.Record
	for !enough(c) && err == nil {
		var next built
		select {
		case next = <-towns:
		case <-ctx.Done():
			return ctx.Err()
		}
		err = next.err
		c.records, c.users, c.albums = c.records+len(next.records), c.users+t.members, c.albums+t.albums
		if batch = append(batch, next.records...); err == nil && (len(batch) >= atOnce || enough(c)) {
			err = set(ctx, store, batch)
			batch = batch[:0]
		}
	}
	return err
}

// builders build towns, with all processors, until stop is called.
func (t town) builders(ctx context.Context, a *authority) (towns <-chan built, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan built, ahead)
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for ctx.Err() == nil {
				records, err := t.build(ctx, a)
				select {
				case done <- built{records, err}:
				case <-ctx.Done():
				}
			}
		})
	}
	return done, func() {
		cancel()
		all.Wait()
	}
}

// strangers are n users of whom nothing else is known here.
func strangers(n int) []collection.UserID {
	users := make([]collection.UserID, n)
	for i, id := range newItems(n) {
		users[i] = collection.UserID(id)
	}
	return users
}
