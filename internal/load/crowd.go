package main

import (
	"context"
	"errors"
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

// build makes the store of a new town.
func (t town) build(ctx context.Context, a *authority) (transport.Store, error) {
	store := new(memstore.Store)
	h, err := newHub(ctx, a, store, hub.Config{Beside: func(work func()) { work() }})
	if err != nil {
		return nil, err
	}
	members, err := enrolAll(ctx, h.Accounts(), t.members)
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
	return store, h.Close(ctx)
}

// builders is how many towns are built at once.
const builders = 2

// fill fills a store with towns until the crowd in it is large enough.
func (t town) fill(ctx context.Context, a *authority, store transport.Store, c *crowd, enough func(*crowd) bool) error {
	var mu sync.Mutex
	one := func() (more bool, err error) {
		built, err := t.build(ctx, a)
		if err != nil {
			return false, err
		}
		mu.Lock()
		defer mu.Unlock()
		if enough(c) {
			return false, nil
		}
		n, err := copyRecords(ctx, store, built)
		c.records, c.users, c.albums = c.records+n, c.users+t.members, c.albums+t.albums
		return err == nil, err
	}
	var all sync.WaitGroup
	errs := make([]error, builders)
	for i := range errs {
		all.Go(func() {
			for more := !enough(c); more; {
				more, errs[i] = one()
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// users are n users of whom nothing else is known here.
func strangers(n int) []collection.UserID {
	users := make([]collection.UserID, n)
	for i, id := range newItems(n) {
		users[i] = collection.UserID(id)
	}
	return users
}
