package collection

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
)

const (
	maxPreview     = 32             // bytes
	removedPreview = maxPreview + 1 // the length that says that an edition has removed it
	previewStride  = 64             // items between two places that are kept
)

// previews are the items' previews: their lengths, 0 = none, and their bytes in one
// piece. A preview that was removed stays so: if another could take its place, who has
// missed the edition between would take the two for a contradiction.
type previews struct {
	lengths column.Column
	data    []byte
	starts  []uint32 // where in data those of the items 0, 64, 128 … begin
}

// stored returns how many bytes a preview of a length takes.
func stored(length uint32) int {
	if length == removedPreview {
		return 0
	}
	return int(length)
}

// length returns the length of item i's preview.
func (p *previews) length(i int) uint32 {
	if len(p.starts) == 0 {
		return 0
	}
	return p.lengths.At(i)
}

// of returns the preview of item i, a part of data; nil if there is none.
func (p *previews) of(i int) []byte {
	n := stored(p.length(i))
	if n == 0 {
		return nil
	}
	at := int(p.starts[i/previewStride])
	for k := i / previewStride * previewStride; k < i; k++ {
		at += stored(p.lengths.At(k))
	}
	return p.data[at : at+n : at+n]
}

// readPreviews reads the column of a collection of n items.
func readPreviews(r *wire.Reader, n int) previews {
	at := r.Offset()
	r.Exactly(4)
	lengths := make([]uint32, r.Array(removedPreview+1))
	for k := range lengths {
		lengths[k] = uint32(r.Uint(removedPreview))
	}
	p := previews{lengths: readPacked(r, n, lengths).Pack(), data: r.Bytes(maxPreview * n)}
	if r.Err() != nil {
		return previews{}
	}
	if len(lengths) == 0 || len(lengths) == 1 && lengths[0] == 0 {
		r.Fail(at, ErrNotCanonical)
	}
	if end := p.index(n); end != len(p.data) {
		r.Fail(at, fmt.Errorf("%w: %d bytes of previews, not %d", ErrLength, len(p.data), end))
	}
	return p
}

// index works out where the previews of n items begin, and returns where they end.
func (p *previews) index(n int) (end int) {
	p.starts = make([]uint32, 0, (n+previewStride-1)/previewStride)
	for i, length := range p.lengths.All() {
		if i%previewStride == 0 {
			p.starts = append(p.starts, uint32(end))
		}
		end += stored(length)
	}
	return end
}

// previewsOf returns the column of the items of an edition that is made of one and
// stands after another.
func previewsOf(items []Item, of, after *previews) (p previews) {
	if len(of.starts)+len(after.starts) == 0 && !slices.ContainsFunc(items, func(i Item) bool { return len(i.Preview) > 0 }) {
		return p
	}
	lengths := make([]uint32, len(items))
	for i := range items {
		was, preview := of.length(i), items[i].Preview
		if was == removedPreview || after.length(i) == removedPreview || was > 0 && len(preview) == 0 {
			lengths[i] = removedPreview
			continue
		}
		lengths[i] = uint32(len(preview))
		p.data = append(p.data, preview...)
	}
	p.lengths = column.FromValues(lengths)
	return p
}

// hideWithdrawn takes the previews away from items that are withdrawn.
func (c Collection) hideWithdrawn(items []Item) {
	for i := range items {
		if _, rank := c.At(i); rank.Withdrawn() {
			items[i].Preview = nil
		}
	}
}

// any reports whether there is a preview, or was one.
func (p *previews) any() bool {
	return p.lengths.Count(func(length uint32) bool { return length > 0 }) > 0
}

func (p *previews) append(b []byte) []byte {
	dict, form, data := p.lengths.Encode()
	b = wire.AppendArray(wire.AppendArray(b, 4), len(dict))
	for _, length := range dict {
		b = wire.AppendUint(b, uint64(length))
	}
	b = wire.AppendBytes(wire.AppendUint(b, uint64(form)), data)
	return wire.AppendBytes(b, p.data)
}

// knows reports whether p has o's previews, or says that they were removed.
func (p *previews) knows(o *previews) bool {
	for i, length := range o.lengths.All() {
		if got := p.length(i); length > 0 && got != removedPreview && (got != length || !bytes.Equal(p.of(i), o.of(i))) {
			return false
		}
	}
	return true
}

// altered returns the first item of which two columns have different previews, or -1.
func (p *previews) altered(o *previews) int {
	if len(p.starts) == 0 || len(o.starts) == 0 {
		return -1
	}
	x, y := 0, 0
	for i, length := range p.lengths.All() {
		n, m := stored(length), stored(o.lengths.At(i))
		if n > 0 && m > 0 && !bytes.Equal(p.data[x:x+n], o.data[y:y+m]) {
			return i
		}
		x, y = x+n, y+m
	}
	return -1
}
