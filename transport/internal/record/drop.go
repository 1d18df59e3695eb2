package record

import (
	"context"

	"github.com/glimpse-go/glimpse/transport"
)

// maxDropped is how many records are removed at once.
const maxDropped = 256

// Keys lists keys that begin with a prefix, also of records that are damaged, at most limit.
func Keys(ctx context.Context, from transport.Records, prefix string, limit int) (keys []string, err error) {
	for r, err := range Walk(ctx, from, prefix, "", limit) {
		if r.Key == "" {
			return keys, err
		}
		if keys = append(keys, r.Key); len(keys) == limit {
			break // what is damaged does not count in a walk
		}
	}
	return keys, nil
}

// Remove removes records, whatever they hold.
func Remove(ctx context.Context, in transport.Records, keys ...string) error {
	changes := make([]transport.Change, len(keys))
	for i, key := range keys {
		changes[i].Key = key
	}
	return Put(ctx, in, changes...)
}

// Drop removes all records whose keys begin with a prefix, some at a time.
func Drop(ctx context.Context, in transport.Records, prefix string) error {
	for {
		keys, err := Keys(ctx, in, prefix, maxDropped)
		if err != nil || len(keys) == 0 {
			return err
		}
		if err := Remove(ctx, in, keys...); err != nil {
			return err
		}
	}
}
