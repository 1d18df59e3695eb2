package station

import (
	"context"
	"io"
	"path"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// RenewFeeds makes all feeds of a store other ones, so that whoever has read of one before reads it
// from its beginning.
func RenewFeeds(ctx context.Context, in transport.Store, random io.Reader) error {
	k := New(Config{Store: in, Random: random})
	var keys []string
	under := string(feedRecord) + "/"
	for r, err := range record.Walk(ctx, k.Store, under, "", 0) {
		if r.Key == "" {
			return err
		}
		if !strings.Contains(r.Key[len(under):], "/") { // else it is the name of a collection
			keys = append(keys, r.Key)
		}
	}
	for _, key := range keys {
		if err := k.renewFeed(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func (k *Core) renewFeed(ctx context.Context, key string) error {
	var of collection.UserID
	if err := of.UnmarshalText([]byte(path.Base(key))); err != nil {
		return transport.At(transport.ErrStorage, key)
	}
	_, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		head, err := k.headOf(ctx, tx, of)
		if err != nil {
			return err
		}
		head.ID = transport.FeedID{}
		return k.storeHead(tx, of, head)
	})
	return err
}
