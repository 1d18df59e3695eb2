package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

const (
	streams  = 8  // answers that are read at once, of all sources together
	sourced  = 16 // sources that are asked at once, at most
	noteWith = 32 // originals that are noted in one step, or fewer if they are
	noteSize = 32 << 20
)

// bulk fetches many originals of one collection: each stream asks a source for its share of
// them in one request. A stream that is done takes over half of what another one has still
// to come, so that all end together however fast their sources are. What a source does not
// bring goes to the others; what nobody brings is left.
type bulk struct {
	*Reader
	v       *View
	version int
	sources []*bulkSource

	mu      sync.Mutex
	changed *sync.Cond
	left    []int          // nobody brings them now; ascending
	share   int            // how many a stream asks for at once
	coming  [][]int        // by stream: what it has asked for and has not begun
	busy    int            // streams that have asked
	claims  map[int]func() // ends them
	came    came           // not noted yet
	err     error          // which ends all
}

// bulkSource is a source of a bulk.
type bulkSource struct {
	transport.Source
	lacks transport.Bits // what it has not brought
	gone  bool
}

// came are originals that have come.
type came struct {
	items   transport.Bits
	changes []transport.Change // that say that they are here
	bytes   int64
}

func (s *bulkSource) serves(i int) bool { return !s.gone && s.Items.Has(i) && !s.lacks.Has(i) }

// fetchOriginals fetches as many of the items as sources that are known bring. Errors are
// those of ctx and of the store.
func (p *Reader) fetchOriginals(ctx context.Context, v *View, items transport.Bits) error {
	b := &bulk{Reader: p, v: v, version: len(v.Collection().Ladder()) - 1, claims: map[int]func(){}}
	b.changed = sync.NewCond(&b.mu)
	elsewhere := slices.DeleteFunc(slices.Clone(v.Sources()), p.isOwn)
	suppliers := p.suppliers(elsewhere)
	for _, s := range suppliers[:min(len(suppliers), sourced)] {
		b.sources = append(b.sources, &bulkSource{Source: s.Source})
	}
	defer b.endClaims()
	if err := b.claim(ctx, items); err != nil {
		return err
	}
	n := max(streams, len(b.sources))
	b.coming, b.share = make([][]int, n), (len(b.left)+n-1)/n
	var all sync.WaitGroup
	for stream := range n {
		if len(b.sources) > 0 {
			all.Go(func() { b.run(ctx, stream, b.sources[stream%len(b.sources)]) })
		}
	}
	all.Wait()
	return errors.Join(b.err, b.note(context.WithoutCancel(ctx), 1), ctx.Err())
}

// claim claims what is not here and nobody else brings, and notes what is here.
func (b *bulk) claim(ctx context.Context, items transport.Bits) error {
	held, err := b.core.Versions.Held(ctx, b.v.Collection())
	if err != nil {
		return err
	}
	for i := range items.Places() {
		if held[b.version].Has(i) {
			b.came.items = b.came.items.Add(i)
		} else if end, mine := b.core.Versions.Claim(b.v.Collection(), i, b.version); mine {
			b.claims[i], b.left = end, append(b.left, i)
		}
	}
	return nil
}

func (b *bulk) endClaims() {
	for _, end := range b.claims {
		end()
	}
}

// run asks a source for share after share.
func (b *bulk) run(ctx context.Context, stream int, from *bulkSource) {
	for b.take(stream, from) {
		came, err := b.ask(ctx, stream, from)
		b.endShare(stream, from, came, err)
	}
}

// ask asks a source for the share of a stream, and returns how many originals came. What is
// here in part is gone on with first.
func (b *bulk) ask(ctx context.Context, stream int, from *bulkSource) (came int, err error) {
	for _, i := range b.pending(stream) {
		part, err := b.core.Versions.Part(ctx, b.v.Collection(), i, b.version)
		if err != nil {
			return came, err
		}
		if part == 0 || !b.begin(stream, i) {
			continue
		}
		err = b.bring(ctx, from, i, 0, func() error { return b.fetchFrom(ctx, b.v, b.ref(i), i, &supplier{Source: from.Source}) })
		if err != nil {
			return came, err
		}
		came++
	}
	items := b.pending(stream)
	if len(items) == 0 {
		return came, nil
	}
	n, err := b.askMany(ctx, stream, from, items)
	return came + n, err
}

// askMany asks a source for many originals in one request.
func (b *bulk) askMany(ctx context.Context, stream int, from *bulkSource, items []int) (came int, err error) {
	at, err := b.core.Peers.Reach(ctx, from.Source)
	if err != nil {
		return 0, err
	}
	answer, end, err := opened(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		return at.Originals(ctx, b.v.Collection().Name(), transport.BitsOf(items...))
	})
	defer end()
	if err != nil {
		return 0, err
	}
	defer answer.Close()
	in := transport.NewOriginalsReader(awake{answer, end})
	for len(b.pending(stream)) > 0 {
		f, err := in.Next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return came, nil
		}
		if err != nil {
			return came, err
		}
		if !b.begin(stream, f.Item) {
			continue // another stream has taken it over
		}
		if err := b.bring(ctx, from, f.Item, f.Size, func() error { return b.receive(ctx, f) }); err != nil {
			return came, err
		}
		came++
	}
	return came, nil
}

// bring has an original of size bytes stored, if it may still be fetched.
func (b *bulk) bring(ctx context.Context, from *bulkSource, i int, size int64, store func() error) error {
	_, _, err := b.check(ctx, b.ref(i), label.Fetch)
	if errors.Is(err, label.ErrRefused) {
		return nil // a label came meanwhile
	}
	if err == nil {
		err = store()
	}
	b.mu.Lock()
	if err == nil {
		b.came.items, b.came.bytes = b.came.items.Add(i), b.came.bytes+size
	} else {
		from.lacks, b.left = from.lacks.Add(i), append(b.left, i)
		err = fmt.Errorf("place %d: %w", i, err)
	}
	b.mu.Unlock()
	return errors.Join(err, b.note(ctx, noteWith))
}

// receive stores an original.
func (b *bulk) receive(ctx context.Context, f transport.OriginalFrame) error {
	r, err := proofOf(b.v, f.Item, b.version, f, f.Size, 0)
	if err != nil {
		return err
	}
	return b.core.Versions.ReceiveTo(ctx, b.v.Collection(), f.Item, b.version, 0, r, b.keep)
}

// keep keeps the changes that say that an original is here, until it is noted.
func (b *bulk) keep(changes ...transport.Change) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.came.changes = append(b.came.changes, changes...)
}

func (b *bulk) ref(i int) transport.Ref {
	id, _ := b.v.Collection().At(i)
	return transport.Ref{Collection: b.v.Collection().Name(), Item: id, Version: b.version}
}

// note notes what has come, if it is so many at least, or large. Then others who wait for it
// have it, too.
func (b *bulk) note(ctx context.Context, least int) error {
	b.mu.Lock()
	news := b.came
	if news.items.IsEmpty() || news.items.Len() < least && news.bytes < noteSize {
		b.mu.Unlock()
		return nil
	}
	b.came = came{}
	b.mu.Unlock()
	err := record.Put(ctx, b.cfg.Store, news.changes...)
	if err == nil {
		err = b.stored(ctx, b.v.Collection().Name(), news.items, b.version)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range news.items.Places() {
		if end := b.claims[i]; end != nil && err == nil {
			end()
		}
	}
	return err
}
