package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport/hub"
)

// staff are members who work at hubs in processes of their own, and remember what these
// have acknowledged.
type staff struct {
	authority collection.KeyID
	members   []*member // the first ones are authors, those after workers readers
	items     int       // of an album
	thumbnail int       // bytes; 0 = there are none

	mu     sync.Mutex
	shared []*acknowledged
}

// hire makes the staff of a hub, on a store that no process has open.
func hire(ctx context.Context, a *authority, store *counted) (*staff, error) {
	h, err := newHub(ctx, a, store, hub.Config{})
	if err != nil {
		return nil, err
	}
	members, err := enrolAll(ctx, h, readers)
	return &staff{authority: a.id(), members: members, items: photos}, errors.Join(err, h.Close(ctx))
}

// workers is how many of a staff work at once.
const workers = 8

// work shares and completes small collections until a time is over, or the hub does not
// answer any more. What the hub refuses is an error.
func (s *staff) work(ctx context.Context, to client, d time.Duration) error {
	end := time.Now().Add(d)
	errs := make([]error, workers)
	var all sync.WaitGroup
	for k := range workers {
		all.Go(func() {
			for i := k; time.Now().Before(end) && errs[k] == nil; i++ {
				errs[k] = s.one(ctx, to, k, i)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// one has the k-th worker share the i-th album with one reader, and complete it.
func (s *staff) one(ctx context.Context, to client, k, i int) error {
	author, reader := s.members[k], s.readers()[i%len(s.readers())]
	a, err := newAlbum(ctx, s.authority, author, plan{newItems(s.items), s.thumbnail}, reader.user)
	if err != nil {
		return err
	}
	if _, err := a.shareWith(ctx, to.as(author), a.offers(s.thumbnail), s.thumbnail); err != nil {
		return err
	}
	done := &acknowledged{album: a, answered: time.Now()}
	s.mu.Lock()
	s.shared = append(s.shared, done)
	s.mu.Unlock()
	if _, err := a.completeAt(ctx, to.as(author)); err != nil {
		return err
	}
	done.completed = time.Now()
	return nil
}

func (s *staff) readers() []*member { return s.members[workers:] }
