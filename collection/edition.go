package collection

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// Keys of the editable part and of its hints.
const (
	editionNumber = 1 + iota
	editionTitle
	editionCaptions
	editionTypes
	editionMetadata
	editionHints
	editionDigests
	editionPreviews
)

const (
	hintPerPage = 1 + iota
	hintCover
	hintBackground
	hintBorder
)

// maxShort bounds names: of a version, a media type, a key of the metadata, a border.
const maxShort = math.MaxUint8

// edition is the editable part of a collection. It is immutable; its columns
// are parts of raw.
type edition struct {
	raw      []byte
	number   uint64
	title    []byte
	captions texts
	types    column.Column
	names    [][]byte // the media types that the column's places stand for
	metadata []byte   // an encoded map
	hints    Hints
	digests  [label.MaxVersions][]byte
	previews previews
	digest   func() Digest
}

func (e *edition) named() Edition { return Edition{e.number, e.digest()} }

// Edition names one of the editions of a collection.
type Edition struct {
	Number uint64
	Digest Digest // of the editable part
}

// Compare orders two editions of a collection by number, then by digest, so that it
// is decided everywhere alike which of them stands: e does if it is positive.
func (e Edition) Compare(f Edition) int {
	return cmp.Or(cmp.Compare(e.Number, f.Number), bytes.Compare(e.Digest[:], f.Digest[:]))
}

// decodeEdition reads the editable part of a collection whose fixed part is f.
func decodeEdition(raw []byte, base int, f *fixed, l *Limits) (*edition, error) {
	e := &edition{raw: raw, digest: sumOnce(raw)}
	r := wire.NewReader(raw, base)
	r.Fields(editionPreviews, func(key int) { e.field(r, key, base, f, l) })
	return e, r.End()
}

func (e *edition) field(r *wire.Reader, key, base int, f *fixed, l *Limits) {
	at := r.Offset()
	empty := false
	switch key {
	case editionNumber:
		e.number = r.Uint(math.MaxInt64)
		empty = e.number == 0
	case editionTitle:
		e.title = r.Text(l.Title)
		empty = len(e.title) == 0
	case editionCaptions:
		e.captions = readTexts(r, f.len(), l)
	case editionTypes:
		e.readTypes(r, f.len(), l)
	case editionMetadata:
		empty = readMetadata(r, l, nil) == 0
		e.metadata = e.raw[at-base : r.Offset()-base]
	case editionHints:
		e.readHints(r)
		empty = e.hints == Hints{}
	case editionDigests:
		empty = e.readDigests(r, f) == 0
	case editionPreviews:
		e.previews = readPreviews(r, f.len())
	}
	if empty {
		r.Fail(at, ErrNotCanonical)
	}
}

// readTypes reads the column of media types: its dictionary holds names, in
// ascending order, and the empty name where an item has none.
func (e *edition) readTypes(r *wire.Reader, n int, l *Limits) {
	r.Exactly(3)
	at := r.Offset()
	count := r.Array(l.Types)
	e.names = make([][]byte, 0, count)
	places := make([]uint32, 0, count)
	for i := range count {
		name := r.Text(maxShort)
		if i > 0 && bytes.Compare(e.names[i-1], name) >= 0 {
			r.Fail(at, fmt.Errorf("%w: media type %d", ErrOrder, i))
		}
		e.names = append(e.names, name)
		places = append(places, uint32(i))
	}
	if r.Err() == nil && (count == 0 || count == 1 && len(e.names[0]) == 0) {
		r.Fail(at, ErrNotCanonical)
	}
	e.types = readPacked(r, n, places)
}

// readMetadata reads a map of texts, in the order of the encoded keys, and
// hands its entries to yield.
func readMetadata(r *wire.Reader, l *Limits, yield func(key, value []byte)) int {
	n := r.Map(l.Metadata)
	var last []byte
	for i := range n {
		at := r.Offset()
		key := r.Text(maxShort)
		value := r.Text(l.Caption)
		if r.Err() != nil {
			return n
		}
		if i > 0 && compareKeys(last, key) >= 0 {
			r.Fail(at, fmt.Errorf("%w: metadata", ErrOrder))
		}
		if yield != nil {
			yield(key, value)
		}
		last = key
	}
	return n
}

// compareKeys orders texts as their encodings are ordered: the shorter first.
func compareKeys[T string | []byte](a, b T) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(string(a), string(b)))
}

func (e *edition) readHints(r *wire.Reader) {
	r.Fields(hintBorder, func(key int) {
		at := r.Offset()
		empty := false
		switch key {
		case hintPerPage:
			e.hints.PerPage = int(r.Uint(math.MaxInt32))
			empty = e.hints.PerPage == 0
		case hintCover:
			copy(e.hints.Cover[:], r.Fixed(idSize))
			empty = e.hints.Cover.IsZero()
		case hintBackground:
			copy(e.hints.Background[:], r.Fixed(idSize))
			empty = e.hints.Background.IsZero()
		case hintBorder:
			e.hints.Border = string(r.Text(maxShort))
			empty = e.hints.Border == ""
		}
		if empty {
			r.Fail(at, ErrNotCanonical)
		}
	})
}

// readDigests reads the digest columns, by version.
func (e *edition) readDigests(r *wire.Reader, f *fixed) int {
	n, last := r.Map(len(f.ladder)), -1
	for range n {
		at := r.Offset()
		v := int(r.Enum(uint64(len(f.ladder) - 1)))
		if r.Err() == nil && v <= last {
			r.Fail(at, ErrNotCanonical)
		}
		if r.Err() != nil {
			return n
		}
		last = v
		at = r.Offset()
		col := r.Fixed(f.len() * digestSize)
		if r.Err() == nil && !nonZero(col) {
			r.Fail(at, ErrNotCanonical)
		}
		e.digests[v] = col
	}
	return n
}

func nonZero(col []byte) bool {
	return slices.ContainsFunc(col, func(b byte) bool { return b != 0 })
}

// digestAt returns the digest of a version of item i, if it is known.
func (e *edition) digestAt(i, version int) (Digest, bool) {
	if version < 0 || version >= len(e.digests) || e.digests[version] == nil {
		return Digest{}, false
	}
	d := Digest(e.digests[version][i*digestSize : (i+1)*digestSize])
	return d, d != Digest{}
}

func (e *edition) mediaType(i int) string {
	if len(e.names) == 0 {
		return ""
	}
	return string(e.names[e.types.At(i)])
}

func (e *edition) metadataMap() map[string]string {
	if e.metadata == nil {
		return nil
	}
	m := make(map[string]string)
	l := Limits{Metadata: math.MaxInt32, Caption: math.MaxInt32}
	readMetadata(wire.NewReader(e.metadata, 0), &l, func(k, v []byte) { m[string(k)] = string(v) })
	return m
}
