package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/peer"
)

// seeThumbnails waits for news of a collection, and gets all its thumbnails. A cover that
// comes with the news is the first one.
func seeThumbnails(ctx context.Context, r *peer.Reader) (m moment, err error) {
	n, err := hear(ctx, r)
	if err != nil {
		return m, err
	}
	var once sync.Once
	shown := func() { once.Do(func() { m.first = time.Now() }) }
	if len(n.Cover) > 0 {
		shown()
	}
	err = thumbnails(ctx, r, n.Name(), shown)
	m.all = time.Now()
	return m, err
}

// thumbnails gets all thumbnails of a collection in the way that is best today, some at
// once, and calls shown with each.
func thumbnails(ctx context.Context, r *peer.Reader, name collection.Name, shown func()) error {
	return fetchAll(ctx, r, name, 0, 16, shown)
}

// originals gets all originals of a collection in the way that is best today.
func originals(ctx context.Context, r *peer.Reader, name collection.Name) error {
	return fetchAll(ctx, r, name, 2, someOriginals, func() {})
}

// fetchAll gets a version of all items, some at once.
func fetchAll(ctx context.Context, r *peer.Reader, name collection.Name, version, some int, got func()) error {
	v, err := r.View(ctx, name)
	if err != nil {
		return err
	}
	return atOnce(v.Collection().Len(), some, func(i int) error {
		id, _ := v.Collection().At(i)
		err := r.Fetch(ctx, transport.Ref{Collection: name, Item: id, Version: version})
		if err == nil {
			got()
		}
		return err
	})
}

// seeComplete says that what was heard is seen, and waits for news that no label is left.
func seeComplete(ctx context.Context, r *peer.Reader) (m moment, err error) {
	for {
		n, err := hear(ctx, r)
		if err != nil {
			return m, err
		}
		v, err := r.View(ctx, n.Name())
		if err != nil {
			return m, err
		}
		if v.Collection().Labelled() == 0 {
			m.all = time.Now()
			return m, nil
		}
	}
}

// hear waits for news of a collection.
func hear(ctx context.Context, r *peer.Reader) (n notify.Notification, err error) {
	news, err := r.Receive(ctx)
	if err == nil && len(news) != 1 {
		err = fmt.Errorf("%d notifications instead of one", len(news))
	}
	if err != nil {
		return n, err
	}
	return news[0], nil
}

// atOnce calls do for all numbers below n, some at once.
func atOnce(n, some int, do func(i int) error) error {
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range n {
			next <- i
		}
	}()
	var wait sync.WaitGroup
	errs := make([]error, some)
	for w := range errs {
		wait.Go(func() {
			for i := range next {
				errs[w] = errors.Join(errs[w], do(i))
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
