package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
)

// place is some hubs on one store.
type place struct {
	*bench
	name      string
	dir       string
	args      []string // of the hubs' processes
	authority collection.KeyID
	members   []*member
	told      *ears

	mu        sync.Mutex
	processes []*process
	clients   []client
	now       *episode
}

// newPlace makes a place on an empty store in a folder.
func (b *bench) newPlace(ctx context.Context, name, kind, dir string, hubs int) (p *place, err error) {
	own := *b
	own.kind = kind
	p = &place{bench: &own, name: name, dir: dir, now: new(episode), told: newEars(), args: []string{"-wait", hubWait.String()}}
	if hubs > 1 {
		p.args = append(p.args, "-shared")
	}
	a, err := newAuthority(nil)
	if err != nil {
		return nil, err
	}
	if err := a.write(dir); err != nil {
		return nil, err
	}
	store, err := openStore(ctx, kind, dir)
	if err != nil {
		return nil, err
	}
	s, err := hire(ctx, a, store)
	if err = errors.Join(err, store.Close()); err != nil {
		return nil, err
	}
	p.authority, p.members = s.authority, s.members[:faultWorkers+faultReaders]
	p.processes, p.clients = make([]*process, hubs), make([]client, hubs)
	for i := range hubs {
		err = errors.Join(err, p.boot(i))
	}
	return p, err
}

// hubWait is how long a hub lets those wait who wait for news.
const hubWait = 2 * time.Second

// boot starts one of the hubs.
func (p *place) boot(i int) error {
	started, err := p.start(p.dir, p.args...)
	if err != nil {
		return err
	}
	to := newClient(started.url, faultWorkers+faultReaders)
	to.http.Timeout = maxRecovery
	p.mu.Lock()
	defer p.mu.Unlock()
	p.processes[i], p.clients[i] = started, to
	return nil
}

// halt kills one of the hubs, if it runs.
func (p *place) halt(i int) error {
	if p.processes[i] == nil {
		return nil
	}
	err := p.processes[i].kill()
	p.processes[i] = nil
	return err
}

// close ends all hubs.
func (p *place) close() (err error) {
	for i := range p.processes {
		err = errors.Join(err, p.halt(i))
	}
	return err
}

// client is a way to one of the hubs, the n-th from the first.
func (p *place) client(n int) client {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clients[n%len(p.clients)]
}

func (p *place) episode() *episode {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// begin begins an episode.
func (p *place) begin(name string) *episode {
	e := &episode{name: name, lastGood: time.Now(), well: map[int]bool{}}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = e
	return e
}
