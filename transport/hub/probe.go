package hub

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// Probe asks every peer for a few blocks of what it has announced. What it fails
// to serve Config.MaxFailedProbes times in a row, or is not there to serve, does not
// count as served by it any more; where nobody else serves it, the hub takes the
// availability back and tells the recipients. The counts outlast the process.
// Before that, peers are asked for what the hub wanted of them when it stopped.
//
// The program calls Probe now and then: every Config.MaxFailedProbes-th part of the
// time for which a home computer may be off. Errors are those of the store and
// of ctx; a peer that does not answer is none.
func (h *Hub) Probe(ctx context.Context) error {
	return h.drain.Do(func() error {
		names, err := h.core.Names(ctx)
		if err != nil {
			return err
		}
		p := prober{h, spotCheck{h.cfg.Random}, map[endpoint]bool{}}
		var failed []error
		for _, name := range names {
			failed = append(failed, p.probeAll(ctx, name))
			if ctx.Err() != nil {
				break
			}
		}
		return errors.Join(failed...)
	})
}

// prober is one round of probes. A station that does not answer is asked once
// in a round.
type prober struct {
	hub    *Hub
	check  spotCheck
	silent map[endpoint]bool
}

type endpoint struct {
	user collection.UserID
	url  string
}

// probeAll probes the sources of one collection.
func (p prober) probeAll(ctx context.Context, name collection.Name) error {
	state, err := p.hub.core.Load(ctx, name)
	if err != nil {
		return err
	}
	r, err := p.hub.core.Gather(ctx, station.Result{State: state}, p.reach)
	p.hub.wake(r.Notified)
	if err != nil {
		return err
	}
	for _, source := range r.State.Sources {
		before, failedBefore := r.State.Failed(source)
		gone, err := p.gone(ctx, r.State.Collection, source, before.Items)
		if err != nil {
			return err
		}
		if gone.IsEmpty() && !failedBefore {
			continue
		}
		source.Items = gone
		r, err := p.hub.core.Step(ctx, name, engine.Probed{Source: source})
		p.hub.wake(r.Notified)
		if err != nil {
			return err
		}
	}
	return nil
}

// reach reaches a station, unless it is silent.
func (p prober) reach(source transport.Source) transport.Home {
	if p.silent[endpoint{source.User, source.URL}] {
		return nil
	}
	return p.hub.cfg.Dial(source)
}

// gone returns the items that a source does not serve, of a few that are asked for:
// those that failed before, and then random ones.
func (p prober) gone(ctx context.Context, c collection.Collection, source transport.Source, before transport.Bits) (transport.Bits, error) {
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
		from, err := p.hub.cfg.Dial.Reach(source)
		if err == nil {
			err = p.check.item(ctx, c, i, from)
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, transport.ErrNotFound), errors.Is(err, transport.ErrDigest), errors.Is(err, transport.ErrStorage):
			gone = gone.Add(i)
		default:
			p.hub.cfg.Log.Warn("source does not answer", "url", source.URL, "error", err)
			p.silent[at] = true
			return source.Items, nil
		}
	}
	return gone, nil
}
