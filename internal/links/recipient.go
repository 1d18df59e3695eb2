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

// seeThumbnails waits for news of a collection, looks at the previews in it, and gets all
// its thumbnails. A cover that comes with the news is the first one.
func seeThumbnails(ctx context.Context, r *peer.Reader) (m moment, err error) {
	n, err := hear(ctx, r)
	if err != nil {
		return m, err
	}
	v, err := r.View(ctx, n.Name())
	if err != nil {
		return m, err
	}
	for i := range v.Collection().Len() {
		if len(v.Collection().Preview(i)) == 0 {
			return m, fmt.Errorf("no preview of photo %d", i)
		}
	}
	m.previews = time.Now()
	if len(n.Cover) > 0 {
		m.first = time.Now()
	}
	for _, err := range r.Versions(ctx, n.Name(), 0) {
		if err != nil {
			return m, err
		}
		if m.all = time.Now(); m.first.IsZero() {
			m.first = m.all
		}
	}
	return m, nil
}

// originals gets all originals of a collection.
func originals(ctx context.Context, r *peer.Reader, name collection.Name) error {
	v, err := r.View(ctx, name)
	if err != nil {
		return err
	}
	refs := make([]transport.Ref, v.Collection().Len())
	for i := range refs {
		id, _ := v.Collection().At(i)
		refs[i] = transport.Ref{Collection: name, Item: id, Version: 2}
	}
	return r.Fetch(ctx, refs...)
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
