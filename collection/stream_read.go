package collection

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math"

	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// A Column names a part of a collection that a stream hands out in chunks.
type Column uint8

// The columns, in the order in which they come.
const (
	ColumnItems      Column = 1 + iota // 16 bytes an item
	ColumnRecipients                   // 16 bytes a user
	ColumnAddresses                    // 32 bytes a blinded address
	ColumnCompleters                   // 16 bytes a user
	ColumnSubs                         // 32 bytes a name: author, id
	ColumnCaptions                     // numbers, then ends, 4 bytes each, then texts
	ColumnTypes                        // media types as they are encoded: [dictionary, form, places]
	ColumnDigests                      // 32 bytes an item, one column a version
	ColumnLabels                       // ranks as they are encoded: [dictionary, form, places], one column an update
)

// A Chunk is a part of a column. Data belongs to the reader and is valid until
// the next one.
type Chunk struct {
	Column Column
	Index  int   // the version of digests, the update of labels, the part of captions; else 0
	Offset int64 // of Data in the column, in bytes
	Data   []byte
}

// A Streamed collection is what ReadStream keeps of one that it read.
type Streamed struct {
	Header   Header // without metadata, hints and seals
	Kind     label.Kind
	Ladder   label.Ladder
	Len      int // number of items
	Identity Digest
	Report   Report
}

// ReadStream reads a collection of any number of items with a few kilobytes of
// memory, and 16 bytes a completer, and hands its columns to yield, whose error
// ends the reading. Nothing that was yielded may be trusted before ReadStream has returned nil: only then
// are the digests known to be those that v found sealed. The structure is
// checked and who may say what, but what columns hold is not: whether sets
// ascend, texts are UTF-8 and labels are packed canonically is for those to see
// who use them. Updates of
// revoked keys come like others; Report tells them apart. Errors: those of Verify,
// Decode, r and yield.
func ReadStream(ctx context.Context, v Verifier, r io.Reader, l Limits, yield func(Chunk) error) (Streamed, error) {
	t := &streamReader{s: wire.NewStream(r), l: l.withDefaults(), yield: yield, buf: make([]byte, streamChunk)}
	t.parts = &parts{fixed: &fixed{}, edition: &edition{digest: none.edition.digest}}
	t.checker, t.ctx = Checker{Verifier: v}, ctx
	t.s.Tag(Tag)
	t.s.Fields(partResolved, t.part)
	t.edited()
	if err := t.s.End(); err != nil {
		return Streamed{}, fmt.Errorf("stream: %w", err)
	}
	if t.parts.fixed.id.IsZero() || t.parts.fixed.author.IsZero() {
		return Streamed{}, fmt.Errorf("stream: %w: no id or no author", ErrMalformed)
	}
	t.out.Header = Collection{t.parts}.Header()
	t.out.Header.AuthorSeal, t.out.Header.AuthoritySeal = nil, nil
	t.out.Kind, t.out.Ladder, t.out.Identity = t.parts.fixed.kind, t.parts.fixed.ladder, t.parts.fixed.identity()
	if t.out.Ladder == nil {
		t.out.Ladder = label.DefaultLadder()
	}
	verified := Verified{c: Collection{t.parts}, report: t.out.Report}
	t.out.Report.Fresh = verified.latest()
	return t.out, nil
}

type streamReader struct {
	ctx     context.Context
	s       *wire.Stream
	l       Limits
	yield   func(Chunk) error
	buf     []byte
	parts   *parts
	checker Checker
	out     Streamed
	sealed  bool // the edition's seals have been verified
}

func (t *streamReader) part(key int) {
	if t.parts.fixed.identity == nil && key != partFixed {
		t.s.Fail(fmt.Errorf("%w: no fixed part", ErrMalformed))
		return
	}
	switch key {
	case partFixed:
		t.parts.fixed.identity = t.hashed(func() { t.s.Fields(fixedSubs, t.fixed) })
	case partEdition:
		t.parts.edition.digest = t.hashed(func() { t.s.Fields(editionDigests, t.edition) })
	case partAuthorSeal:
		t.parts.seals.author = t.seal()
	case partAuthoritySeal:
		t.parts.seals.authority = t.seal()
	case partUpdates:
		t.edited()
		for i := range t.s.Array(t.l.Updates) {
			t.update(i)
		}
	case partResolved:
		t.edited()
		for range t.s.Array(t.l.Recipients) {
			if t.resolved(); t.s.Err() != nil {
				return
			}
		}
	}
}

