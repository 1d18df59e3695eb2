package hub

import (
	"context"
	"errors"
	"sync"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Probe asks every peer whether it has a few of the items that it has announced, and for a
// block of each that has some 128 KiB, always one of the same few: see transport.Samples.
// What counts on the author's word alone is checked first. What a peer fails
// to serve Config.MaxFailedProbes times in a row, or is not there to serve, does not
// count as served by it any more; where nobody else serves it, the hub takes the
// availability back and tells the recipients. The counts outlast the process.
// In the same round, peers are asked for what the hub wanted of them when it stopped.
//
// Config.Probes sources are asked at once, four of them of one user, and for what one user
// serves of one author's collections no longer than ten times Config.Timeout in all. What is
// left then is asked for in the next round, which begins with it: who hangs or dawdles holds up
// nobody else, and has no collection that is never asked for.
//
// The program calls Probe every minute, say, in any number of processes. A call does what
// [Hub.Resume] does; then it returns, unless Config.UpkeepInterval has passed since the
// last round of probes began, or that was not finished. A round is one process's at a time:
// the others return without waiting. If the process stops, the next call of any goes on
// where it was; if it crashes, the next call 5 minutes later, which asks once more for at
// most 64 collections. Errors are those of the store and of ctx; a peer that does not
// answer is none.
func (h *Hub) Probe(ctx context.Context) error {
	return h.drain.Do(func() error {
		check, err := h.spotCheck(ctx)
		if err != nil {
			return err
		}
		p := prober{hub: h, check: check, turns: newProbing(h.cfg, &h.leftover), silent: map[endpoint]bool{}}
		return errors.Join(h.resume(ctx), h.core.Visit(ctx, h.cfg.Probes > 1, p.probeAll))
	})
}

// prober is one round of probes. A station that does not answer is asked once in a round,
// as long as there are not very many.
type prober struct {
	hub   *Hub
	check spotCheck
	turns *probing

	mu     sync.Mutex // around silent, and the round of a call
	silent map[endpoint]bool
}

// maxSilent is how many stations that do not answer are remembered.
const maxSilent = 10_000

type endpoint struct {
	user collection.UserID
	url  string
}

// probeAll probes the sources of one collection.
func (p *prober) probeAll(ctx context.Context, round *station.Round, name collection.Name) error {
	state, err := p.hub.core.Load(ctx, name)
	if err != nil {
		return err
	}
	if state, err = p.checkWords(ctx, round, state); err != nil {
		return err
	}
	r, err := p.hub.core.Gather(ctx, station.Result{State: state}, p.reachIn(name))
	if err != nil {
		return err
	}
	return p.each(r.State.Sources, func(source transport.Source) error {
		if !r.State.UncheckedOf(source).IsEmpty() {
			return nil // it was asked just now
		}
		return p.probe(ctx, round, r.State, source)
	})
}

// each does something with each of some sources: at once, unless one is probed at a time.
func (p *prober) each(sources []transport.Source, do func(transport.Source) error) error {
	if p.hub.cfg.Probes == 1 {
		for _, source := range sources {
			if err := do(source); err != nil {
				return err
			}
		}
		return nil
	}
	failed := make([]error, len(sources))
	var all sync.WaitGroup
	for i, source := range sources {
		all.Go(func() { failed[i] = do(source) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// probe probes one source of a collection.
func (p *prober) probe(ctx context.Context, round *station.Round, state engine.State, source transport.Source) error {
	name := state.Collection.Name()
	before, failedBefore := state.Failed(source)
	gone, err := p.gone(ctx, round, state.Collection, source, before.Items)
	if errors.Is(err, errSpent) {
		return nil // the next round begins with it
	}
	if err != nil || gone.IsEmpty() && !failedBefore {
		return err
	}
	source.Items = gone
	p.log(name, source, before.Times+1)
	return p.step(ctx, round, name, engine.Probed{Source: source})
}

// step steps in a round, and keep keeps it: a round is for one at a time.
func (p *prober) step(ctx context.Context, round *station.Round, name collection.Name, e engine.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return round.Step(ctx, name, e)
}

func (p *prober) keep(ctx context.Context, round *station.Round) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return round.Keep(ctx)
}

// checkWords checks the sources that count on the author's word alone.
func (p *prober) checkWords(ctx context.Context, round *station.Round, state engine.State) (engine.State, error) {
	if len(state.Unchecked) == 0 {
		return state, nil
	}
	name := state.Collection.Name()
	err := p.each(state.Unchecked, func(source transport.Source) error { return p.checkWord(ctx, round, name, source) })
	if err != nil {
		return state, err
	}
	return p.hub.core.Load(ctx, name)
}

func (p *prober) checkWord(ctx context.Context, round *station.Round, name collection.Name, source transport.Source) error {
	if err := p.keep(ctx, round); err != nil {
		return err
	}
	err := p.turns.ask(ctx, claimOf(source, name), func() error {
		_, err := p.hub.checkWord(ctx, name, source)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errSpent):
		return nil
	case isOfSource(err):
		p.hub.cfg.Log.Warn("author's word not confirmed", "error", err)
		return p.step(ctx, round, name, engine.Probed{Source: source})
	}
	return err
}

// reachIn reaches stations for a collection, unless they are silent.
func (p *prober) reachIn(name collection.Name) station.Reach {
	return func(ctx context.Context, source transport.Source) (transport.Home, error) {
		if p.isSilent(endpoint{source.User, source.URL}) {
			return nil, transport.At(transport.ErrUnreachable, source.URL)
		}
		home, err := p.hub.reach(ctx, source)
		if err != nil {
			return nil, err
		}
		return probedHome{home, p.turns, claimOf(source, name)}, nil
	}
}

// gone returns the items that a source does not serve, of a few that are asked for:
// those that failed before, and then random ones.
func (p *prober) gone(ctx context.Context, round *station.Round, c collection.Collection, source transport.Source, before transport.Bits) (transport.Bits, error) {
	items, err := p.check.sample(before.And(source.Items), source.Items)
	if err != nil {
		return nil, err
	}
	at := endpoint{source.User, source.URL}
	var gone transport.Bits
	for _, i := range items {
		if p.isSilent(at) {
			return source.Items, nil
		}
		if err := p.keep(ctx, round); err != nil {
			return nil, err
		}
		err := p.turns.sample(ctx, claimOf(source, c.Name()), c.Name().ID, func() error { return p.item(ctx, c, i, source) })
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !isOfSource(err): // the hub's own, or errSpent
			return nil, err
		case errors.Is(err, transport.ErrForbidden): // it has shown other blocks before
		case isFalse(err):
			gone = gone.Add(i)
		default:
			p.hub.cfg.Log.Warn("source does not answer", "url", source.URL, "error", err)
			p.silence(at)
			return source.Items, nil
		}
	}
	return gone, nil
}

// item checks one item of a source, unless that has turned silent while this waited.
func (p *prober) item(ctx context.Context, c collection.Collection, i int, source transport.Source) error {
	if p.isSilent(endpoint{source.User, source.URL}) {
		return ofSource(transport.ErrUnreachable)
	}
	from, err := p.hub.reach(ctx, source)
	if err != nil {
		return err
	}
	if err := p.check.item(ctx, c, i, from); err != nil {
		return ofSource(err)
	}
	return nil
}

// log logs that a source has failed so many times in a row.
func (p *prober) log(name collection.Name, source transport.Source, times int) {
	if source.Items.IsEmpty() {
		return
	}
	audit.Log(p.hub.cfg.Log, audit.SpotCheckFailed, "user", source.User, "collection", name)
	if times >= p.hub.cfg.MaxFailedProbes {
		audit.Log(p.hub.cfg.Log, audit.SourceDropped, "user", source.User, "collection", name)
	}
}

// silence remembers that a station does not answer.
func (p *prober) silence(at endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.silent) == maxSilent {
		clear(p.silent)
	}
	p.silent[at] = true
}

func (p *prober) isSilent(at endpoint) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.silent[at]
}
