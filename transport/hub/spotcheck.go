package hub

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/hub/internal/records"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// maxSample is of how many items a source is checked at once.
const maxSample = 4

// spotCheck finds out whether a source serves what it has announced, by a few blocks of a
// few items, which are checked against the author's digests. Nobody else can tell which
// items and blocks these are, but the blocks of a version are for ever the same: that is
// all that the hub gets to see of it.
type spotCheck struct {
	random io.Reader
	secret []byte
}

// spotCheck returns the hub's. Its secret is stored twice: if it were lost, peers would not
// show the hub other blocks.
func (h *Hub) spotCheck(ctx context.Context) (spotCheck, error) {
	k := spotCheck{random: h.cfg.Random}
	keys := []string{records.Sampling.Key(), records.SamplingToo.Key()}
	_, err := record.Update(ctx, h.cfg.Store, func(tx *record.Tx) error {
		k.secret = nil
		var lost []string
		for _, key := range keys {
			stored, err := record.Get(ctx, tx, key)
			switch {
			case err != nil && !record.Damaged(err, key):
				return err
			case err == nil && len(stored.Value) == sha256.Size:
				k.secret = stored.Value
			default:
				lost = append(lost, key)
			}
		}
		return k.restore(tx, lost)
	})
	return k, err
}

// restore stores the secret where it is lost, and makes one if it is lost everywhere.
func (k *spotCheck) restore(tx *record.Tx, lost []string) error {
	if k.secret == nil {
		k.secret = make([]byte, sha256.Size)
		if _, err := io.ReadFull(k.random, k.secret); err != nil {
			return err
		}
	}
	for _, key := range lost {
		tx.Set(key, k.secret)
	}
	return nil
}

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

// item asks for the size of an item's complete version and then, unless it is too small
// for that, for one of the blocks of the sample: who could choose the size afterwards
// would choose which block is asked for.
func (k spotCheck) item(ctx context.Context, c collection.Collection, item int, from transport.Originals) error {
	last := len(c.Ladder()) - 1
	root, err := station.Digest(c, item, last)
	if err != nil {
		return err
	}
	id, _ := c.At(item)
	ref := transport.Ref{Collection: c.Name(), Item: id, Version: last}
	size, err := sizeOf(ctx, root, ref, from)
	if err != nil {
		return err
	}
	samples := transport.Samples(size)
	if samples == 0 {
		return nil
	}
	nth, err := k.below(int64(samples))
	if err != nil {
		return err
	}
	return checkBlock(ctx, root, ref, k.block(root, size, int(nth)), size, from)
}

// sizeOf returns the size of a version, for which its source sends no byte of it.
func sizeOf(ctx context.Context, root collection.Digest, ref transport.Ref, from transport.Originals) (int64, error) {
	stream, err := from.Original(ctx, ref, 0, 0)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	switch _, err := io.ReadFull(stream, make([]byte, 1)); {
	case err == nil:
		return 0, transport.At(transport.ErrDigest, "bytes that were not asked for")
	case !errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	case stream.Size == 0 && root != digest.Sum(nil):
		return 0, transport.At(transport.ErrDigest, "no bytes")
	}
	return stream.Size, nil
}

// block is the nth block of the sample of a version of size bytes: each is from a part of
// the version of its own.
func (k spotCheck) block(root collection.Digest, size int64, nth int) int64 {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write(root[:])
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(size)))
	mac.Write([]byte{byte(nth)})
	blocks := (size + digest.BlockSize - 1) / digest.BlockSize
	part := blocks / int64(transport.Samples(size))
	return int64(nth)*part + int64(binary.BigEndian.Uint64(mac.Sum(nil))%uint64(part))
}

// checkBlock fetches and checks a block of a version that is size bytes, as its source has
// said before. Bytes that are not the author's are an ErrDigest.
func checkBlock(ctx context.Context, root collection.Digest, ref transport.Ref, block, size int64, from transport.Originals) error {
	stream, err := from.Original(ctx, ref, block*digest.BlockSize, 1)
	if err != nil {
		return err
	}
	defer stream.Close()
	if stream.Size != size {
		return transport.At(transport.ErrDigest, "the size has changed")
	}
	r, err := digest.NewReader(stream, root, size, block*digest.BlockSize, 1)
	if err != nil {
		return transport.Wrap(err)
	}
	_, err = io.Copy(io.Discard, r)
	if err != nil && (!errors.Is(err, digest.ErrInvalid) || errors.Is(err, digest.ErrTruncated)) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return transport.Wrap(err)
}

// below returns a random number from 0 to n-1. A bias of 2^-32 does no harm here.
func (k spotCheck) below(n int64) (int64, error) {
	var b [8]byte
	if _, err := io.ReadFull(k.random, b[:]); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) % uint64(n)), nil
}
