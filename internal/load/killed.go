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
	l, err := s.lost(ctx, to, heard)
	return measure.Results{
		b.lostResult(s, l),
		measure.Shown("from the last start until all were told, s", late.Seconds(), measure.Lower),
	}, err
}

// lostResult says what was lost of what a staff was acknowledged.
func (b *bench) lostResult(s *staff, l losses) measure.Result {
	b.progress("%d collections are not there, %d have labels that were gone, of %d nobody was told", l.gone, l.labelled, l.untold)
	return measure.AtMost(fmt.Sprintf("acknowledged, and lost or not told in %v, of %d shares and %d completions, with a hub killed %d times",
		maxTelling, len(s.shared), l.completions, b.kills), float64(l.sum()), 0)
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
