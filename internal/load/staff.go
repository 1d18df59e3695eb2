package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
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

// acknowledged is an album whose share was answered.
type acknowledged struct {
	*album
	answered  time.Time
	completed time.Time // when the completion was answered; zero = it was not
}

// hire makes the staff of a hub, on a store that no process has open.
func hire(ctx context.Context, a *authority, store *counted) (*staff, error) {
	h, err := newHub(ctx, a, store, hub.Config{})
	if err != nil {
		return nil, err
	}
	members, err := enrolAll(ctx, h.Accounts(), readers)
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
	if _, err := a.shareWith(ctx, to.as(author), s.offered(a), s.thumbnail); err != nil {
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

func (s *staff) offered(a *album) transport.Bits {
	if s.thumbnail == 0 {
		return nil
	}
	return a.all()
}

// losses are what was acknowledged, and of it what is not there any more, has labels that
// were gone, or was not told in time.
type losses struct{ completions, gone, labelled, untold int }

func (l losses) sum() int { return l.gone + l.labelled + l.untold }

// lost looks for what was acknowledged, as its readers do.
func (s *staff) lost(ctx context.Context, to client, heard *ears) (l losses, err error) {
	l.untold = heard.missing(s.shared)
	for _, a := range s.shared {
		if !a.completed.IsZero() {
			l.completions++
		}
		labelled, err := s.seen(ctx, to.as(memberOf(s.members, a.recipients[0])), a)
		switch {
		case errors.Is(err, transport.ErrNotFound):
			l.gone++
		case err != nil:
			return l, err
		case !a.completed.IsZero() && labelled > 0:
			l.labelled++
		}
	}
	return l, nil
}

// seen returns how many items of an album a reader sees with a label, and reads one of its
// thumbnails.
func (s *staff) seen(ctx context.Context, reader transport.Hub, a *acknowledged) (labelled int, err error) {
	name := a.collection.Name()
	state, err := reader.Collection(ctx, name)
	if err != nil {
		return 0, err
	}
	c, err := collection.Decode(state.Collection)
	if err != nil || s.thumbnail == 0 {
		return c.Labelled(), err
	}
	id, _ := c.At(0)
	stream, err := reader.Version(ctx, transport.Ref{Collection: name, Item: id, Version: thumbnail}, 0)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, stream)
	if err = errors.Join(err, stream.Close()); err == nil && n != int64(s.thumbnail) {
		err = fmt.Errorf("%d bytes of a thumbnail of %d", n, s.thumbnail)
	}
	return c.Labelled(), err
}
