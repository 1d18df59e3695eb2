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
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/station"
)

// probes is of how many items, chosen at random, an announcement is checked.
const probes = 4

// Announce implements transport.Announcer.
func (s session) Announce(ctx context.Context, a transport.Announcement) (transport.Answer, error) {
	return s.answer(ctx, "announce", func() (station.Result, error) {
		if _, err := s.core.Read(ctx, s.user, a.Name()); err != nil {
			return station.Result{}, err // nothing is worked out for others
		}
		told, err := s.resolve(ctx, a.Name()) // first, so that they are told what the others are
		if err != nil {
			return station.Result{Notified: told}, err
		}
		r, err := s.announce(ctx, a)
		r.Notified = append(r.Notified, told...)
		return r, err
	})
}

func (s session) announce(ctx context.Context, a transport.Announcement) (station.Result, error) {
	state, err := s.core.Read(ctx, s.user, a.Name())
	if err != nil {
		return station.Result{}, err
	}
	source := transport.Source{User: s.user, URL: a.URL, Items: a.Items}
	// A dry step says what is wrong with the announcement before anything of it
	// is fetched.
	if _, _, err := s.core.Rules.Step(state, engine.Announced{Source: source}); err != nil {
		return station.Result{}, err
	}
	if err := s.probe(ctx, state.Collection, source); err != nil {
		return station.Result{}, err
	}
	r, err := s.core.Do(ctx, a.Name(), func(engine.State) (engine.Event, error) {
		return engine.Announced{Source: source}, nil
	})
	if err != nil {
		return r, err
	}
	for _, spread := range r.Spread {
		told, err := s.core.SpreadTo(ctx, r.State, spread)
		r.Notified = append(r.Notified, told...)
		if err != nil {
			return r, err
		}
	}
	if r, err = s.core.Gather(ctx, r, s.cfg.Dial); err != nil {
		return r, err
	}
	answer := r.State.Answer()
	answer.Updates, err = station.Updates(r.State.Collection)
	r.Answer = &answer
	return r, err
}

// probe fetches one random block of some random items from a source and checks
// them against the author's digests.
func (s session) probe(ctx context.Context, c collection.Collection, source transport.Source) error {
	items := slices.Collect(source.Items.Places())
	from := s.cfg.Dial(source)
	for range min(probes, len(items)) {
		i, err := s.random(int64(len(items)))
		if err != nil {
			return err
		}
		if err := s.probeItem(ctx, c, items[i], from); err != nil {
			id, _ := c.At(items[i])
			return fmt.Errorf("item %v at %s: %w", id, source.URL, err)
		}
		items = slices.Delete(items, int(i), int(i)+1)
	}
	return nil
}

func (s session) probeItem(ctx context.Context, c collection.Collection, item int, from transport.Originals) error {
	root, err := station.Digest(c, item, len(c.Ladder())-1)
	if err != nil {
		return err
	}
	id, _ := c.At(item)
	ref := transport.Ref{Collection: c.Name(), Item: id, Version: len(c.Ladder()) - 1}
	size, err := s.block(ctx, root, ref, 0, -1, from)
	if err != nil || size <= digest.BlockSize {
		return err
	}
	block, err := s.random((size-1)/digest.BlockSize + 1)
	if err == nil && block > 0 {
		_, err = s.block(ctx, root, ref, block*digest.BlockSize, size, from)
	}
	return err
}

// block fetches and checks the block at an offset and returns the size that the
// peer claims for the whole, which must be as before where that is known. Bytes
// that are not the author's are an ErrDigest.
func (s session) block(ctx context.Context, root collection.Digest, ref transport.Ref, offset, known int64, from transport.Originals) (int64, error) {
	stream, err := from.Original(ctx, ref, offset, 1)
	if err != nil {
		return 0, err
	}
	defer stream.Close()
	size := stream.Size
	if known >= 0 && size != known {
		return 0, transport.At(transport.ErrDigest, "the size has changed")
	}
	n := min(1, size)
	r, err := digest.NewReader(stream, root, size, offset, n)
	if err != nil {
		return 0, transport.Wrap(err)
	}
	_, err = io.Copy(io.Discard, r)
	if err != nil && (!errors.Is(err, digest.ErrInvalid) || errors.Is(err, digest.ErrTruncated)) {
		err = fmt.Errorf("%w: %w", transport.ErrUnreachable, err)
	}
	return size, transport.Wrap(err)
}

// random returns a number from 0 to n-1. A bias of 2^-32 does no harm here.
func (s session) random(n int64) (int64, error) {
	var b [8]byte
	if _, err := io.ReadFull(s.cfg.Random, b[:]); err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(b[:]) % uint64(n)), nil
}
