package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
)

// word is the author's update for what is served here, which goes to the hub with one
// request or more.
type word struct {
	p      *base
	of     collection.Name
	serves transport.Bits // what it is about
	sent   []byte         // sealed: what is on its way
}

// say makes a request that brings the word, if there is one, and notes before that it is on
// its way. Whoever asks the hub meanwhile what it knows waits until it has answered. Each
// request brings a word made then: it says too what this station has said since the one
// before, which would not count beside a later word that does not.
func (w *word) say(ctx context.Context, request func(update []byte) error) error {
	if w.serves.IsEmpty() {
		return request(nil)
	}
	return w.p.inTurn(ctx, w.of, func() error {
		var update []byte
		_, err := w.p.core.Do(ctx, w.of, func(s engine.State) (event engine.Event, err error) {
			if update, err = w.seal(ctx, s); len(update) > 0 {
				event = engine.Said{Word: update}
			}
			return event, err
		})
		if err != nil {
			return err
		}
		if len(update) > 0 {
			w.sent = update
		}
		return request(update)
	})
}

// seal makes the word and seals it; none for others than the author, and where it says
// nothing new.
func (w *word) seal(ctx context.Context, s engine.State) ([]byte, error) {
	if w.p.user != s.Collection.Author() || s.Collection.Authority().IsZero() {
		return nil, nil
	}
	u, some, err := s.Word(w.serves.And(w.p.complete(s)))
	if err != nil || !some {
		return nil, err
	}
	if u, err = u.Sign(ctx, w.p.signer, w.p.cfg.Now()); err != nil {
		return nil, err
	}
	return u.MarshalBinary()
}

// wordAnswered notes that what the hub has answered to a word is known here.
func (p *base) wordAnswered(ctx context.Context, name collection.Name, word []byte) error {
	if len(word) == 0 {
		return nil
	}
	_, err := p.core.Step(ctx, name, engine.Heard{Word: word})
	return err
}

// hearOfWord asks the hub what it knows, if it may have taken a word whose answer was lost.
// Of one key the later word counts alone: whatever this station says next must say that too.
func (p *base) hearOfWord(ctx context.Context, name collection.Name) error {
	return p.inTurn(ctx, name, func() error {
		s, err := p.core.Load(ctx, name)
		if err != nil || len(s.OnItsWay) == 0 {
			return nil // an error is that of whoever needs the state
		}
		if err := p.refreshFrom(ctx, name, library{Library: p.cfg.Hub}); err != nil && !isUnknown(err) {
			return err
		}
		return p.wordAnswered(ctx, name, s.OnItsWay)
	})
}

// inTurn does what concerns this station's word on a collection.
func (p *base) inTurn(ctx context.Context, name collection.Name, work func() error) error {
	return p.words.Do(ctx, name, func() int64 { return 0 }, p.cfg.Pause, work)
}
