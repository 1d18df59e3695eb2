package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Of a version that comes with its proof, every block is known to be good when it is
// stored. So the hashes of the blocks of a part are kept beside it, and whoever goes on
// with it reads nothing again. They are stored when the part is durable, and removed
// before anybody adds to it: where they are there, they are of what is there, whatever
// crashes in between. Only a crash while a version comes costs reading its part once.

// proven is a version that comes with its proof, from a block on, such as digest.Reader.
type proven interface {
	WriteTree(w io.Writer, before []digest.Digest) (*digest.Tree, error)
}

// takeProven appends what follows what is stored, and returns the tree of the whole. Where
// the proof does not fit what is stored, the source lies if that was proved when it came;
// else it was not the version's beginning, and is removed.
func (s *sharer) takeProven(p proven) (*digest.Tree, error) {
	before, proved, err := s.leavesBefore()
	if err != nil {
		return nil, err
	}
	tree, err := p.WriteTree(s, before)
	switch {
	case err == nil:
		return tree, nil
	case errors.Is(err, digest.ErrKept) && proved:
		return nil, fmt.Errorf("%w: %w", transport.ErrDigest, err)
	case errors.Is(err, digest.ErrKept):
		return nil, errors.Join(errAnew, s.discard())
	case tree != nil:
		s.keepLeaves(tree.Leaves())
	}
	return nil, err
}

// leavesBefore returns the hashes of the blocks before a sharer's stream, and whether all of
// them were proved when they came. The others are read.
func (s *sharer) leavesBefore() (leaves []digest.Digest, proved bool, err error) {
	s.mu.Lock()
	leaves = slices.Clone(s.leaves[:min(len(s.leaves), int(s.at/digest.BlockSize))])
	s.mu.Unlock()
	from := int64(len(leaves)) * digest.BlockSize
	if from == s.at {
		return leaves, true, nil
	}
	read, err := digest.ReadTree(io.NewSectionReader(s, from, s.at-from))
	if err != nil {
		return nil, false, err
	}
	return append(leaves, read.Leaves()...), false, nil
}

// keepLeaves keeps the hashes of the first blocks, whose proof this sharer has seen.
func (s *sharer) keepLeaves(leaves []digest.Digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil && !s.differs && len(leaves) > len(s.leaves) {
		s.leaves = leaves
	}
}

func provedKey(key string) string {
	return provedRecord.Under() + strings.TrimPrefix(key, versionRecord.Under())
}

// takeLeaves takes the hashes that are stored of a part of size bytes, which is to be added
// to: they are not stored any more when it returns. Those that are damaged are none.
func takeLeaves(ctx context.Context, store transport.Records, key string, size int64) ([]digest.Digest, error) {
	leaves, keys, err := getLeaves(ctx, store, provedKey(key))
	if at, ok := errors.AsType[*transport.PlaceError](err); ok && record.Damaged(err, at.Place) {
		leaves, keys, err = nil, nil, nil
		for page := range int(size/digest.BlockSize)/maxLeaves + 1 {
			keys = append(keys, leavesKey(provedKey(key), page))
		}
	}
	leaves = leaves[:min(len(leaves), int(size/digest.BlockSize))]
	var changes []transport.Change
	for _, stored := range keys {
		changes = append(changes, transport.Change{Key: stored})
	}
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	return leaves, record.Put(ctx, store, changes...)
}

// Unproven removes what is there of a version that is not there whole, and reports whether
// it has, unless all of its whole blocks were proved when they came: then who has less of
// the version is wrong.
func (k *Versions) Unproven(ctx context.Context, c collection.Collection, item, version int) (removed bool, err error) {
	d, err := Digest(c, item, version)
	if err != nil {
		return false, err
	}
	s, err := k.join(ctx, versionRecord.Key(c.Author(), d))
	if err != nil {
		return false, transport.At(err, place(c, item, version))
	}
	s.mu.Lock()
	proved := s.end != nil || int64(len(s.leaves)) == s.to.Size()/digest.BlockSize
	s.mu.Unlock()
	if !proved {
		err = s.discard()
	}
	return !proved && err == nil, errors.Join(err, s.leave())
}
