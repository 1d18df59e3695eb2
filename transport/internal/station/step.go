package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// step is one try of a step, in a transaction.
type step struct {
	core *Core
	tx   *record.Tx
	doing
	result  Result
	jobs    []string     // that it leaves
	indexed listing      // what it adds to the author's list; none if it has no list
	parts   engine.Parts // of the state that is stored; nil = none is
	on      rests        // as far as the state is verified, and
	keeps   bool         // whether it is
	moved   bool         // whether it changes what readers get of partial versions
	then    func()       // what is done once it is stored; nil = nothing
}

// do makes the event and steps it.
func (s *step) do(ctx context.Context, name collection.Name, event func(*record.Tx, engine.State) (engine.Event, error)) error {
	if err := s.fetch(ctx, name); err != nil {
		return err
	}
	if err := s.verifyAgain(ctx); err != nil {
		return err
	}
	loaded, loadErr := s.core.load(ctx, s.tx, name)
	before, refused := loaded.state, errors.Is(loadErr, transport.ErrSeal)
	old := before.Collection
	switch {
	case refused:
		// Its edition does not stand: a copy that does takes its place. What is told of
		// that comes after all that was told.
		before = engine.State{News: before.News}
	case loadErr != nil && !errors.Is(loadErr, transport.ErrNotFound):
		return loadErr
	}
	s.result.State = before
	e, err := event(s.tx, before)
	if refused {
		anew, ok := e.(engine.Updated)
		if !ok {
			s.result = Result{}
			return loadErr
		}
		anew.Collection = s.core.withSaid(ctx, s.tx, anew.Collection, old)
		e = anew
	}
	if err != nil || e == nil {
		return transport.Wrap(err)
	}
	after, effects, said, err := s.core.settle(ctx, before, e)
	if err != nil {
		return transport.Wrap(err)
	}
	s.note(e, loaded.on, said)
	s.keeps = s.keeps && !refused
	return s.store(ctx, loaded, after, effects)
}

// fetch reads in one look what a step is likely to need.
func (s *step) fetch(ctx context.Context, name collection.Name) error {
	keys := []string{stateRecord.Key(name), itemRecord.Key(name.Author), tellJob.Key(name), spreadJob.Key(name)}
	if s.core.Cache {
		keys = append(keys, usageRecord.Key(name.Author, count(name.ID[0])))
	}
	on, known := rests{}, s.core.memory.get(name)
	maps.Copy(on, known.on)
	if known.version == 0 {
		keys = append(keys, lineageRecord.Key(name.Author))
	}
	if s.verified != nil {
		maps.Copy(on, s.verified.on)
	}
	return s.tx.Fetch(ctx, append(keys, s.core.Keys.Records(slices.Collect(maps.Keys(on))...)...)...)
}

// verifyAgain refuses what was verified before the transaction if it is not the same
// with the keys as they are now.
func (s *step) verifyAgain(ctx context.Context) error {
	if s.verified == nil {
		return nil
	}
	stands, _, err := s.core.stands(ctx, s.tx, s.verified.on)
	if err != nil || stands {
		return err
	}
	again, err := s.core.verifyIn(ctx, s.tx, s.verified.Collection)
	if err != nil {
		return err
	}
	was, err := s.verified.Collection.MarshalBinary()
	now, errNow := again.Collection.MarshalBinary()
	if err := errors.Join(err, errNow); err != nil {
		return err
	}
	if !bytes.Equal(was, now) {
		return transport.At(transport.ErrSeal, "a key was revoked meanwhile")
	}
	s.verified = &again
	return nil
}

// note notes whether the state after an event is verified, and on which keys that rests:
// those that the state before rests on, and those of what the event has brought.
func (s *step) note(e engine.Event, before rests, said bool) {
	s.on = before
	s.keeps = !said || !s.core.Rules.Authority.IsZero() // a peer's own key may be revoked
	switch e.(type) {
	case engine.Shared, engine.Updated, engine.Sealed, engine.Vouched:
		if s.verified == nil {
			s.keeps = false // what it has brought is not verified yet
			return
		}
		s.on = maps.Clone(s.verified.on)
		maps.Copy(s.on, before)
	}
}

// store stores what has changed since a state was stored, who may read it, the index of
// the items of a collection that is new here, or that another has taken the place of, and
// the notifications, all in the transaction.
func (s *step) store(ctx context.Context, before remembered, after engine.State, effects []engine.Effect) (err error) {
	s.result.New = !before.state.Known()
	s.result.State, s.moved = after, engine.Moved(before.state, after)
	if s.parts, err = after.Parts(); err != nil {
		return err
	}
	s.storeParts(after.Collection.Name(), before.parts)
	if err := s.charge(ctx, after.Collection.Name(), before.parts); err != nil {
		return err
	}
	if err := s.storeReaders(ctx, before.state, after); err != nil {
		return err
	}
	if err := s.noteLineage(ctx, before.state, after); err != nil {
		return err
	}
	come, err := s.noteHeld(ctx, before.state, after)
	if err == nil {
		err = s.noteGone(ctx, before.state, after, come)
	}
	if err != nil {
		return err
	}
	if !sameFixed(before.state, after) {
		if err := s.indexItems(ctx, after.Collection); err != nil {
			return err
		}
	}
	for _, effect := range effects {
		if err := s.perform(ctx, effect); err != nil {
			return err
		}
	}
	if s.core.With != nil {
		var changes []transport.Change
		changes, s.then = s.core.With(before.state, after)
		s.tx.Put(changes...)
	}
	return nil
}

// sameFixed reports whether a state is of the same collection as one that was stored, with
// the same items and recipients: a draft, and what does not stand, may have had others.
func sameFixed(before, after engine.State) bool {
	return before.Known() && before.Collection.Same(after.Collection) == nil
}

// storeParts stores the parts that are not as they were, and with any of them the
// head: its version is the state's.
func (s *step) storeParts(name collection.Name, was engine.Parts) {
	changes := partChanges(name, was, s.parts)
	s.tx.Put(changes...)
	if len(changes) > 0 || !bytes.Equal(was[""], s.parts[""]) {
		s.tx.Set(stateRecord.Key(name), s.parts[""])
	}
}

// partChanges returns the changes that make parts of others, the head aside, in the
// order of their names.
func partChanges(name collection.Name, was, now engine.Parts) []transport.Change {
	var changes []transport.Change
	prefix := partRecord.Under(name)
	for _, part := range slices.Sorted(maps.Keys(now)) {
		if old, ok := was[part]; part != "" && (!ok || !bytes.Equal(old, now[part])) {
			changes = append(changes, transport.Change{Key: prefix + part, Value: now[part]})
		}
	}
	for _, part := range slices.Sorted(maps.Keys(was)) {
		if _, ok := now[part]; !ok {
			changes = append(changes, transport.Change{Key: prefix + part})
		}
	}
	return changes
}

// perform does what an effect asks for.
func (s *step) perform(ctx context.Context, effect engine.Effect) error {
	switch effect := effect.(type) {
	case engine.Reply:
		s.result.Answer = &effect.Answer
	case engine.Spread:
		if !s.spreading {
			return s.spreads(ctx, effect.Source)
		}
	case engine.Notify:
		return s.tells(ctx, effect, telling{})
	case engine.Write:
		return s.tells(ctx, effect.Notify, telling{OnlyWrite: true})
	default:
		return fmt.Errorf("effect %T: nothing performs it", effect)
	}
	return nil
}
