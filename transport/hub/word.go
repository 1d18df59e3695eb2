package hub

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// vouch takes the author's word that a source serves what it has announced: the recipients
// are told, and the source is checked, whether or not who has announced it waits for that. The
// check comes first where the word does not cover what it says, where something else is
// waited for, and where the author's word was false before.
func (s session) vouch(ctx context.Context, state engine.State, source transport.Source, word []byte) (vouched bool, err error) {
	if len(word) == 0 || s.user != state.Collection.Author() {
		return false, nil
	}
	distrusted, err := record.Get(ctx, s.hub.cfg.Store, records.Distrusted.Key(s.user))
	if err != nil || distrusted.Version > 0 {
		return false, err
	}
	update, err := collection.DecodeUpdate(word)
	if err != nil {
		return false, transport.Wrap(err)
	}
	said, _, err := state.Collection.Apply(update)
	if err != nil {
		return false, transport.Wrap(err)
	}
	v, err := s.hub.core.Verify(ctx, said)
	if err != nil {
		return false, err
	}
	_, err = s.hub.core.DoVerified(ctx, v, func(now engine.State) (engine.Event, error) {
		if vouched = s.hub.core.Rules.TakesWord(now, source, v.Collection); !vouched {
			return nil, nil
		}
		return engine.Vouched{Source: source, Collection: v.Collection}, nil
	})
	if err == nil && vouched {
		station.Begin(s.hub.core)
		s.hub.later(func(ctx context.Context) {
			if _, err := s.hub.checkWord(ctx, state.Collection.Name(), source); err != nil {
				s.hub.cfg.Log.Warn("author's word not confirmed", "error", err)
			}
		})
	}
	return vouched, err
}

// promise is the author's word for what one source serves of a collection.
type promise struct {
	of collection.Name
	at endpoint
}

// checkWord checks a source whose author's word counts, unless it has been checked: once
// for all who ask for it at the same time. If it does not have what it has announced,
// labels come back, and the author is not believed before a check any more. One that
// does not answer is probed as others are. It returns the state that this has led to.
func (h *Hub) checkWord(ctx context.Context, name collection.Name, source transport.Source) (state engine.State, err error) {
	of := promise{name, endpoint{source.User, source.URL}}
	err = h.checks.Do(ctx, of, h.sampled.Load, h.cfg.Pause, func() error {
		state, err = h.checkUnchecked(ctx, name, source)
		return err
	})
	return state, err
}

func (h *Hub) checkUnchecked(ctx context.Context, name collection.Name, source transport.Source) (engine.State, error) {
	state, err := h.core.Load(ctx, name)
	if err != nil {
		return state, err
	}
	source.Items = state.UncheckedOf(source)
	if source.Items.IsEmpty() {
		return state, nil
	}
	checked := h.checkSource(ctx, state.Collection, source)
	var e engine.Event = engine.Announced{Source: source}
	switch {
	case checked == nil:
	case ctx.Err() != nil:
		return state, ctx.Err()
	case isOfSource(checked) && isFalse(checked):
		if err := record.Put(ctx, h.cfg.Store, transport.Change{Key: records.Distrusted.Key(source.User), Value: []byte{}}); err != nil {
			return state, err
		}
		e = engine.Falsified{Source: source}
	default:
		return state, checked
	}
	r, err := h.core.Step(ctx, name, e)
	if err != nil {
		return state, err
	}
	return r.State, checked
}
