package peer

import (
	"context"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// sample refuses the authority what it may not read: a block that is not one of the
// transport.Samples of a version that it has asked for first. Which these are outlasts
// the process. It is the digest that counts: a version may be in many collections.
func (h home) sample(ctx context.Context, author collection.UserID, tree *digest.Tree, offset, n int64) error {
	if n == 0 || tree.Size() == 0 {
		return nil
	}
	block := offset / digest.BlockSize
	if offset < 0 || (offset+n-1)/digest.BlockSize != block {
		return transport.At(transport.ErrForbidden, "an authority reads one block at a time")
	}
	_, err := record.Update(ctx, h.cfg.Store, func(tx *record.Tx) error {
		key := sampleRecord.Key(author, tree.Root())
		read, _, err := record.Load[[]int64](ctx, tx, key)
		switch {
		case err != nil || slices.Contains(read, block):
			return err
		case len(read) >= transport.Samples(tree.Size()):
			return transport.At(transport.ErrForbidden, "the authority has had its samples")
		}
		return tx.Encode(key, append(read, block))
	})
	return err
}
