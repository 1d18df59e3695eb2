package coretest_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/signature"
)

func (w *world) streamed(data []byte) (collection.Streamed, error) {
	return collection.ReadStream(ctx, w.ring, bytes.NewReader(data), collection.Limits{},
		func(collection.Chunk) error { return nil })
}

// What is read as a stream is refused for the same reasons.
func TestStream(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		c := w.small()
		good, err := w.streamed(must(c.MarshalBinary())(t))
		if err != nil || good.Identity != c.Identity() || len(good.Report.Updates) != 3 || good.Report.Author == nil {
			t.Errorf("%+v, %v", good, err)
		}
		for _, attack := range []struct {
			name   string
			want   error
			change func(d *document)
		}{
			{"item swapped", signature.ErrBadSeal, func(d *document) { swap(d.column(fixedItems), 16, 0, 1) }},
			{"digest swapped", signature.ErrBadSeal, func(d *document) {
				swap(d.edition[editionDigests].(map[any]any)[uint64(0)].([]byte), 32, 0, 2)
			}},
			{"unsealed update", signature.ErrUnsigned, func(d *document) { d.updates()[0].([]any)[3] = []byte{} }},
			{"author's seal of another purpose", signature.ErrPurpose, func(d *document) {
				d.parts[partAuthorSeal].([]any)[1] = d.updates()[0].([]any)[3]
			}},
			{"resolved to another", signature.ErrBadSeal, func(d *document) {
				copy(d.parts[partResolved].([]any)[0].([]any)[1].([]byte), evil[:])
			}},
		} {
			d := takeApart(t, c)
			attack.change(d)
			if _, err := w.streamed(d.bytes(t)); !errors.Is(err, attack.want) {
				t.Errorf("%s: %v, want %v", attack.name, err, attack.want)
			}
		}
	})
}

// Somebody who is no completer cannot speak in a stream either.
func TestCompleterNotListedInAStream(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		u := saying(t, must(w.c.CompleteAll(cleo))(t), evil, uint64(complete))
		w.intrude(w.sealUpdate("evil", u, later))
	})
}

// Nor does a completer withdraw there.
func TestCompleterWhoWithdrawsInAStream(t *testing.T) {
	everyAlgorithm(t, func(t *testing.T, w *world) {
		u := saying(t, must(w.c.CompleteAll(cleo))(t), cleo, uint64(withdrawn))
		w.intrude(w.sealUpdate("cleo", u, later))
	})
}

// intrude puts an update that nobody may make into a collection, and wants the
// collection refused however it is read.
func (w *world) intrude(u collection.Update) {
	w.tb.Helper()
	f := takeApartUpdate(w.tb, u)
	d := takeApart(w.tb, w.c)
	d.parts[partUpdates] = []any{[]any{f[updateLabels], f[updateIssuer], f[updateIssued], f[updateSeal]}}
	data := d.bytes(w.tb)
	if _, err := collection.Decode(data); !errors.Is(err, collection.ErrNotAuthorised) {
		w.tb.Errorf("in one piece: %v", err)
	}
	if _, err := w.streamed(data); !errors.Is(err, collection.ErrNotAuthorised) {
		w.tb.Errorf("as a stream: %v", err)
	}
}