// hashed reads a byte string that holds an item, and returns its digest.
func (t *streamReader) hashed(read func()) func() Digest {
	n := t.s.BytesHead(t.l.Size)
	from := t.s.Offset()
	d := t.sum(read)
	if t.s.Err() == nil && t.s.Offset() != from+int64(n) {
		t.s.Fail(ErrLength)
	}
	return func() Digest { return d }
}

// sum returns the digest of what read reads.
func (t *streamReader) sum(read func()) (d Digest) {
	h := sha256.New()
	t.s.Tee(h)
	read()
	t.s.Untee()
	h.Sum(d[:0])
	return d
}

// edited verifies the seals over the edition, once, when all of them are read.
func (t *streamReader) edited() {
	if t.sealed || t.s.Err() != nil {
		return
	}
	t.sealed = true
	if t.parts.fixed.identity == nil {
		t.s.Fail(fmt.Errorf("%w: no fixed part", ErrMalformed))
	} else if err := t.checker.verifyEdition(t.ctx, t.parts, &t.out.Report); err != nil {
		t.s.Fail(err)
	}
}

// column yields a column's n bytes in chunks.
func (t *streamReader) column(c Column, index, n int) {
	for at := 0; at < n; {
		chunk := t.buf[:min(n-at, len(t.buf))]
		t.s.Read(chunk)
		if t.s.Err() != nil {
			return
		}
		if c == ColumnCompleters {
			t.parts.fixed.completers = append(t.parts.fixed.completers, chunk...)
		}
		if err := t.yield(Chunk{c, index, int64(at), chunk}); err != nil {
			t.s.Fail(err)
			return
		}
		at += len(chunk)
	}
}

