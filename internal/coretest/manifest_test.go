package coretest_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/signature"
)

// forged runs a change to a sealed collection, carrying an update, past every
// algorithm: it must be refused as a bad seal.
func forged(t *testing.T, change func(d *document)) {
	t.Helper()
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := w.with(w.c, w.say("cleo", must(w.c.CompleteAll(cleo))(t), nil))
		w.verified(c)
		w.refused(edited(t, w.c, change), signature.ErrBadSeal)
		w.refused(edited(t, c, change), signature.ErrBadSeal)
	})
}

func TestItemSwapped(t *testing.T) {
	forged(t, func(d *document) { copy(d.column(fixedItems)[16:], bytes.Repeat([]byte{0x77}, 16)) })
}

func TestItemsReordered(t *testing.T) {
	forged(t, func(d *document) { swap(d.column(fixedItems), 16, 0, 1) })
}

func TestItemsReorderedWithTheirDigests(t *testing.T) {
	forged(t, func(d *document) {
		swap(d.column(fixedItems), 16, 0, 1)
		for _, column := range d.edition[editionDigests].(map[any]any) {
			swap(column.([]byte), 32, 0, 1)
		}
	})
}

func TestItemAdded(t *testing.T) {
	forged(t, func(d *document) {
		d.fixed[fixedItems] = append(d.column(fixedItems), bytes.Repeat([]byte{0x77}, 16)...)
		for version, column := range d.edition[editionDigests].(map[any]any) {
			d.edition[editionDigests].(map[any]any)[version] = append(column.([]byte), make([]byte, 32)...)
		}
	})
}

func TestItemRemoved(t *testing.T) {
	forged(t, func(d *document) {
		d.fixed[fixedItems] = d.column(fixedItems)[:32]
		for version, column := range d.edition[editionDigests].(map[any]any) {
			d.edition[editionDigests].(map[any]any)[version] = column.([]byte)[:64]
		}
		captions := d.edition[editionCaptions].([]any)
		captions[0], captions[1] = captions[0].([]byte)[:8], captions[1].([]byte)[:8]
		captions[2] = captions[2].(string)[:captions[1].([]byte)[7]]
	})
}

func TestRecipientAdded(t *testing.T) {
	forged(t, func(d *document) { d.fixed[fixedRecipients] = append(d.column(fixedRecipients), evil[:]...) })
}

func TestRecipientRemoved(t *testing.T) {
	forged(t, func(d *document) { delete(d.fixed, fixedRecipients) })
}

func TestRecipientReplaced(t *testing.T) {
	forged(t, func(d *document) { copy(d.column(fixedRecipients), evil[:]) })
}

func TestCompleterAdded(t *testing.T) {
	forged(t, func(d *document) { d.fixed[fixedCompleters] = append(d.column(fixedCompleters), evil[:]...) })
}

func TestDigestChanged(t *testing.T) {
	forged(t, func(d *document) { d.edition[editionDigests].(map[any]any)[uint64(2)].([]byte)[40] ^= 1 })
}

func TestDigestSwappedBetweenTwoItems(t *testing.T) {
	forged(t, func(d *document) { swap(d.edition[editionDigests].(map[any]any)[uint64(0)].([]byte), 32, 0, 2) })
}

func TestDigestSwappedBetweenTwoVersions(t *testing.T) {
	forged(t, func(d *document) {
		columns := d.edition[editionDigests].(map[any]any)
		columns[uint64(0)], columns[uint64(2)] = columns[uint64(2)], columns[uint64(0)]
	})
}

// The author too may only add digests: what recipients have checked stands.
func TestDigestChangedByTheAuthor(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		v := w.verified(w.c)
		other := w.seal(edited(t, w.c, func(d *document) {
			d.edition[1] = uint64(2)
			d.edition[editionDigests].(map[any]any)[uint64(0)].([]byte)[0] ^= 1
		}))
		before := snapshot(t, v)
		next, changed, err := v.Merge(ctx, other)
		if !errors.Is(err, collection.ErrDigestChanged) || changed || snapshot(t, next) != before {
			t.Errorf("changed %v, %v", changed, err)
		}
		_, err = w.c.Edit(func(_ *collection.Header, items []collection.Item) { items[0].Digests[0] = items[1].Digests[0] })
		if !errors.Is(err, collection.ErrDigestChanged) {
			t.Error(err)
		}
	})
}

// A hub or peer that sends another picture is found out by the sealed digest.
func TestThumbnailSwapped(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	c := w.verified(w.c).Collection()
	i, _ := c.Index(lake)
	sealed, ok := c.Digest(i, 0)
	if !ok {
		t.Fatal("no digest is sealed")
	}
	good, err := io.ReadAll(digest.NewVerifier(bytes.NewReader(thumbnail(lake)), sealed))
	if err != nil || !bytes.Equal(good, thumbnail(lake)) {
		t.Errorf("%q, %v", good, err)
	}
	if _, err := io.ReadAll(digest.NewVerifier(bytes.NewReader(thumbnail(boat)), sealed)); !errors.Is(err, digest.ErrInvalid) {
		t.Errorf("another item's thumbnail: %v", err)
	}
}

