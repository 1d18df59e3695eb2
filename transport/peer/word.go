package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// word is the author's update for what is served here, which goes to the hub with one
// request or more.
type word struct {
	p      *base
	of     collection.Name
	update []byte           // sealed; none for others than the author, and where it says nothing new
	sent   transport.Record // says that it is on its way
}

// seal makes the word and seals it. The peer does not take it before the hub has.
func (w *word) seal(ctx context.Context, s engine.State, serves transport.Bits) error {
	if w.p.user != s.Collection.Author() || s.Collection.Authority().IsZero() {
		return nil
	}
	u, some, err := s.Word(serves)
	if err != nil || !some {
		return err
	}
	if u, err = u.Sign(ctx, w.p.signer, w.p.cfg.Now()); err == nil {
		w.update, err = u.MarshalBinary()
	}
	return err
}

// say makes a request that brings the word, and notes before that it is on its way. Whoever
// asks the hub meanwhile what it knows waits until it has answered.
func (w *word) say(ctx context.Context, request func() error) error {
	if len(w.update) == 0 {
		return request()
	}
	return w.p.inTurn(ctx, w.of, func() error {
		var err error
		w.sent.Key = wordRecord.Key(w.of)
		w.sent.Version, err = w.p.cfg.Store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: w.sent.Key, Value: []byte{}}}})
		if err != nil {
			return err
		}
		return request()
	})
}

// heard notes that what the hub has answered is known here.
func (w *word) heard(ctx context.Context) error {
	if w.sent.Version == 0 {
		return nil
	}
	return w.p.forgetWord(ctx, w.sent)
}

// forgetWord forgets that a word is on its way, unless another one is.
func (p *base) forgetWord(ctx context.Context, sent transport.Record) error {
	err := record.Replace(ctx, p.cfg.Store, sent, nil)
	if errors.Is(err, transport.ErrConflict) {
		return nil
	}
	return err
}

// hearOfWord asks the hub what it knows, if it may have taken a word whose answer was lost.
// Of one key the later word counts alone: whatever this station says next must say that too.
func (p *base) hearOfWord(ctx context.Context, name collection.Name) error {
	return p.inTurn(ctx, name, func() error {
		sent, err := record.Get(ctx, p.cfg.Store, wordRecord.Key(name))
		if err != nil || sent.Version == 0 {
			return err
		}
		if err := p.refreshFrom(ctx, name, library{p.cfg.Hub, false}); err != nil && !isUnknown(err) {
			return err
		}
		return p.forgetWord(ctx, sent)
	})
}

// inTurn does what concerns this station's word on a collection.
func (p *base) inTurn(ctx context.Context, name collection.Name, work func() error) error {
	return p.words.Do(ctx, name, func() int64 { return 0 }, p.cfg.Pause, work)
}
