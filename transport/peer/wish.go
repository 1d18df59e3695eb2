package peer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// Wish asks for a version that may not be there yet. It is fetched as soon as
// it may be: now, or when Receive hears that its label is gone. A wish outlasts
// the process; it ends with the version, or with label.ErrWithdrawn, either of
// which Config.Wished is told. While nobody who has the version can be reached,
// it stays. Errors are those of the store and of View.
func (p *Peer) Wish(ctx context.Context, ref transport.Ref) error {
	leave, err := p.enter()
	if err != nil {
		return err
	}
	defer leave()
	v, err := p.View(ctx, ref.Collection)
	if err != nil {
		return err
	}
	if _, ok := v.Collection().Index(ref.Item); !ok || ref.Version < 0 || ref.Version >= len(v.Collection().Ladder()) {
		return &collection.ItemError{Item: ref.Item, Err: collection.ErrNoItem}
	}
	if err := p.cfg.Store.Apply(ctx, transport.Change{Key: wishKey(ref), Value: []byte{}}); err != nil {
		return err
	}
	return p.grant(ctx, ref)
}

// Wishes lists what is wished for and has not come.
func (p *Peer) Wishes(ctx context.Context) ([]transport.Ref, error) {
	return p.wishes(ctx, "w/", always)
}

// Grant tries the wishes again for which nobody could be reached, those whose
// pause is over: see Config.Retry. The program calls it now and then.
func (p *Peer) Grant(ctx context.Context) error {
	leave, err := p.enter()
	if err != nil {
		return err
	}
	defer leave()
	return p.grantAll(ctx, "w/", p.isDue)
}

// always has wishes tried whatever their pause: there are news.
func always([]byte) (bool, error) { return true, nil }

func (p *Peer) grantAll(ctx context.Context, prefix string, due func(value []byte) (bool, error)) error {
	wishes, err := p.wishes(ctx, prefix, due)
	failed := []error{err}
	for _, ref := range wishes {
		failed = append(failed, p.grant(ctx, ref))
	}
	return errors.Join(failed...)
}

// grant fetches what is wished for if it may be fetched now. That it may not,
// or that nobody can be reached, is no error: the wish stays.
func (p *Peer) grant(ctx context.Context, ref transport.Ref) error {
	err := p.fetch(ctx, ref)
	switch {
	case errors.Is(err, label.ErrWithdrawn):
	case errors.Is(err, transport.ErrUnreachable), errors.Is(err, transport.ErrNotFound):
		return p.pause(ctx, ref)
	case errors.Is(err, label.ErrRefused):
		return nil
	case err != nil:
		return fmt.Errorf("wish for %v: %w", ref.Item, err)
	}
	if p.cfg.Wished != nil {
		p.cfg.Wished(ref, err)
	}
	return p.cfg.Store.Apply(ctx, transport.Change{Key: wishKey(ref)})
}

func wishKey(ref transport.Ref) string {
	return fmt.Sprintf("w/%v/%v/%d", ref.Collection, ref.Item, ref.Version)
}

func (p *Peer) wishes(ctx context.Context, prefix string, wanted func(value []byte) (bool, error)) ([]transport.Ref, error) {
	var all []transport.Ref
	for r, err := range p.cfg.Store.Scan(ctx, prefix) {
		if err != nil {
			return all, err
		}
		ref, keyErr := parseWish(r.Key)
		want, valueErr := wanted(r.Value)
		if errors.Join(keyErr, valueErr) != nil {
			return all, transport.At(transport.ErrStorage, r.Key)
		}
		if want {
			all = append(all, ref)
		}
	}
	return all, nil
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
