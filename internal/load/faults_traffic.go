package main

import (
	"context"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
)

// The load under which things go wrong.
const (
	faultWorkers = 4 // each shares, completes and fetches, one after the other
	faultReaders = 8 // each waits for news
	faultPhotos  = 4
	faultPause   = 20 * time.Millisecond // between the rounds of a worker, and before another try
)

// worker is somebody who works at the hubs of a place: at one of them, and when that does
// not answer at the next.
type worker struct {
	*place
	number int
	hub    int
}

// try makes a request until it has a good answer, and reports whether that was the first
// one; or until ctx is over.
func (w *worker) try(ctx context.Context, request func(client) error) (first bool, err error) {
	for first = true; ; first = false {
		began := time.Now()
		err := request(w.client(w.hub))
		if ctx.Err() != nil {
			return first, ctx.Err()
		}
		if w.episode().count(w.number >= faultWorkers, began, err) {
			return first, nil
		}
		w.hub++
		time.Sleep(faultPause)
	}
}

// work shares and completes albums, and fetches their thumbnails, until ctx is over.
func (w *worker) work(ctx context.Context) {
	for i := 0; ctx.Err() == nil; i++ {
		began := time.Now()
		if clean, err := w.round(ctx, i); err == nil && clean {
			w.episode().round(w.number, began)
		}
		time.Sleep(faultPause)
	}
}

// round does so with one album, and reports whether no request was refused.
func (w *worker) round(ctx context.Context, i int) (clean bool, err error) {
	author, reader := w.members[w.number], w.members[faultWorkers+(i+w.number)%faultReaders]
	a, err := newAlbum(ctx, w.authority, author, plan{newItems(faultPhotos), thumbnailSize}, reader.user)
	if err != nil {
		return false, err
	}
	var k *acknowledged
	clean = true
	for _, request := range []func(client) error{
		func(to client) error {
			_, err := a.shareWith(ctx, to.as(author), a.all(), thumbnailSize)
			if err == nil {
				k = w.episode().share(a)
			}
			return err
		},
		func(to client) error {
			_, err := a.completeAt(ctx, to.as(author))
			if err == nil {
				k.completed = time.Now()
			}
			return err
		},
		func(to client) error { return a.fetched(ctx, to.as(reader), i%faultPhotos, thumbnailSize) },
	} {
		first, err := w.try(ctx, request)
		if err != nil {
			return false, err
		}
		clean = clean && first
	}
	w.hub++
	return clean, nil
}

// listen waits for the news of one reader, until ctx is over.
func (w *worker) listen(ctx context.Context) {
	var asked transport.ChangesRequest
	var news transport.Changes
	for {
		_, err := w.try(ctx, func(to client) (err error) {
			news, err = to.as(w.members[w.number]).Changes(ctx, asked)
			return err
		})
		if err != nil {
			return
		}
		for _, one := range news.Entries {
			w.told.hear(one.Notification)
		}
		asked.After = news.Next
	}
}

// traffic has the workers work, until stop is called.
func (p *place) traffic(ctx context.Context) (stop func()) {
	return p.crowd(ctx, 0, faultWorkers, (*worker).work)
}

// listeners has the readers listen, until stop is called.
func (p *place) listeners(ctx context.Context) (stop func()) {
	return p.crowd(ctx, faultWorkers, faultWorkers+faultReaders, (*worker).listen)
}

func (p *place) crowd(ctx context.Context, from, to int, do func(*worker, context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	for n := from; n < to; n++ {
		all.Go(func() { do(&worker{p, n, n}, ctx) })
	}
	return func() {
		cancel()
		all.Wait()
	}
}
