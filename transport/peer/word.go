package peer

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// word is the author's update for what is served here, which goes to the hub with one
// request or more.
type word struct {
	p      *base
	of     collection.Name
	serves transport.Bits   // what it is about
	sent   transport.Record // says that it is on its way
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
		update, err := w.seal(ctx)
		if err != nil {
			return err
		}
		if len(update) > 0 {
			w.sent.Key = wordRecord.Key(w.of)
			w.sent.Version, err = w.p.cfg.Store.Apply(ctx, transport.Batch{Changes: []transport.Change{{Key: w.sent.Key, Value: []byte{}}}})
		}
		if err != nil {
			return err
		}
		return request(update)
	})
}

// seal makes the word and seals it; none for others than the author, and where it says
// nothing new. The peer does not take it before the hub has.
func (w *word) seal(ctx context.Context) ([]byte, error) {
	s, err := w.p.core.Load(ctx, w.of)
	if err != nil || w.p.user != s.Collection.Author() || s.Collection.Authority().IsZero() {
		return nil, err
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
