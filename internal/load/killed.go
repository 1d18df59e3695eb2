package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
	"github.com/glimpse-go/glimpse/transport"
)

// killed kills a hub at work many times, at moments chosen at random, and then looks for
// all that was acknowledged: every collection, that its labels are gone if that was
// answered, and that its recipient is told of it.
func (b *bench) killed(ctx context.Context) (_ measure.Results, err error) {
	store, a, err := b.home(ctx)
	if err != nil {
		return nil, err
	}
	s, err := hire(ctx, a, store)
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	for range b.kills {
		if err := b.killOnce(ctx, s, store.dir); err != nil {
			return nil, err
		}
	}
	p, err := b.start(store.dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.kill()) }()
	heard, to := newEars(), newClient(p.url, 1)
	if err := heard.hearAll(ctx, to, s); err != nil {
		return nil, err
	}
	late := time.Since(p.started)
	return measure.Results{
		b.lostResult(ctx, s, to, heard),
		measure.Shown("from the last start until all were told, s", late.Seconds(), measure.Lower),
	}, ctx.Err()
}

// lostResult says what was lost of what a staff was acknowledged, as its readers see it.
func (b *bench) lostResult(ctx context.Context, s *staff, to client, heard *ears) measure.Result {
	completions, lost, untold := 0, 0, heard.missing(s.shared)
	for _, a := range s.shared {
		if !a.completed.IsZero() {
			completions++
		}
		if err := a.intact(ctx, to.as(memberOf(s.members, a.recipients[0])), s.thumbnail); err != nil {
			b.progress("lost: %v", err)
			lost++
		}
	}
	b.progress("%d collections are lost, of %d nobody was told", lost, untold)
	return measure.AtMost(fmt.Sprintf("acknowledged, and lost or not told in %v, of %d shares and %d completions, with a hub killed %d times",
		maxTelling, len(s.shared), completions, b.kills), float64(lost+untold), 0)
}

// Limits of how long a hub works before it is killed.
const (
	shortestLife = 50 * time.Millisecond
	longestLife  = 500 * time.Millisecond
)

// killOnce starts a hub, and kills it at work.
func (b *bench) killOnce(ctx context.Context, s *staff, dir string) error {
	p, err := b.start(dir)
	if err != nil {
		return err
	}
	if _, err := p.answered(ctx, s.members[0]); err != nil {
		return errors.Join(err, p.kill())
	}
	ended := make(chan error, 1)
	go func() { ended <- s.work(ctx, newClient(p.url, workers), time.Minute) }()
	time.Sleep(shortestLife + rand.N(longestLife-shortestLife))
	err = p.kill()
	if refused := <-ended; !errors.Is(refused, transport.ErrUnreachable) {
		return errors.Join(err, refused)
	}
	return err
}
