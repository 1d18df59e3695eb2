package collection

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/glimpse-go/glimpse/internal/idindex"
	"github.com/glimpse-go/glimpse/internal/wire"
	"github.com/glimpse-go/glimpse/label"
)

// Sizes of ids on the wire.
const (
	idSize     = 16
	userSize   = 16
	keySize    = 32
	nameSize   = userSize + idSize
	digestSize = 32
)

// Keys of the fixed part.
const (
	fixedID = 1 + iota
	fixedAuthor
	fixedCreated
	fixedKind
	fixedLadder
	fixedItems
	fixedRecipients
	fixedAddresses
	fixedCompleters
	fixedAuthority
	fixedSubs
	fixedReplaces
)

// maxPixels bounds a version's pixels, so that they fit an int64.
const maxPixels = math.MaxInt64

// fixed is the fixed part of a collection: who shares what with whom. It is
// immutable; its columns are parts of raw.
type fixed struct {
	raw       []byte
	id        ID
	author    UserID
	authority KeyID
	created   uint64 // milliseconds since 1970
	kind      label.Kind
	ladder    label.Ladder

	items, recipients, addresses, completers, subs, replaces []byte

	identity  func() Digest // once: decoding does not hash
	indexOnce sync.Once
	index     atomic.Pointer[idindex.Index] // see indexed
}

func (f *fixed) len() int { return len(f.items) / idSize }

func (f *fixed) item(i int) ItemID { return ItemID(f.items[i*idSize : i*idSize+idSize]) }

func sumOnce(raw []byte) func() Digest {
	return sync.OnceValue(func() Digest { return sha256.Sum256(raw) })
}

// decodeFixed reads a fixed part, which it keeps.
func decodeFixed(raw []byte, base int, l *Limits) (*fixed, error) {
	f := &fixed{raw: raw, identity: sumOnce(raw), ladder: label.DefaultLadder()}
	r := wire.NewReader(raw, base)
	seen := 0
	r.Fields(fixedReplaces, func(key int) {
		at := r.Offset()
		if key == fixedID || key == fixedAuthor {
			seen++
		}
		f.field(r, key, l)
		if r.Err() == nil {
			f.check(r, key, at)
		}
	})
	if r.Err() == nil && seen != 2 {
		r.Fail(base, fmt.Errorf("%w: no id or no author", ErrMalformed))
	}
	return f, r.End()
}

func (f *fixed) field(r *wire.Reader, key int, l *Limits) {
	switch key {
	case fixedID:
		copy(f.id[:], r.Fixed(idSize))
	case fixedAuthor:
		copy(f.author[:], r.Fixed(userSize))
	case fixedCreated:
		f.created = r.Uint(maxCreated)
	case fixedKind:
		f.kind = label.Kind(r.Enum(uint64(label.Degree)))
	case fixedLadder:
		f.ladder = readLadder(r)
	case fixedItems:
		f.items = readColumn(r, idSize, l.Items)
	case fixedRecipients:
		f.recipients = readSet(r, userSize, l.Recipients)
	case fixedAddresses:
		f.addresses = readSet(r, keySize, l.Recipients)
	case fixedCompleters:
		f.completers = readSet(r, userSize, l.Recipients)
	case fixedAuthority:
		copy(f.authority[:], r.Fixed(keySize))
	case fixedSubs:
		f.subs = readSet(r, nameSize, l.Subs)
	case fixedReplaces:
		f.replaces = readSet(r, idSize, MaxReplaced)
	}
}

// check refuses a field that says what its absence says, and ids of zeros.
func (f *fixed) check(r *wire.Reader, key, at int) {
	switch {
	case key == fixedID && f.id.IsZero(), key == fixedAuthor && f.author.IsZero():
		r.Fail(at, ErrZero)
	case key == fixedCreated && f.created == 0, key == fixedKind && f.kind == label.Flag,
		key == fixedLadder && slices.Equal(f.ladder, label.DefaultLadder()),
		key == fixedAuthority && f.authority.IsZero():
		r.Fail(at, ErrNotCanonical)
	case key == fixedReplaces && in(f.replaces, f.id[:]):
		r.Fail(at, ErrMalformed) // it replaces itself
	case key == fixedLadder:
		if err := f.ladder.Validate(); err != nil {
			r.Fail(at, fmt.Errorf("%w: %w", ErrLadder, err))
		}
	}
}

// readColumn reads a column of values of size bytes each, at least one.
func readColumn(r *wire.Reader, size, limit int) []byte {
	at := r.Offset()
	if limit > math.MaxInt/size {
		limit = math.MaxInt / size
	}
	col := r.Bytes(limit * size)
	switch {
	case r.Err() != nil:
		return nil
	case len(col)%size != 0:
		r.Fail(at, ErrLength)
	case len(col) == 0:
		r.Fail(at, ErrNotCanonical)
	}
	if r.Err() != nil {
		return nil
	}
	return col
}

// readSet reads a column whose values ascend.
func readSet(r *wire.Reader, size, limit int) []byte {
	at := r.Offset()
	col := readColumn(r, size, limit)
	if col != nil && !nonZero(col[:size]) {
		r.Fail(at, ErrZero)
		return nil
	}
	for i := size; i < len(col); i += size {
		if bytes.Compare(col[i-size:i], col[i:i+size]) >= 0 {
			r.Fail(at, fmt.Errorf("%w: value %d", ErrOrder, i/size))
			return nil
		}
	}
	return col
}

