package coretest_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"github.com/glimpse-go/glimpse/collection"
)

// Keys of the format: collection.cddl.
const (
	partFixed, partEdition, partAuthorSeal, partAuthoritySeal, partUpdates, partResolved = 1, 2, 3, 4, 5, 6

	fixedID, fixedAuthor, fixedKind, fixedItems, fixedRecipients, fixedCompleters = 1, 2, 4, 6, 7, 9

	editionCaptions, editionDigests = 3, 7

	updateIdentity, updateKind, updateLabels, updateIssuer, updateIssued, updateSeal = 1, 2, 4, 5, 6, 7
)

type fields = map[uint64]any

// A document is an encoded collection, taken apart.
type document struct {
	fixed, edition fields
	parts          fields // the others: seals, updates, resolved addresses
}

var plainCBOR = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

func takeApart(tb testing.TB, c collection.Collection) *document {
	tb.Helper()
	var tag cbor.RawTag
	must0(tb, cbor.Unmarshal(must(c.MarshalBinary())(tb), &tag))
	d := &document{}
	must0(tb, cbor.Unmarshal(tag.Content, &d.parts))
	must0(tb, cbor.Unmarshal(d.parts[partFixed].([]byte), &d.fixed))
	if edition, ok := d.parts[partEdition]; ok {
		must0(tb, cbor.Unmarshal(edition.([]byte), &d.edition))
	}
	return d
}

// bytes puts the document together again, its updates in their order.
func (d *document) bytes(tb testing.TB) []byte {
	tb.Helper()
	d.parts[partFixed] = encoded(tb, d.fixed)
	d.parts[partEdition] = encoded(tb, d.edition)
	if us := d.updates(); len(us) > 0 {
		slices.SortFunc(us, func(a, b any) int { return bytes.Compare(encoded(tb, a), encoded(tb, b)) })
	} else {
		delete(d.parts, partUpdates)
	}
	return encoded(tb, cbor.Tag{Number: collection.Tag, Content: d.parts})
}

// updates returns what is carried: [labels, issuer, issued, seal] each.
func (d *document) updates() []any {
	us, _ := d.parts[partUpdates].([]any)
	return us
}

// column returns a column of the fixed part, to be changed in place.
func (d *document) column(key uint64) []byte { return d.fixed[key].([]byte) }

func encoded(tb testing.TB, v any) []byte {
	tb.Helper()
	return must(plainCBOR.Marshal(v))(tb)
}

// edited returns c as a forger would have it. The change must leave a
// well-formed collection, and another one.
func edited(tb testing.TB, c collection.Collection, change func(d *document)) collection.Collection {
	tb.Helper()
	d := takeApart(tb, c)
	if !bytes.Equal(d.bytes(tb), must(c.MarshalBinary())(tb)) {
		tb.Fatal("the editor changes what it should leave alone")
	}
	change(d)
	forged := must(collection.Decode(d.bytes(tb)))(tb)
	if sameBytes(tb, forged, c) {
		tb.Fatal("nothing was changed")
	}
	return forged
}

// editedUpdate is edited for an update.
func editedUpdate(tb testing.TB, u collection.Update, change func(f fields)) collection.Update {
	tb.Helper()
	f := takeApartUpdate(tb, u)
	change(f)
	return must(collection.DecodeUpdate(encoded(tb, f)))(tb)
}

func takeApartUpdate(tb testing.TB, u collection.Update) (f fields) {
	tb.Helper()
	must0(tb, cbor.Unmarshal(must(u.MarshalBinary())(tb), &f))
	return f
}

// saying makes an unsealed update in which everything that u says is the rank,
// and which claims to be by somebody.
func saying(tb testing.TB, u collection.Update, by collection.UserID, rank uint64) collection.Update {
	tb.Helper()
	return editedUpdate(tb, u, func(f fields) {
		dict := f[updateLabels].([]any)[0].([]any)
		dict[len(dict)-1] = rank
		delete(f, updateSeal)
		delete(f, updateIssuer)
		if !by.IsZero() {
			f[updateIssuer] = by[:]
		}
	})
}

// swap exchanges two values of a column.
func swap(column []byte, size, i, j int) {
	x, y := column[i*size:(i+1)*size], column[j*size:(j+1)*size]
	for k := range x {
		x[k], y[k] = y[k], x[k]
	}
}