// encoded yields, as it comes, the encoding of what read reads.
func (t *streamReader) encoded(c Column, index int, read func()) {
	at := int64(0)
	t.s.Tee(writerFunc(func(b []byte) (int, error) {
		if t.s.Err() == nil {
			if err := t.yield(Chunk{c, index, at, b}); err != nil {
				t.s.Fail(err)
			}
		}
		at += int64(len(b))
		return len(b), nil
	}))
	read()
	t.s.Untee()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// skip reads n bytes that nobody is given.
func (t *streamReader) skip(n int) {
	for n > 0 && t.s.Err() == nil {
		chunk := t.buf[:min(n, len(t.buf))]
		t.s.Read(chunk)
		n -= len(chunk)
	}
}

// set yields a column of values of size bytes, and returns their number.
func (t *streamReader) set(c Column, index, size, limit int) int {
	n := t.s.BytesHead(min(limit, math.MaxInt/size) * size)
	if t.s.Err() == nil && (n == 0 || n%size != 0) {
		t.s.Fail(ErrLength)
		return 0
	}
	t.column(c, index, n)
	return n / size
}

func (t *streamReader) exact(to []byte) {
	if n := t.s.BytesHead(len(to)); t.s.Err() == nil && n != len(to) {
		t.s.Fail(ErrLength)
	}
	t.s.Read(to)
}

func (t *streamReader) fixed(key int) {
	f := t.parts.fixed
	switch key {
	case fixedID:
		t.exact(f.id[:])
	case fixedAuthor:
		t.exact(f.author[:])
	case fixedCreated:
		f.created = t.s.Uint(maxCreated)
	case fixedKind:
		f.kind = label.Kind(t.s.Enum(uint64(label.Degree)))
	case fixedLadder:
		for range t.s.Array(label.MaxVersions) {
			t.s.Exactly(2)
			f.ladder = append(f.ladder, label.Version{Name: t.s.Text(label.MaxName), Pixels: int64(t.s.Uint(maxPixels))})
		}
	case fixedItems:
		t.out.Len = t.set(ColumnItems, 0, idSize, t.l.Items)
	case fixedRecipients:
		t.set(ColumnRecipients, 0, userSize, t.l.Recipients)
	case fixedAddresses:
		t.set(ColumnAddresses, 0, keySize, t.l.Recipients)
	case fixedCompleters:
		t.set(ColumnCompleters, 0, userSize, t.l.Recipients)
	case fixedAuthority:
		t.exact(f.authority[:])
	case fixedSubs:
		t.set(ColumnSubs, 0, nameSize, t.l.Subs)
	}
}

func (t *streamReader) edition(key int) {
	e := t.parts.edition
	switch key {
	case editionNumber:
		e.number = t.s.Uint(math.MaxInt64)
	case editionTitle:
		e.title = []byte(t.s.Text(t.l.Title))
	case editionCaptions:
		t.s.Exactly(3)
		t.set(ColumnCaptions, 0, cell, t.l.Items)
		t.set(ColumnCaptions, 1, cell, t.l.Items)
		t.column(ColumnCaptions, 2, t.s.TextHead(t.l.Text))
	case editionTypes:
		t.encoded(ColumnTypes, 0, t.types)
	case editionMetadata:
		for range t.s.Map(t.l.Metadata) {
			t.s.Text(maxShort)
			t.skip(t.s.TextHead(t.l.Caption))
			if t.s.Err() != nil {
				return
			}
		}
	case editionHints:
		t.s.Fields(hintBorder, t.hint)
	case editionDigests:
		t.digests()
	}
}

func (t *streamReader) types() {
	t.s.Exactly(3)
	for range t.s.Array(t.l.Types) {
		t.skip(t.s.TextHead(maxShort))
	}
	t.s.Enum(1)
	t.skip(t.s.BytesHead(math.MaxInt32))
}

func (t *streamReader) digests() {
	last := -1
	for range t.s.Map(label.MaxVersions) {
		v := int(t.s.Enum(label.MaxVersions - 1))
		if v <= last {
			t.s.Fail(ErrNotCanonical)
		}
		last = v
		if n := t.set(ColumnDigests, v, digestSize, t.l.Items); t.s.Err() == nil && n != t.out.Len {
			t.s.Fail(ErrLength)
		}
	}
}

func (t *streamReader) hint(key int) {
	switch key {
	case hintPerPage:
		t.s.Uint(math.MaxInt32)
	case hintCover, hintBackground:
		t.s.Bytes(idSize)
	case hintBorder:
		t.s.Text(maxShort)
	}
}

func (t *streamReader) seal() seal {
	t.s.Exactly(2)
	return seal{t.s.Uint(maxIssued), t.s.Bytes(t.l.Seal)}
}

// update yields an update's labels and verifies its seal.
func (t *streamReader) update(i int) {
	t.s.Exactly(4)
	withdraws := false
	labels := t.sum(func() {
		t.encoded(ColumnLabels, i, func() { withdraws = t.labels() })
	})
	var c claim
	if n := t.s.BytesHead(userSize); n == userSize {
		t.s.Read(c.issuer[:])
	} else if n != 0 {
		t.s.Fail(ErrLength)
	}
	c.seal = seal{t.s.Uint(maxIssued), t.s.Bytes(t.l.Seal)}
	if role := t.parts.fixed.role(c.issuer); role == stranger || withdraws && role != author {
		t.s.Fail(fmt.Errorf("update %d: %w: %v", i, ErrNotAuthorised, c.issuer))
	}
	if t.s.Err() != nil {
		return
	}
	statement := func(uint64) []byte { return updateStatement(t.parts.fixed.identity(), labels, c.issuer, c.seal.issued) }
	if err := t.out.Report.add(t.checker.said(t.ctx, t.parts, TypeUpdate, statement, c.issuer, c.seal)); err != nil {
		t.s.Fail(fmt.Errorf("update %d: %w", i, err))
	}
}

// labels reads past an update's labels and reports whether one is withdrawn.
func (t *streamReader) labels() (withdraws bool) {
	t.s.Exactly(3)
	for range t.s.Array(math.MaxInt32) {
		rank := label.Rank(t.s.Uint(math.MaxUint32))
		if t.s.Err() != nil {
			return false
		}
		withdraws = withdraws || rank.Withdrawn()
	}
	t.s.Enum(1)
	t.skip(t.s.BytesHead(math.MaxInt32))
	return withdraws
}

func (t *streamReader) resolved() {
	var r resolution
	t.s.Exactly(4)
	t.exact(r.address[:])
	t.exact(r.user[:])
	r.seal = seal{t.s.Uint(maxIssued), t.s.Bytes(t.l.Seal)}
	if t.s.Err() != nil {
		return
	}
	statement := func(uint64) []byte { return t.parts.fixed.addressStatement(&r) }
	if _, err := t.checker.said(t.ctx, t.parts, TypeAddress, statement, UserID{}, r.seal); err != nil {
		t.s.Fail(err)
	}
}
