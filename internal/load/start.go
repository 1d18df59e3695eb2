package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/internal/measure"
)

// How soon a hub is to answer, in seconds, and in how many megabytes, where its store
// does not have to read all of it first.
const (
	startBound = 1
	heapBound  = 40
)

// starting measures how long a hub takes from the start of its process to its first
// authenticated answer, with many users and collections stored: after it was stopped, and
// after it was killed at work; and what it holds in memory.
func (b *bench) starting(ctx context.Context) (_ measure.Results, err error) {
	dir, someone, err := b.filled(ctx)
	if err != nil {
		return nil, err
	}
	p, err := b.start(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.kill()) }()
	stopped, err := p.answered(ctx, someone.members[0])
	if err != nil {
		return nil, err
	}
	if err := someone.work(ctx, newClient(p.url, workers), time.Second); err != nil {
		return nil, err
	}
	used, err := p.usageWithHeap(ctx)
	if err != nil {
		return nil, err
	}
	b.progress("store open after %v, first answer after %v", used.Opened, stopped)
	go someone.work(ctx, newClient(p.url, workers), time.Minute) // to the end of the process
	time.Sleep(longestLife)
	if err := p.kill(); err != nil {
		return nil, err
	}
	if p, err = b.start(dir); err != nil {
		return nil, err
	}
	killed, err := p.answered(ctx, someone.members[0])
	return b.startResults(stopped.Seconds(), killed.Seconds(), used), err
}

// startResults are bounded for the store that servers have.
func (b *bench) startResults(stopped, killed float64, used usage) measure.Results {
	with := fmt.Sprintf("with %d users and %d collections", 2*b.albums, b.albums)
	at := func(what string, value, bound float64) measure.Result {
		if b.kind == "file" {
			return measure.Shown(what+" "+with, value, measure.Lower)
		}
		return measure.AtMost(what+" "+with, value, bound)
	}
	return measure.Results{
		at("from the start of a hub to its first answer, s,", stopped, startBound),
		at("the same after kill -9, s,", killed, startBound),
		at("heap in use after a second of work, MB,", float64(used.Heap)/(1<<20), heapBound),
		measure.Shown("resident memory then, MB", float64(used.Memory)/(1<<20), measure.Lower),
	}
}

// filled makes the store of a hub with many users and collections, closes it, and returns
// its folder, and some of the hub's members.
func (b *bench) filled(ctx context.Context) (dir string, m *staff, err error) {
	store, a, err := b.home(ctx)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	others := new(crowd)
	if err := ordinary.fill(ctx, a, store, others, func(c *crowd) bool { return c.albums >= b.albums }); err != nil {
		return "", nil, err
	}
	b.progress("%d records of %d users and %d collections are stored", others.records, others.users, others.albums)
	m, err = hire(ctx, a, store)
	return store.dir, m, err
}

// home makes an empty store, beside the key of the hub whose it is.
func (b *bench) home(ctx context.Context) (*counted, *authority, error) {
	store, err := b.store(ctx)
	if err != nil {
		return nil, nil, err
	}
	a, err := newAuthority(nil)
	if err != nil {
		return nil, nil, err
	}
	return store, a, a.write(store.dir)
}
