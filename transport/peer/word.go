package peer

import (
	"context"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// word is the author's update for what is served here, sealed; nil for others than the
// author, and where it says nothing new. The peer does not take it before the hub has, and
// notes that it is on its way.
func (p *Author) word(ctx context.Context, s engine.State) ([]byte, error) {
	if p.user != s.Collection.Author() || s.Collection.Authority().IsZero() {
		return nil, nil
	}
	u, some, err := s.Word(p.complete(s))
	if err != nil || !some {
		return nil, err
	}
	if u, err = u.Sign(ctx, p.signer, p.cfg.Now()); err != nil {
		return nil, err
	}
	data, err := u.MarshalBinary()
	if err == nil {
		err = record.Put(ctx, p.cfg.Store, transport.Change{Key: wordRecord.Key(s.Collection.Name()), Value: []byte{}})
	}
	return data, err
}

// heardOfWord notes that the hub has answered to a word.
func (p *base) heardOfWord(ctx context.Context, name collection.Name) error {
	return record.Put(ctx, p.cfg.Store, transport.Change{Key: wordRecord.Key(name)})
}

// hearOfWord asks the hub what it knows, if it may have taken a word whose answer was lost.
// Of one key the later word counts alone: whatever this station says next must say that too.
func (p *base) hearOfWord(ctx context.Context, name collection.Name) error {
	sent, err := record.Get(ctx, p.cfg.Store, wordRecord.Key(name))
	if err != nil || sent.Version == 0 {
		return err
	}
	if err := p.refreshFrom(ctx, name, library{p.cfg.Hub, false}); err != nil && !isUnknown(err) {
		return err
	}
	return p.heardOfWord(ctx, name)
}
