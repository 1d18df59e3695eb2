package hub

import (
	"context"
	"errors"
	"fmt"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/audit"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// announce takes an announcement.
func (s session) announce(ctx context.Context, a transport.Announcement) (station.Result, error) {
	state, err := s.hub.core.Read(ctx, s.user, a.Name())
	if err != nil {
		return station.Result{}, err
	}
	return s.announceIn(ctx, state, a)
}

// announceIn is announce in a state that was read for the user: the author's word counts
// at once, all else once its source has passed a spot check.
func (s session) announceIn(ctx context.Context, state engine.State, a transport.Announcement) (station.Result, error) {
	core := s.hub.core
	if err := s.mayServe(ctx, state, a.URL); err != nil {
		return station.Result{}, err
	}
	announced := engine.Announced{Source: transport.Source{User: s.user, URL: a.URL, Items: a.Items, Endpoint: a.Endpoint}}
	// A dry step says what is wrong with the announcement before anything of it
	// is fetched.
	if _, _, err := core.Rules.Step(state, announced); err != nil {
		return station.Result{}, err
	}
	if err := core.Peers.Check(ctx, announced.Source); err != nil {
		return station.Result{}, err
	}
	if err := s.hub.addresses.resolveIn(ctx, state.Collection); err != nil { // first, so that they are told what the others are
		return station.Result{}, err
	}
	vouched, err := s.vouch(ctx, state, announced.Source, a.Word)
	if err != nil {
		return station.Result{}, err
	}
	r, err := s.hub.check(ctx, state.Collection, announced, vouched)
	if err != nil {
		return r, err
	}
	if r, err = core.Gather(ctx, r, core.Peers.Reach); err != nil {
		return r, err
	}
	answer := r.State.Answer()
	answer.Updates, err = collection.EncodeUpdates(r.State.Collection.Updates())
	r.Answer = &answer
	return r, err
}

// check takes what a source serves as announced, once it has passed a spot check, or the
// one of the author's word for it.
func (h *Hub) check(ctx context.Context, c collection.Collection, announced engine.Announced, vouched bool) (station.Result, error) {
	if vouched {
		state, err := h.checkWord(ctx, c.Name(), announced.Source)
		if err != nil || announced.Source.Items.Without(state.Checked(announced.Source)).IsEmpty() {
			return station.Result{State: state}, err
		}
	}
	if err := h.checkSource(ctx, c, announced.Source); err != nil {
		return station.Result{}, err
	}
	return h.core.Step(ctx, c.Name(), announced)
}

// checkSource refuses a source that does not serve a few of its items, with a sourceError.
func (h *Hub) checkSource(ctx context.Context, c collection.Collection, source transport.Source) error {
	from, err := h.reach(ctx, source)
	if err != nil {
		return err
	}
	check, err := h.spotCheck(ctx)
	if err != nil {
		return err
	}
	failed, err := h.failedBefore(ctx, source.User, c.Name())
	if err != nil {
		return err
	}
	items, err := check.sample(failed.And(source.Items), source.Items)
	if err != nil {
		return err
	}
	for _, i := range items {
		err := check.item(ctx, c, i, from)
		if noted := h.noteChecked(ctx, source.User, c.Name(), i, err, failed); noted != nil {
			return noted
		}
		if err != nil {
			audit.Log(h.cfg.Log, audit.SpotCheckFailed, "user", source.User, "collection", c.Name())
			id, _ := c.At(i)
			return ofSource(fmt.Errorf("item %v at %s: %w", id, source.URL, err))
		}
		h.sampled.Add(1)
	}
	return nil
}

// reach reaches a source; where there is no way the error is a sourceError, and else the
// hub's own.
func (h *Hub) reach(ctx context.Context, source transport.Source) (transport.Home, error) {
	home, err := h.core.Peers.Reach(ctx, source)
	if err != nil && !errors.Is(err, transport.ErrStorage) {
		err = ofSource(err)
	}
	return home, err
}

// isFalse reports whether a source's error says that it does not have what it has announced,
// and not only that it does not answer.
func isFalse(err error) bool {
	return errors.Is(err, transport.ErrNotFound) || errors.Is(err, transport.ErrDigest)
}
