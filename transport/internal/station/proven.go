package station

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/bits"
	"slices"
	"strings"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// Of a version that comes with its proof, every block is known to be good when it is
// stored. So the hashes of the blocks of a part are kept beside it, and those of the subtrees
// over them, and whoever goes on with it neither reads nor hashes anything again. They are
// stored when the part is durable, and removed before anybody adds to it: where they are
// there, they are of what is there, whatever crashes in between. Only a crash while a
// version comes costs reading its part once.

// proven is a version that comes with its proof, from a block on, such as digest.Reader.
type proven interface {
	WriteRest(w io.Writer, before digest.Beginning) (digest.Beginning, error)
}

// takeProven appends what follows what is stored, and returns the hashes of all of it. Where
// the proof does not fit what is stored, the source lies if that was proved when it came;
// else it was not the version's beginning, and is removed.
func (s *sharer) takeProven(p proven, d digest.Digest) (taken, error) {
	before, proved, err := s.before()
	if err != nil {
		return taken{}, err
	}
	all, err := p.WriteRest(s, before)
	switch {
	case err == nil:
		return taken{d, s.at, all.Leaves}, nil
	case errors.Is(err, digest.ErrKept) && proved:
		return taken{}, fmt.Errorf("%w: %w", transport.ErrDigest, err)
	case errors.Is(err, digest.ErrKept):
		return taken{}, errors.Join(errAnew, s.discard())
	}
	s.keep(all)
	return taken{}, err
}

// before returns the blocks before a sharer's stream, and whether all of them were proved
// when they came. The others are read.
func (s *sharer) before() (b digest.Beginning, proved bool, err error) {
	s.mu.Lock()
	b = s.proved
	s.mu.Unlock()
	if n := int(s.at / digest.BlockSize); len(b.Leaves) >= n {
		return cutTo(b, n), s.at%digest.BlockSize == 0, nil
	}
	from := int64(len(b.Leaves)) * digest.BlockSize
	read, err := digest.ReadTree(io.NewSectionReader(s, from, s.at-from))
	if err != nil {
		return b, false, err
	}
	return digest.NewBeginning(slices.Concat(b.Leaves, read.Leaves())), false, nil
}

// cutTo returns the first blocks of b, of which there are n at least. Nobody who appends to
// them changes those of b.
func cutTo(b digest.Beginning, n int) digest.Beginning {
	if n == len(b.Leaves) {
		b.Leaves = slices.Clip(b.Leaves)
		return b
	}
	return digest.NewBeginning(b.Leaves[:n:n])
}

// keep keeps the hashes of the first blocks, whose proof this sharer has seen.
func (s *sharer) keep(b digest.Beginning) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end == nil && !s.differs && len(b.Leaves) > len(s.proved.Leaves) {
		s.proved = b
	}
}

func provedKey(key string) string {
	return provedRecord.Under() + strings.TrimPrefix(key, versionRecord.Under())
}

// putProved returns the changes that store the hashes of a part: how many blocks there are
// and a checksum, in the place of one hash, then the tops and the leaves.
func putProved(key string, b digest.Beginning) []transport.Change {
	hashes := slices.Concat([]digest.Digest{{}}, b.Tops, b.Leaves)
	binary.BigEndian.PutUint64(hashes[0][:], uint64(len(b.Leaves)))
	binary.BigEndian.PutUint32(hashes[0][8:], checksum(hashes[1:]))
	return putLeaves(provedKey(key), hashes)
}

// readProved is the other way round; nothing comes of hashes that are damaged.
func readProved(hashes []digest.Digest) (b digest.Beginning) {
	if len(hashes) == 0 {
		return b
	}
	head, rest := hashes[0], hashes[1:]
	n := binary.BigEndian.Uint64(head[:])
	tops := bits.OnesCount64(n)
	if len(rest) < tops || uint64(len(rest)-tops) != n || binary.BigEndian.Uint32(head[8:]) != checksum(rest) {
		return b
	}
	return digest.Beginning{Tops: rest[:tops], Leaves: rest[tops:]}
}

func checksum(hashes []digest.Digest) (sum uint32) {
	for i := range hashes {
		sum = crc32.Update(sum, castagnoli, hashes[i][:])
	}
	return sum
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// takeProved takes the hashes that are stored of a part of size bytes, which is to be added
// to: they are not stored any more when it returns. Those that are damaged are none.
func takeProved(ctx context.Context, store transport.Records, key string, size int64) (b digest.Beginning, err error) {
	hashes, keys, err := getLeaves(ctx, store, provedKey(key))
	if at, ok := errors.AsType[*transport.PlaceError](err); ok && record.Damaged(err, at.Place) {
		hashes, keys, err = nil, nil, nil
		for page := range int(size/digest.BlockSize+1+maxTops)/maxLeaves + 1 {
			keys = append(keys, leavesKey(provedKey(key), page))
		}
	}
	var changes []transport.Change
	for _, stored := range keys {
		changes = append(changes, transport.Change{Key: stored})
	}
	if err != nil || len(changes) == 0 {
		return b, err
	}
	b = readProved(hashes)
	return cutTo(b, min(len(b.Leaves), int(size/digest.BlockSize))), record.Put(ctx, store, changes...)
}

// maxTops is how many tops there are at most.
const maxTops = 64

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
	proved := s.end != nil || int64(len(s.proved.Leaves)) == s.to.Size()/digest.BlockSize
	s.mu.Unlock()
	if !proved {
		err = s.discard()
	}
	return !proved && err == nil, errors.Join(err, s.leave())
}
