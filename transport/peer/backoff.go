package peer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// longestPause is the most that is waited between two tries.
const longestPause = 24 * time.Hour

// refused makes the answer that a user interface shows of a fetch that the label allows
// and that later may do: nobody could be reached, or the version has still to come.
// Other errors stay.
func (v *View) refused(ref transport.Ref, i int, err error) error {
	reason := label.ErrUnreachable
	switch err = transport.Wrap(err); {
	case errors.Is(err, transport.ErrPending):
		reason = label.ErrPending
	case !errors.Is(err, transport.ErrUnreachable):
		return err
	}
	_, rank := v.Collection().At(i)
	return &collection.ItemError{Item: ref.Item, Err: fmt.Errorf("%w: %w", &label.Refusal{
		Right: label.Fetch, Rank: rank, Version: ref.Version,
		Name: v.Collection().Ladder()[ref.Version].Name, Reason: reason,
	}, err)}
}

// tries says how often something was tried in vain, and when it is tried next, in
// seconds since 1970. It is the value of a wish; one that was not tried has none.
type tries struct {
	_    struct{} `cbor:",toarray"`
	N    uint
	Next int64
}

func readTries(value []byte) (tries, error) {
	if len(value) == 0 {
		return tries{}, nil
	}
	return transport.Decode[tries](value)
}

// again counts one more try in vain. The next pause is twice as long.
func (t tries) again(first time.Duration, now time.Time) tries {
	return tries{N: t.N + 1, Next: now.Add(pauseAfter(first, t.N)).Unix()}
}

// isDue reports whether the pause after the last try is over.
func (p *base) isDue(value []byte) (bool, error) {
	t, err := readTries(value)
	return t.Next <= p.cfg.Now().Unix(), err
}

// again returns the value of a record after one more try in vain.
func (p *base) again(value []byte) ([]byte, error) {
	t, err := readTries(value)
	if err != nil {
		return nil, err
	}
	return transport.Encode(t.again(p.cfg.Retry, p.cfg.Now()))
}

// pause notes that a wish was tried in vain.
func (p *base) pause(ctx context.Context, ref transport.Ref) error {
	key := wishKey(ref)
	known, err := record.Need(ctx, p.cfg.Store, key)
	if errors.Is(err, transport.ErrNotFound) {
		return nil // it has ended meanwhile
	}
	if err != nil {
		return err
	}
	next, err := p.again(known.Value)
	if err != nil {
		return err
	}
	err = record.Replace(ctx, p.cfg.Store, known, next)
	if errors.Is(err, transport.ErrConflict) {
		return nil // somebody else has just tried
	}
	return err
}

// pauseAfter is the pause after n tries in vain and one more.
func pauseAfter(first time.Duration, n uint) time.Duration {
	pause := min(first, longestPause)
	for ; n > 0 && pause < longestPause; n-- {
		pause = min(2*pause, longestPause)
	}
	return pause
}
