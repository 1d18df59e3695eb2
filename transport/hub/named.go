package hub

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// unknown returns those of some addresses that a collection has not named before, each once.
func (m mailing) unknown(addresses []string) (unknown []string) {
	for _, normal := range addresses {
		if _, known := m.find(normal); !known && !slices.Contains(unknown, normal) {
			unknown = append(unknown, normal)
		}
	}
	return unknown
}

// fetchAddresses reads whose some addresses are, all in one look.
func fetchAddresses(ctx context.Context, in *record.Tx, addresses []string) error {
	keys := make([]string, len(addresses))
	for i, normal := range addresses {
		keys[i] = records.Address.Key(records.HashOf(normal))
	}
	return in.Fetch(ctx, keys...)
}

// mayName counts the addresses that a collection has not named before, and refuses them
// where they are more than its author may name.
func (a *addresses) mayName(ctx context.Context, tx *record.Tx, author collection.UserID, m mailing, to []string) error {
	unknown := m.unknown(to)
	if len(unknown) == 0 {
		return nil
	}
	if err := fetchAddresses(ctx, tx, unknown); err != nil {
		return err
	}
	var hashes []records.Hash
	for _, normal := range unknown {
		hashes = append(hashes, records.HashOf(normal))
	}
	return a.quotas.names(ctx, tx, author, hashes)
}

// mayMake counts the temporary accounts that a collection would have the hub make, before
// it makes them.
func (a *addresses) mayMake(ctx context.Context, name collection.Name, to []string) error {
	if a.cfg.Unknown != Temporary {
		return nil
	}
	m, err := loadMailing(ctx, a.cfg.Store, name)
	if err != nil {
		return err
	}
	n := int64(0)
	unknown, in := m.unknown(to), record.Reading(a.cfg.Store)
	if err := fetchAddresses(ctx, in, unknown); err != nil {
		return err
	}
	for _, normal := range unknown {
		_, err := a.users.byAddress(ctx, in, normal)
		switch {
		case errors.Is(err, transport.ErrNotFound):
			n++
		case err != nil:
			return err
		}
	}
	if n == 0 {
		return nil
	}
	_, err = record.Update(ctx, a.cfg.Store, func(tx *record.Tx) error { return a.quotas.makes(ctx, tx, name.Author, n) })
	return err
}
