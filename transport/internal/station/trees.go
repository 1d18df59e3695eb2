package station

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// keep notes that the blob of a version is here, with other changes.
func (k *Versions) keep(ctx context.Context, key string, others []transport.Change, size int64) error {
	return record.Put(ctx, k.Store, append(others, transport.Change{Key: key, Value: blobRecord(size)})...)
}

// leavesOf returns the change that stores the leaves of a complete version's tree, so
// that serving a block of it does not mean reading all of it.
func leavesOf(c collection.Collection, version int, tree *digest.Tree) []transport.Change {
	if tree == nil || version < len(c.Ladder())-1 {
		return nil
	}
	leaves := tree.Leaves()
	value := make([]byte, 0, 32*len(leaves))
	for _, leaf := range leaves {
		value = append(value, leaf[:]...)
	}
	return []transport.Change{{Key: leavesRecord.Key(tree.Root()), Value: value}}
}

// Tree returns the tree of a version that is stored here.
func (k *Versions) Tree(ctx context.Context, d collection.Digest, b transport.Blob) (*digest.Tree, error) {
	stored, err := record.Need(ctx, k.Store, leavesRecord.Key(d))
	if errors.Is(err, transport.ErrNotFound) {
		return digest.ReadTree(io.NewSectionReader(b, 0, b.Size()))
	}
	if err != nil {
		return nil, err
	}
	value := stored.Value
	leaves := make([]digest.Digest, len(value)/32)
	for i := range leaves {
		leaves[i] = digest.Digest(value[32*i:])
	}
	tree, err := digest.NewTree(b.Size(), leaves)
	if err != nil || tree.Root() != d {
		err = transport.At(transport.ErrStorage, "damaged leaves, or another length")
	}
	return tree, err
}
