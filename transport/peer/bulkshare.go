package peer

import (
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/transport"
)

// take has a stream take a share of what its source serves. It waits while others may still
// leave something, and reports whether there is any.
func (b *bulk) take(stream int, from *bulkSource) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.err == nil && !from.gone {
		items := b.leftFor(from)
		if len(items) == 0 {
			items = b.takeOver(from)
		}
		if len(items) > 0 {
			b.coming[stream] = items
			b.busy++
			return true
		}
		if b.busy == 0 {
			return false
		}
		b.changed.Wait()
	}
	return false
}

// leftFor takes a share of what nobody brings.
func (b *bulk) leftFor(from *bulkSource) (items []int) {
	b.left = slices.DeleteFunc(b.left, func(i int) bool {
		takes := len(items) < b.share && from.serves(i)
		if takes {
			items = append(items, i)
		}
		return takes
	})
	return items
}

// takeOver takes half of what a stream has still to come that has most.
func (b *bulk) takeOver(from *bulkSource) (items []int) {
	most := slices.MaxFunc(b.coming, func(x, y []int) int { return len(x) - len(y) })
	for stream, coming := range b.coming {
		if len(coming) < 2 || len(coming) < len(most) {
			continue
		}
		b.coming[stream] = slices.DeleteFunc(slices.Clone(coming), func(i int) bool {
			takes := slices.Index(coming, i) >= (len(coming)+1)/2 && from.serves(i)
			if takes {
				items = append(items, i)
			}
			return takes
		})
		return items
	}
	return nil
}

// pending returns what a stream has still to come.
func (b *bulk) pending(stream int) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.coming[stream]
}

// begin reports whether an item is still the stream's to bring, and takes it from what is
// to come.
func (b *bulk) begin(stream, item int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.Index(b.coming[stream], item)
	if at >= 0 {
		b.coming[stream] = slices.Delete(slices.Clone(b.coming[stream]), at, at+1)
	}
	return at >= 0
}

// endShare leaves what has not come to others. A source that lies, which is remembered, or of
// which nothing comes, is not asked again.
func (b *bulk) endShare(stream int, from *bulkSource, came int, err error) {
	err = transport.Wrap(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	rest := b.coming[stream]
	b.coming[stream] = nil
	b.left = append(b.left, rest...)
	slices.Sort(b.left)
	switch {
	case err == nil:
		for _, i := range rest {
			from.lacks = from.lacks.Add(i)
		}
	case errors.Is(err, transport.ErrStorage):
		b.err = err
	default:
		from.gone = from.gone || came == 0 || errors.Is(err, transport.ErrDigest) || errors.Is(err, transport.ErrMalformed)
		b.cfg.Log.Warn("source failed", "address", from.URL, "originals", came, "error", err)
	}
	if errors.Is(err, transport.ErrDigest) {
		b.known.lied(from.Source, b.cfg.Now())
	}
	b.busy--
	b.changed.Broadcast()
}
