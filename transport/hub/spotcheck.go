package hub

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxSample is of how many items a source is checked at once.
const maxSample = 4

// spotCheck finds out whether a source serves what it has announced, by a few
// blocks that are chosen at random and checked against the author's digests.
type spotCheck struct{ random io.Reader }

// sample chooses a few items, at random, from first and then from the others.
func (k spotCheck) sample(first, all transport.Bits) ([]int, error) {
	var chosen []int
	for _, from := range []transport.Bits{first, all.Without(first)} {
		items := slices.Collect(from.Places())
		for len(chosen) < maxSample && len(items) > 0 {
			at, err := k.below(int64(len(items)))
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, items[at])
			items = slices.Delete(items, int(at), int(at)+1)
		}
	}
	return chosen, nil
}

// item fetches the first block of an item's complete version, and a random one, which
// is asked for when its source has said of what size that is: who could choose the size
// afterwards would choose which block is asked for.
func (k spotCheck) item(ctx context.Context, c collection.Collection, item int, from transport.Originals) error {
	last := len(c.Ladder()) - 1
	root, err := station.Digest(c, item, last)
	if err != nil {
		return err
	}
	block, err := k.below(1 << 62) // modulo the number of blocks, once that is known
	if err != nil {
		return err
	}
	id, _ := c.At(item)
	ref := transport.Ref{Collection: c.Name(), Item: id, Version: last}
	size, err := checkBlock(ctx, root, ref, 0, -1, from)
	if err != nil || size <= digest.BlockSize {
		return err
	}
	if block %= (size-1)/digest.BlockSize + 1; block > 0 {
		_, err = checkBlock(ctx, root, ref, block*digest.BlockSize, size, from)
	}
	return err
}

// checkBlock fetches and checks the block at an offset and returns the size that
// the source claims for the whole, which must be as before where that is known.
// Bytes that are not the author's are an ErrDigest.
func checkBlock(ctx context.Context, root collection.Digest, ref transport.Ref, offset, known int64, from transport.Originals) (int64, error) {
	stream, err := from.Original(ctx, ref, offset, 1)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	size := stream.Size
	if known >= 0 && size != known {
		return 0, transport.At(transport.ErrDigest, "the size has changed")
	}
	r, err := digest.NewReader(stream, root, size, offset, min(1, size))
	if err != nil {
		return 0, transport.Wrap(err)
	}
	_, err = io.Copy(io.Discard, r)
	if err != nil && (!errors.Is(err, digest.ErrInvalid) || errors.Is(err, digest.ErrTruncated)) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return size, transport.Wrap(err)
}

// below returns a random number from 0 to n-1. A bias of 2^-32 does no harm here.
func (k spotCheck) below(n int64) (int64, error) {
	var b [8]byte
	if _, err := io.ReadFull(k.random, b[:]); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) % uint64(n)), nil
}