func readLadder(r *wire.Reader) label.Ladder {
	n := r.Array(label.MaxVersions)
	ladder := make(label.Ladder, 0, n)
	for range n {
		r.Exactly(2)
		name := string(r.Text(math.MaxUint8))
		ladder = append(ladder, label.Version{Name: name, Pixels: int64(r.Uint(maxPixels))})
	}
	return ladder
}

// encodeFixed writes a fixed part in one piece.
func encodeFixed(h *Header, b *Body) []byte {
	n := len(b.Items)
	raw := make([]byte, 0, fixedSize(h, b, n))
	raw = appendFixedHead(raw, h, b, n)
	for i := range b.Items {
		raw = append(raw, b.Items[i].ID[:]...)
	}
	return appendFixedTail(raw, h, b)
}

// fixedSize is the size of the fixed part with n items.
func fixedSize(h *Header, b *Body, n int) int {
	return len(appendFixedHead(nil, h, b, n)) + n*idSize + len(appendFixedTail(nil, h, b))
}

// appendFixedHead appends the fixed part up to its n items, which follow as
// bytes; the lists of b are sorted sets.
func appendFixedHead(raw []byte, h *Header, b *Body, n int) []byte {
	created := uint64(0)
	if !h.Created.IsZero() {
		created = uint64(h.Created.UnixMilli())
	}
	ladder := b.Ladder != nil && !slices.Equal(b.Ladder, label.DefaultLadder())
	raw = wire.AppendMap(raw, 2+count(created != 0, b.Kind != label.Flag, ladder, n > 0, len(b.Recipients) > 0,
		len(b.Addresses) > 0, len(b.Completers) > 0, !h.Authority.IsZero(), len(b.Subs) > 0, len(b.Replaces) > 0))
	raw = wire.AppendBytes(wire.AppendUint(raw, fixedID), h.ID[:])
	raw = wire.AppendBytes(wire.AppendUint(raw, fixedAuthor), h.Author[:])
	if created != 0 {
		raw = wire.AppendUint(wire.AppendUint(raw, fixedCreated), created)
	}
	if b.Kind != label.Flag {
		raw = wire.AppendUint(wire.AppendUint(raw, fixedKind), uint64(b.Kind))
	}
	if ladder {
		raw = wire.AppendArray(wire.AppendUint(raw, fixedLadder), len(b.Ladder))
		for _, v := range b.Ladder {
			raw = wire.AppendText(wire.AppendArray(raw, 2), v.Name)
			raw = wire.AppendUint(raw, uint64(v.Pixels))
		}
	}
	if n > 0 {
		raw = wire.AppendBytesHead(wire.AppendUint(raw, fixedItems), n*idSize)
	}
	return raw
}

// appendFixedTail appends what follows the items.
func appendFixedTail(raw []byte, h *Header, b *Body) []byte {
	raw = appendSet(raw, fixedRecipients, b.Recipients, func(raw []byte, u UserID) []byte { return append(raw, u[:]...) })
	raw = appendSet(raw, fixedAddresses, b.Addresses, func(raw []byte, a Address) []byte { return append(raw, a[:]...) })
	raw = appendSet(raw, fixedCompleters, b.Completers, func(raw []byte, u UserID) []byte { return append(raw, u[:]...) })
	if !h.Authority.IsZero() {
		raw = wire.AppendBytes(wire.AppendUint(raw, fixedAuthority), h.Authority[:])
	}
	raw = appendSet(raw, fixedSubs, b.Subs, appendName)
	return appendSet(raw, fixedReplaces, b.Replaces, func(raw []byte, id ID) []byte { return append(raw, id[:]...) })
}

func appendName(raw []byte, n Name) []byte { return append(append(raw, n.Author[:]...), n.ID[:]...) }

// appendSet appends a field that is a column of values of one size, if there
// are any.
func appendSet[T any](raw []byte, key int, set []T, value func([]byte, T) []byte) []byte {
	if len(set) == 0 {
		return raw
	}
	size := len(value(nil, set[0]))
	raw = wire.AppendBytesHead(wire.AppendUint(raw, uint64(key)), size*len(set))
	for _, v := range set {
		raw = value(raw, v)
	}
	return raw
}

func count(present ...bool) int {
	n := 0
	for _, p := range present {
		if p {
			n++
		}
	}
	return n
}

// order sorts values by package sort, which is in a device's binary once for all types:
// slices.SortFunc is there once for each, with some 8 KB.
type order[T any] struct {
	values  []T
	compare func(a, b T) int
}

func (o order[T]) Len() int           { return len(o.values) }
func (o order[T]) Less(i, j int) bool { return o.compare(o.values[i], o.values[j]) < 0 }
func (o order[T]) Swap(i, j int)      { o.values[i], o.values[j] = o.values[j], o.values[i] }

// sortedSet returns the values in ascending order, each once.
func sortedSet[T any](values []T, compare func(a, b T) int) []T {
	set := slices.Clone(values)
	sort.Sort(order[T]{set, compare})
	return slices.CompactFunc(set, func(a, b T) bool { return compare(a, b) == 0 })
}

func compareUsers(a, b UserID) int { return bytes.Compare(a[:], b[:]) }

func compareAddresses(a, b Address) int { return bytes.Compare(a[:], b[:]) }

func compareIDs(a, b ID) int { return bytes.Compare(a[:], b[:]) }

func compareNames(a, b Name) int {
	return cmp.Or(bytes.Compare(a.Author[:], b.Author[:]), bytes.Compare(a.ID[:], b.ID[:]))
}
