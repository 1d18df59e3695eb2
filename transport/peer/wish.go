package peer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/event"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Wish asks for a version that may not be there yet. It is fetched as soon as
// it may be: now, or when Receive hears, or RetryWishes finds, that its label is gone. A wish outlasts
// the process; it ends with the version, or with label.ErrWithdrawn, either of
// which Config.Events is told. While nobody who has the version can be reached,
// it stays. Errors are those of the store and of View.
func (p *Reader) Wish(ctx context.Context, ref transport.Ref) error {
	return p.drain.Do(func() error {
		v, err := p.View(ctx, ref.Collection)
		if err != nil {
			return err
		}
		if _, ok := v.Collection().Index(ref.Item); !ok || ref.Version < 0 || ref.Version >= len(v.Collection().Ladder()) {
			return &collection.ItemError{Item: ref.Item, Err: collection.ErrNoItem}
		}
		if err := record.Put(ctx, p.cfg.Store, transport.Change{Key: wishKey(ref), Value: []byte{}}); err != nil {
			return err
		}
		_, err = p.tryWish(ctx, ref)
		return err
	})
}

// Wishes lists what is wished for and has not come. A wish whose record is damaged is left
// out, and logged.
func (p *Reader) Wishes(ctx context.Context) ([]transport.Ref, error) {
	return p.wishes(ctx, wishRecord.Under(), always)
}

// RetryWishes tries the wishes again for which nobody could be reached, and asks for
// what is new of the collections in which wishes wait for a label: of a user's
// stations only one hears that it is gone. Each has a pause that grows: see
// Config.Retry. The program calls RetryWishes now and then. Errors are those of Refresh,
// after all wishes were tried; the wishes stay.
func (p *Reader) RetryWishes(ctx context.Context) error {
	return p.drain.Do(func() error {
		labelled, err := p.tryWishes(ctx, wishRecord.Under(), p.isDue)
		failed := []error{err}
		for _, name := range labelled {
			failed = append(failed, p.lookAgain(ctx, name))
		}
		return errors.Join(failed...)
	})
}

// lookAgain asks for what is new of a collection, if the pause after the last
// time is over, and fetches what may be fetched then.
func (p *Reader) lookAgain(ctx context.Context, name collection.Name) error {
	key := lookRecord.Key(name)
	last, err := record.Get(ctx, p.cfg.Store, key)
	if err != nil {
		return err
	}
	if due, err := p.isDue(last.Value); err != nil || !due {
		return err
	}
	value, err := p.again(last.Value)
	if err != nil {
		return err
	}
	if err := record.Put(ctx, p.cfg.Store, transport.Change{Key: key, Value: value}); err != nil {
		return err
	}
	if err := p.refresh(ctx, name); err != nil {
		if elsewhere(err) {
			return nil
		}
		return fmt.Errorf("collection %v: %w", name, err)
	}
	_, err = p.tryWishes(ctx, wishRecord.Under(name), p.isDue)
	return err
}

// always has wishes tried whatever their pause: there are news.
func always([]byte) (bool, error) { return true, nil }

// tryWishes tries wishes, and returns the collections in which some wait for a
// label.
func (p *Reader) tryWishes(ctx context.Context, prefix string, due func(value []byte) (bool, error)) (labelled []collection.Name, err error) {
	wishes, err := p.wishes(ctx, prefix, due)
	failed := []error{err}
	for _, ref := range wishes {
		waits, err := p.tryWish(ctx, ref)
		if waits && !slices.Contains(labelled, ref.Collection) {
			labelled = append(labelled, ref.Collection)
		}
		failed = append(failed, err)
	}
	return labelled, errors.Join(failed...)
}

// tryWish fetches what is wished for if it may be fetched now. That it may not,
// or that nobody can be reached, is no error: the wish stays. It reports whether
// it waits for a label.
func (p *Reader) tryWish(ctx context.Context, ref transport.Ref) (labelled bool, err error) {
	err = p.fetch(ctx, ref)
	switch {
	case errors.Is(err, label.ErrWithdrawn):
	case errors.Is(err, transport.ErrUnreachable), errors.Is(err, transport.ErrNotFound), errors.Is(err, transport.ErrPending):
		return false, p.pause(ctx, ref)
	case errors.Is(err, label.ErrRefused):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("wish for %v: %w", ref.Item, err)
	}
	if err == nil {
		p.tellOf(event.WishFulfilled, ref, nil)
	} else {
		p.tellOf(event.WishEnded, ref, err)
	}
	return false, record.Put(ctx, p.cfg.Store, transport.Change{Key: wishKey(ref)}, transport.Change{Key: lookRecord.Key(ref.Collection)})
}

func (p *Reader) wishes(ctx context.Context, prefix string, wanted func(value []byte) (bool, error)) ([]transport.Ref, error) {
	var all []transport.Ref
	var failed []error
	for r, err := range record.Walk(ctx, p.cfg.Store, prefix, "", 0) {
		if err != nil {
			failed = append(failed, p.aside(err, r.Key))
			continue
		}
		ref, keyErr := parseWish(r.Key)
		want, valueErr := wanted(r.Value)
		if errors.Join(keyErr, valueErr) != nil {
			failed = append(failed, p.aside(transport.At(transport.ErrStorage, r.Key), r.Key))
		} else if want {
			all = append(all, ref)
		}
	}
	return all, errors.Join(failed...)
}

func parseWish(key string) (ref transport.Ref, err error) {
	parts := strings.Split(key, "/")
	if len(parts) != 5 {
		return ref, transport.ErrMalformed
	}
	ref.Version, err = strconv.Atoi(parts[4])
	return ref, errors.Join(err,
		ref.Collection.Author.UnmarshalText([]byte(parts[1])),
		ref.Collection.ID.UnmarshalText([]byte(parts[2])),
		ref.Item.UnmarshalText([]byte(parts[3])))
}
