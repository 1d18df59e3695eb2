package station

import (
	"context"
	"errors"
	"io"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// keepLeaves stores the leaves of a complete version's tree, so that serving a
// block of it does not mean reading all of it.
func (k *Versions) keepLeaves(ctx context.Context, c collection.Collection, version int, tree *digest.Tree) error {
	if version < len(c.Ladder())-1 {
		return nil
	}
	leaves := tree.Leaves()
	value := make([]byte, 0, 32*len(leaves))
	for _, leaf := range leaves {
		value = append(value, leaf[:]...)
	}
	return k.Store.Apply(ctx, transport.Change{Key: leavesRecord.Key(tree.Root()), Value: value})
}

// Tree returns the tree of a version that is stored here.
func (k *Versions) Tree(ctx context.Context, d collection.Digest, b transport.Blob) (*digest.Tree, error) {
	value, err := k.Store.Get(ctx, leavesRecord.Key(d))
	if errors.Is(err, transport.ErrNotFound) {
		return digest.ReadTree(io.NewSectionReader(b, 0, b.Size()))
	}
	if err != nil {
		return nil, err
	}
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
