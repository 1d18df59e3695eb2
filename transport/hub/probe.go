package hub

import (
	"context"
	"errors"

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
		p := prober{h, check, map[endpoint]bool{}}
		return errors.Join(h.resume(ctx), h.core.Visit(ctx, p.probeAll))
	})
}

// prober is one round of probes. A station that does not answer is asked once
// in a round, as long as there are not very many.
type prober struct {
	hub    *Hub
	check  spotCheck
	silent map[endpoint]bool
}

// maxSilent is how many stations that do not answer are remembered.
const maxSilent = 10_000

type endpoint struct {
	user collection.UserID
	url  string
}

// probeAll probes the sources of one collection.
func (p prober) probeAll(ctx context.Context, round *station.Round, name collection.Name) error {
	state, err := p.hub.core.Load(ctx, name)
	if err != nil {
		return err
	}
	if state, err = p.checkWords(ctx, round, state); err != nil {
		return err
	}
	r, err := p.hub.core.Gather(ctx, station.Result{State: state}, p.reach)
	if err != nil {
		return err
	}
	for _, source := range r.State.Sources {
		if !r.State.UncheckedOf(source).IsEmpty() {
			continue // it was asked just now
		}
		before, failedBefore := r.State.Failed(source)
		gone, err := p.gone(ctx, round, r.State.Collection, source, before.Items)
		if err != nil {
			return err
		}
		if gone.IsEmpty() && !failedBefore {
			continue
		}
		source.Items = gone
		p.log(name, source, before.Times+1)
		if err := round.Step(ctx, name, engine.Probed{Source: source}); err != nil {
			return err
		}
	}
	return nil
}

// checkWords checks the sources that count on the author's word alone.
func (p prober) checkWords(ctx context.Context, round *station.Round, state engine.State) (engine.State, error) {
	if len(state.Unchecked) == 0 {
		return state, nil
	}
	name := state.Collection.Name()
	for _, source := range state.Unchecked {
		if err := round.Keep(ctx); err != nil {
			return state, err
		}
		_, err := p.hub.checkWord(ctx, name, source)
		if ctx.Err() != nil {
			return state, ctx.Err()
		}
		if isOfSource(err) {
			p.hub.cfg.Log.Warn("author's word not confirmed", "error", err)
			err = round.Step(ctx, name, engine.Probed{Source: source})
		}
		if err != nil {
			return state, err
		}
	}
	return p.hub.core.Load(ctx, name)
}

// reach reaches a station, unless it is silent.
func (p prober) reach(ctx context.Context, source transport.Source) (transport.Home, error) {
	if p.silent[endpoint{source.User, source.URL}] {
		return nil, transport.At(transport.ErrUnreachable, source.URL)
	}
	return p.hub.core.Peers.Reach(ctx, source)
}

// gone returns the items that a source does not serve, of a few that are asked for:
// those that failed before, and then random ones.
func (p prober) gone(ctx context.Context, round *station.Round, c collection.Collection, source transport.Source, before transport.Bits) (transport.Bits, error) {
	at := endpoint{source.User, source.URL}
	if p.silent[at] {
		return source.Items, nil
	}
	items, err := p.check.sample(before.And(source.Items), source.Items)
	if err != nil {
		return nil, err
	}
	var gone transport.Bits
	for _, i := range items {
		if err := round.Keep(ctx); err != nil {
			return nil, err
		}
		from, err := p.hub.core.Peers.Reach(ctx, source)
		if errors.Is(err, transport.ErrStorage) { // the hub's own
			return nil, err
		}
		if err == nil {
			err = p.check.item(ctx, c, i, from)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil, ctx.Err()
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

// log logs that a source has failed so many times in a row.
func (p prober) log(name collection.Name, source transport.Source, times int) {
	if source.Items.IsEmpty() {
		return
	}
	audit.Log(p.hub.cfg.Log, audit.SpotCheckFailed, "user", source.User, "collection", name)
	if times >= p.hub.cfg.MaxFailedProbes {
		audit.Log(p.hub.cfg.Log, audit.SourceDropped, "user", source.User, "collection", name)
	}
}

// silence remembers that a station does not answer.
func (p prober) silence(at endpoint) {
	if len(p.silent) == maxSilent {
		clear(p.silent)
	}
	p.silent[at] = true
}
