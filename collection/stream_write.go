package collection

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"iter"
	"time"

	"github.com/glimpse-go/glimpse/internal/wire"
)

// A Stream is a collection that a device writes without ever holding it: its
// items are all pending, have one media type and neither captions nor previews, and
// are read from sources, each once and in display order. Memory does not grow with the number
// of items.
type Stream struct {
	Header    Header // its seals are left out
	Body      Body   // its Items are left out
	Len       int    // number of items
	Items     iter.Seq[ItemID]
	MediaType string
	Digests   []iter.Seq[Digest] // of the ladder's versions; nil or missing = not known
}

// Write writes the collection that New, and Sign unless s is nil, would make of
// the same parts, and returns its identity. Duplicate ids are not found out: see
// Collection.Validate. Errors: those of New, of s and of w, and ErrLength for a
// source that yields more or less than Len values; what was written then is no
// collection.
func (t Stream) Write(ctx context.Context, w io.Writer, s Signer, issued time.Time) (Digest, error) {
	at, err := sealSeconds(issued)
	if err != nil {
		return Digest{}, err
	}
	p, err := t.frame()
	if err != nil {
		return Digest{}, fmt.Errorf("stream: %w", err)
	}
	out := &streamWriter{w: w, hash: sha256.New(), buf: make([]byte, 0, streamChunk)}
	identity, edition := t.write(out, p, s != nil)
	if s != nil && out.err == nil {
		p.fixed.identity = func() Digest { return identity }
		p.edition.digest = func() Digest { return edition }
		made, err := newSeal(ctx, s, TypeEdition, p.editionStatement(at), at)
		if err != nil {
			return identity, fmt.Errorf("stream: %w", err)
		}
		out.bytes(made.appendPart(nil, partAuthorSeal))
	}
	return identity, out.flush()
}

const streamChunk = 4 << 10

// frame checks everything but the items by making the collection with one.
func (t *Stream) frame() (*parts, error) {
	b := t.Body.normal()
	b.Items = nil
	t.Body = b
	b.Items = []Item{{ID: ItemID{1}, MediaType: t.MediaType}}
	c, err := New(t.Header, b)
	if err != nil {
		return nil, err
	}
	if len(t.Digests) > len(b.Ladder) {
		return nil, fmt.Errorf("%w: digests of %d versions", ErrLength, len(t.Digests))
	}
	columns := idSize // bytes an item
	for _, d := range t.Digests {
		columns += digestSize * count(d != nil)
	}
	if t.Len < 0 || t.Len > maxItems || t.Len > (Limits{}).withDefaults().Size/columns {
		return nil, fmt.Errorf("%w: %d items of %d bytes", ErrLimit, t.Len, columns)
	}
	return c.parts(), nil
}

// write writes both parts and returns their digests.
func (t *Stream) write(out *streamWriter, p *parts, sealed bool) (identity, edition Digest) {
	size := t.editionSize()
	head := wire.AppendMap(wire.AppendTag(nil, Tag), 1+count(size > 1, sealed))
	out.bytes(wire.AppendBytesHead(wire.AppendUint(head, partFixed), fixedSize(&t.Header, &t.Body, t.Len)))
	out.begin()
	out.bytes(appendFixedHead(nil, &t.Header, &t.Body, t.Len))
	streamColumn(out, "items", t.Len, t.Items, func(b []byte, id ItemID) []byte { return append(b, id[:]...) })
	out.bytes(appendFixedTail(nil, &t.Header, &t.Body))
	identity = out.end()
	if size == 1 {
		return identity, none.edition.digest()
	}
	out.bytes(wire.AppendBytesHead(wire.AppendUint(nil, partEdition), size))
	out.begin()
	out.bytes(t.editionHead())
	for v, digests := range t.known() {
		out.bytes(wire.AppendBytesHead(wire.AppendUint(nil, uint64(v)), t.Len*digestSize))
		out.zero = true
		streamColumn(out, "digests", t.Len, digests, func(b []byte, d Digest) []byte { return append(b, d[:]...) })
		if out.zero {
			out.fail(fmt.Errorf("stream: %w: no digest of version %d", ErrLength, v))
		}
	}
	return identity, out.end()
}

// known yields the versions that have digests.
func (t *Stream) known() iter.Seq2[int, iter.Seq[Digest]] {
	return func(yield func(int, iter.Seq[Digest]) bool) {
		for v, d := range t.Digests {
			if d != nil && t.Len > 0 && !yield(v, d) {
				return
			}
		}
	}
}

// editionHead is the editable part up to the digest columns.
func (t *Stream) editionHead() []byte {
	h, versions := &t.Header, 0
	for range t.known() {
		versions++
	}
	typed := t.MediaType != "" && t.Len > 0
	raw := wire.AppendMap(nil, count(h.Edition > 0, h.Title != "", typed, len(h.Metadata) > 0, h.Hints != Hints{}, versions > 0))
	raw = appendEditionHead(raw, h)
	if typed {
		raw = wire.AppendArray(wire.AppendUint(raw, editionTypes), 3)
		raw = wire.AppendText(wire.AppendArray(raw, 1), t.MediaType)
		raw = wire.AppendBytes(wire.AppendUint(raw, 0), nil)
	}
	raw = appendEditionMiddle(raw, h)
	if versions > 0 {
		raw = wire.AppendMap(wire.AppendUint(raw, editionDigests), versions)
	}
	return raw
}

func (t *Stream) editionSize() int {
	size := len(t.editionHead())
	for v := range t.known() {
		size += wire.HeadSize(uint64(v)) + wire.HeadSize(uint64(t.Len*digestSize)) + t.Len*digestSize
	}
	return size
}

// A streamWriter collects a chunk at a time, writes it and hashes it. It keeps
// its first error.
type streamWriter struct {
	w    io.Writer
	hash hash.Hash
	buf  []byte
	zero bool // all the bytes of the column were zero
	err  error
}

func (o *streamWriter) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *streamWriter) flush() error {
	if o.err == nil && len(o.buf) > 0 {
		o.hash.Write(o.buf)
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
	return o.err
}

// room flushes unless n more bytes fit the chunk.
func (o *streamWriter) room(n int) {
	if len(o.buf)+n > cap(o.buf) {
		o.flush()
	}
}

func (o *streamWriter) bytes(b []byte) {
	for len(b) > 0 && o.err == nil {
		o.room(1)
		n := min(len(b), cap(o.buf)-len(o.buf))
		o.buf = append(o.buf, b[:n]...)
		b = b[n:]
	}
}

// begin starts a digest with the next byte.
func (o *streamWriter) begin() {
	o.flush()
	o.hash.Reset()
}

// end returns the digest since begin.
func (o *streamWriter) end() (d Digest) {
	o.flush()
	o.hash.Sum(d[:0])
	return d
}

// streamColumn writes n values.
func streamColumn[T ItemID | Digest](o *streamWriter, name string, n int, values iter.Seq[T], add func([]byte, T) []byte) {
	have := 0
	if values != nil {
		for v := range values {
			if have++; have > n || o.err != nil {
				break
			}
			o.room(digestSize)
			o.buf = add(o.buf, v)
			o.zero = o.zero && v == *new(T)
		}
	}
	if have != n {
		o.fail(fmt.Errorf("stream: %w: %s: %d values or more where %d were announced", ErrLength, name, have, n))
	}
}
