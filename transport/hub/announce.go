package hub

import (
	"context"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// announce takes an announcement, once its source has passed a spot check.
func (s session) announce(ctx context.Context, a transport.Announcement) (station.Result, error) {
	state, err := s.hub.core.Read(ctx, s.user, a.Name())
	if err != nil {
		return station.Result{}, err
	}
	return s.announceIn(ctx, state, a)
}

// announceIn is announce in a state that was read for the user.
func (s session) announceIn(ctx context.Context, state engine.State, a transport.Announcement) (station.Result, error) {
	core := s.hub.core
	announced := engine.Announced{Source: transport.Source{User: s.user, URL: a.URL, Items: a.Items}}
	// A dry step says what is wrong with the announcement before anything of it
	// is fetched.
	if _, _, err := core.Rules.Step(state, announced); err != nil {
		return station.Result{}, err
	}
	if err := s.hub.checkSource(ctx, state.Collection, announced.Source); err != nil {
		return station.Result{}, err
	}
	if err := s.hub.addresses.resolveIn(ctx, state.Collection); err != nil { // first, so that they are told what the others are
		return station.Result{}, err
	}
	r, err := core.Step(ctx, a.Name(), announced)
	if err != nil {
		return r, err
	}
	if r, err = core.Gather(ctx, r, s.hub.cfg.Dial); err != nil {
		return r, err
	}
	answer := r.State.Answer()
	answer.Updates, err = collection.EncodeUpdates(r.State.Collection.Updates())
	r.Answer = &answer
	return r, err
}

// checkSource refuses a source that does not serve a few of its items.
func (h *Hub) checkSource(ctx context.Context, c collection.Collection, source transport.Source) error {
	from, err := h.cfg.Dial.Reach(source)
	if err != nil {
		return err
	}
	check := spotCheck{h.cfg.Random}
	items, err := check.sample(nil, source.Items)
	if err != nil {
		return err
	}
	for _, i := range items {
		if err := check.item(ctx, c, i, from); err != nil {
			id, _ := c.At(i)
			return fmt.Errorf("item %v at %s: %w", id, source.URL, err)
		}
	}
	return nil
}