func TestTitleChanged(t *testing.T) {
	forged(t, func(d *document) { d.edition[2] = "Someone else's holiday" })
}

func TestAuthorReplaced(t *testing.T) {
	forged(t, func(d *document) { copy(d.column(fixedAuthor), evil[:]) })
}

// Whoever seals a collection as another's is refused; as his own it has his own
// name, and replaces nothing.
func TestAuthorReplacedAndSealedAnew(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.refused(must(w.c.Sign(ctx, w.people["evil"], later))(t), collection.ErrNotAuthorised)

		v := w.verified(w.c)
		h := w.header()
		h.Author = evil
		stolen := w.verified(must(must(collection.New(h, w.body()))(t).Sign(ctx, w.people["evil"], later))(t))
		if stolen.Collection().Name() == v.Collection().Name() {
			t.Error("the stolen collection has the author's name")
		}
		if _, _, err := v.Merge(ctx, stolen.Collection()); !errors.Is(err, collection.ErrOtherCollection) {
			t.Error(err)
		}
		w.verified(w.c)
	})
}

// One name, two collections, both sealed by the author: the first stands.
func TestSecondCollectionOfOneName(t *testing.T) {
	w := newWorld(t, signature.Ed25519)
	w.verified(w.c)
	b := w.body()
	b.Recipients = append(b.Recipients, evil)
	w.refused(w.seal(must(collection.New(w.header(), b))(t)), collection.ErrOtherCollection)
}

func TestSealRemovedFromASealedCollection(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		w.refused(edited(t, w.c, func(d *document) { delete(d.parts, partAuthorSeal) }), signature.ErrUnsigned)
		c := w.with(w.c, w.say("cleo", must(w.c.CompleteAll(cleo))(t), nil))
		w.refused(edited(t, c, func(d *document) { d.updates()[0].([]any)[3] = []byte{} }), signature.ErrUnsigned)

		v := w.verified(w.c)
		bare := must(w.c.CompleteAll(cleo))(t)
		w.refusedUpdate(v, bare, signature.ErrUnsigned)
	})
}

// What the authority sealed stands without the author's seal, and says so.
func TestSealRemovedLeavesAuthorityOnly(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := must(w.c.CoSign(ctx, w.people["hub"], later))(t)
		if w.verified(c).AuthorityOnly() {
			t.Error("the author's seal is not seen")
		}
		c = edited(t, c, func(d *document) { delete(d.parts, partAuthorSeal) })
		if v := w.verified(c); !v.AuthorityOnly() || v.Report().Authority == nil {
			t.Error("it is not said that only the authority vouches for it")
		}
	})
}

// A seal of the edition by another hub than the one that the collection names.
func TestEditionSealedByAnotherAuthority(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := must(w.c.CoSign(ctx, w.people["other hub"], later))(t)
		w.refused(c, collection.ErrNotAuthorised)
		w.refused(edited(t, c, func(d *document) { delete(d.parts, partAuthorSeal) }), collection.ErrNotAuthorised)
	})
}

// A recipient recognises itself by its r; a resolution is the authority's only.
func TestAddressResolvedByNobody(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		mine := must(collection.Blind(holiday, [16]byte{7}, "Ben@Example.org"))(t)
		if !w.c.HasAddress(mine) || w.c.HasAddress(must(collection.Blind(holiday, [16]byte{8}, "ben@example.org"))(t)) {
			t.Error("an address is recognised with its r, and only with it")
		}
		good := must(w.c.Resolve(ctx, w.people["hub"], mine, dora, later))(t)
		if !w.verified(good).Collection().MayRead(dora) {
			t.Error("the resolved user may not read")
		}
		w.refused(must(w.c.Resolve(ctx, w.people["other hub"], mine, evil, later))(t), collection.ErrNotAuthorised)
		w.refused(must(w.c.Resolve(ctx, w.people["anna"], mine, evil, later))(t), collection.ErrNotAuthorised)
		w.refused(edited(t, good, func(d *document) {
			copy(d.parts[partResolved].([]any)[0].([]any)[1].([]byte), evil[:])
		}), signature.ErrBadSeal)
		w.refused(edited(t, good, func(d *document) {
			d.parts[partResolved].([]any)[0].([]any)[3] = []byte{}
		}), signature.ErrUnsigned)
	})
}

// Seals carried over from another collection of the author.
func TestSealsOfAnotherCollection(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		h := w.header()
		h.ID = collection.ID{0x02}
		other := takeApart(t, w.seal(must(collection.New(h, w.body()))(t)))
		w.refused(edited(t, w.c, func(d *document) {
			d.parts[partAuthorSeal] = slices.Clone(other.parts[partAuthorSeal].([]any))
		}), signature.ErrBadSeal)
	})
}
