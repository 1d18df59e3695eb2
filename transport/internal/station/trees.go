package station

import (
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// leavesOf returns the changes that store the leaves of a complete version's tree, so
// that serving a block of it does not mean reading all of it.
func leavesOf(c collection.Collection, version int, all taken) []transport.Change {
	if version < len(c.Ladder())-1 {
		return nil
	}
	return putLeaves(leavesRecord.Key(all.digest), all.leaves)
}

// maxLeaves is how many hashes are in one record.
const maxLeaves = transport.MaxValue / len(digest.Digest{})

// leavesKey is the key of a record of hashes: the first one's, or one below it of those
// that are too many for one.
func leavesKey(key string, page int) string {
	if page == 0 {
		return key
	}
	return key + "/" + strconv.Itoa(page)
}

// putLeaves returns the changes that store hashes.
func putLeaves(key string, leaves []digest.Digest) (changes []transport.Change) {
	for some := range slices.Chunk(leaves, maxLeaves) {
		value := make([]byte, 0, len(some)*len(digest.Digest{}))
		for _, leaf := range some {
			value = append(value, leaf[:]...)
		}
		changes = append(changes, transport.Change{Key: leavesKey(key, len(changes)), Value: value})
	}
	return changes
}

// getLeaves returns the hashes that are stored, and the keys of their records.
func getLeaves(ctx context.Context, from record.Getter, key string) (leaves []digest.Digest, keys []string, err error) {
	for page := 0; len(leaves) == page*maxLeaves; page++ {
		r, err := record.Get(ctx, from, leavesKey(key, page))
		if err != nil || r.Version == 0 {
			return leaves, keys, err
		}
		keys = append(keys, r.Key)
		leaves = slices.Grow(leaves, len(r.Value)/len(digest.Digest{}))
		for hash := range slices.Chunk(r.Value, len(digest.Digest{})) {
			if len(hash) < len(digest.Digest{}) {
				return leaves, keys, transport.At(transport.ErrStorage, r.Key)
			}
			leaves = append(leaves, digest.Digest(hash))
		}
	}
	return leaves, keys, nil
}

// maxKept is how large versions are, at most, of which the latest tree is kept: it takes
// 8 MiB.
const maxKept = 2 << 30

// Tree returns the tree of a version that is stored here. The latest one is kept: large
// versions are often asked for more than once, after an answer has broken off, and block by
// block.
func (k *Versions) Tree(ctx context.Context, d collection.Digest, b transport.Blob) (*digest.Tree, error) {
	if t := k.latest.Load(); t != nil && t.Root() == d && t.Size() == b.Size() {
		return t, nil
	}
	t, err := k.makeTree(ctx, d, b)
	if err == nil && b.Size() <= maxKept {
		k.latest.Store(t)
	}
	return t, err
}

func (k *Versions) makeTree(ctx context.Context, d collection.Digest, b transport.Blob) (*digest.Tree, error) {
	leaves, keys, err := getLeaves(ctx, k.Store, leavesRecord.Key(d))
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return digest.ReadTree(io.NewSectionReader(b, 0, b.Size()))
	}
	tree, err := digest.NewTree(b.Size(), leaves)
	if err != nil || tree.Root() != d {
		err = transport.At(transport.ErrStorage, "damaged leaves, or another length")
	}
	return tree, err
}
