package collection

import (
	"fmt"
	"math"
	"slices"

	"github.com/glimpse-go/glimpse/internal/column"
	"github.com/glimpse-go/glimpse/internal/wire"
)

// A claim is what a collection keeps of an update: labels and who vouches for them.
// It is little beside its encoding, from which the rest is read when it is needed, so
// that a decoder allocates little whatever the claims are. Immutable.
type claim struct {
	raw             []byte // encoded: the head of an array of four, one byte; labels, issuer, issued, seal
	tail            int    // bytes of raw up to the end of the labels
	n               int32  // items
	least, greatest uint32 // of the ranks of all items; 0 of one that is not mentioned
}

// The latest moments, in the year 9999: later ones neither time.Time nor its
// text can say everywhere.
const (
	maxIssued  = 253402300799         // seconds since 1970
	maxCreated = maxIssued*1000 + 999 // milliseconds
)

const claimHead = 1 // bytes of the head of a claim

// encoded returns the labels' encoding, which the update's statement digests.
func (c *claim) encoded() []byte { return c.raw[claimHead:c.tail] }

// labels returns the column of the ranks.
func (c *claim) labels() column.Column {
	r := wire.NewReader(c.encoded(), 0)
	r.Exactly(3)
	dict := make([]uint32, r.Array(math.MaxInt32))
	for i := range dict {
		dict[i] = uint32(r.Uint(math.MaxUint32))
	}
	form := r.Enum(1)
	return column.Restore(int(c.n), dict, int(form), r.Bytes(math.MaxInt32))
}

// issuer returns who says it; zero = the authority, whose issuer is written as no bytes.
func (c *claim) issuer() (u UserID) {
	copy(u[:], wire.NewReader(c.raw[c.tail:], 0).Bytes(userSize))
	return u
}

func (c *claim) seal() seal {
	r := wire.NewReader(c.raw[c.tail:], 0)
	r.Bytes(userSize)
	return seal{r.Uint(maxIssued), r.Bytes(math.MaxInt32)}
}

// key returns the key that the seal names, whether or not it is that key's.
func (c *claim) key() KeyID { return namedKey(c.seal().bytes) }

// namedKey returns the key that a seal names: the last 32 bytes of the protected header
// of a COSE_Sign1 (RFC 9052, section 4.2), where the key identifier stands; zero if there
// is no such header.
func namedKey(seal []byte) (key KeyID) {
	const tag = 18
	r := wire.NewReader(seal, 0)
	r.Tag(tag)
	r.Exactly(4)
	if header := r.Bytes(math.MaxInt32); len(header) >= keySize {
		copy(key[:], header[len(header)-keySize:])
	}
	return key
}

// nothing says whether the claim mentions no item.
func (c *claim) nothing() bool { return c.greatest == 0 }

func makeClaim(labels column.Column, issuer UserID, s seal) claim {
	dict, form, data := labels.Encode()
	b := wire.AppendArray(wire.AppendArray(make([]byte, 0, 24+len(dict)*5+len(data)), 3), len(dict))
	for _, rank := range dict {
		b = wire.AppendUint(b, uint64(rank))
	}
	b = wire.AppendBytes(wire.AppendUint(b, uint64(form)), data)
	c := claim{raw: encodeClaim(b, issuer, s), tail: claimHead + len(b), n: int32(labels.Len())}
	c.bound(dict)
	return c
}

// bound notes the least and the greatest of the ranks.
func (c *claim) bound(dict []uint32) {
	if len(dict) > 0 {
		c.least, c.greatest = dict[0], dict[len(dict)-1]
	}
}

// sealed returns the claim with another issuer and seal.
func (c claim) sealed(issuer UserID, s seal) claim {
	c.raw = encodeClaim(c.encoded(), issuer, s)
	return c
}

func encodeClaim(labels []byte, issuer UserID, s seal) []byte {
	raw := make([]byte, 0, claimHead+len(labels)+1+userSize+2*9+len(s.bytes))
	raw = appendIssuer(append(wire.AppendArray(raw, 4), labels...), issuer)
	return wire.AppendBytes(wire.AppendUint(raw, s.issued), s.bytes)
}

// appendIssuer appends an issuer, or no bytes for the authority.
func appendIssuer(b []byte, issuer UserID) []byte {
	if issuer.IsZero() {
		return wire.AppendBytes(b, nil)
	}
	return wire.AppendBytes(b, issuer[:])
}

// readClaim reads a claim over f out of data, which it keeps, and refuses labels that f
// or the issuer's role does not allow. It reads the dictionary into scratch.
func readClaim(r *wire.Reader, data []byte, f *fixed, l *Limits, scratch *[]uint32) claim {
	at := r.Offset()
	r.Exactly(4)
	labels := readLabels(r, f.len(), scratch)
	c := claim{tail: r.Offset() - at, n: int32(f.len())}
	issuer := readIssuer(r)
	readSeal(r, l)
	if r.Err() != nil {
		return claim{}
	}
	c.raw = slices.Clip(data[at:r.Offset()])
	c.bound(*scratch)
	if err := f.allows(issuer, labels); err != nil {
		r.Fail(at, err)
	}
	return c
}

func readIssuer(r *wire.Reader) (issuer UserID) {
	at := r.Offset()
	b := r.Bytes(math.MaxInt32)
	switch {
	case len(b) == 0:
		return issuer
	case len(b) != userSize:
		r.Fail(at, ErrLength)
		return issuer
	case UserID(b).IsZero():
		r.Fail(at, ErrNotCanonical)
	}
	return UserID(b)
}

func readSeal(r *wire.Reader, l *Limits) seal {
	return seal{r.Uint(maxIssued), r.Bytes(l.Seal)}
}

// readLabels reads a packed column of n ranks. Its dictionary is in scratch, which may be
// used again when the column is not any more.
func readLabels(r *wire.Reader, n int, scratch *[]uint32) column.Column {
	r.Exactly(3)
	count := r.Array(math.MaxInt32)
	probe := *r // so that neither a count that is only claimed nor one value many times allocates
	least := uint64(0)
	for range count {
		at := probe.Offset()
		v := probe.Uint(math.MaxUint32)
		if v < least {
			probe.Fail(at, ErrNotCanonical)
		}
		if least = v + 1; probe.Err() != nil {
			break
		}
	}
	if probe.Err() != nil {
		*r = probe
		return column.Column{}
	}
	if *scratch = (*scratch)[:0]; cap(*scratch) < count {
		*scratch = make([]uint32, 0, count)
	}
	for range count {
		*scratch = append(*scratch, uint32(r.Uint(math.MaxUint32)))
	}
	return readPacked(r, n, *scratch)
}

// readPacked reads form and data of a packed column of n values of dict.
func readPacked(r *wire.Reader, n int, dict []uint32) column.Column {
	form := r.Enum(1)
	at := r.Offset()
	data := r.Bytes(math.MaxInt32)
	if r.Err() != nil {
		return column.Column{}
	}
	col, err := column.Parse(n, dict, int(form), data)
	if err != nil {
		r.Fail(at, fmt.Errorf("%w: %w", ErrNotCanonical, err))
	}
	return col
}
