package transporttest

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// twins makes the thumbnails of both items the same.
func (d *deal) twins(t *testing.T) {
	t.Helper()
	d.thumbs[1] = d.thumbs[0]
	d.use(t, d.make(t, 2))
}

// twinsOnce: of versions with one digest the hub asks for one, and has them all
// then.
func twinsOnce(t *testing.T, d *deal) {
	d.twins(t)
	if answer := d.share(t); len(answer.Missing) != 1 || answer.Missing[0].Len() != 1 || !answer.Missing[0].Has(0) {
		t.Fatalf("asked for %+v", answer)
	}
	answer, err := d.author.Upload(t.Context(), d.c.Name(), d.stream(t, 0, d.thumbs[0]))
	want(t, err, nil)
	if answer.Next != transport.Done || len(answer.Missing) != 0 {
		t.Errorf("after the upload: %+v", answer)
	}
	for i := range d.thumbs {
		partial(t, d.reader, d.ref(i, 0), d.thumbs[0])
	}
}

// twinsAtOnce: uploads of one version at the same time, of one item or of twins, all
// succeed.
func twinsAtOnce(t *testing.T, d *deal) {
	d.twins(t)
	d.share(t)
	atOnce(t, 6, func(k int) error {
		_, err := d.author.Upload(t.Context(), d.c.Name(), d.stream(t, 0, d.thumbs[:1+k%2]...))
		return err
	})
	whole(t, d.reader, d.c)
	partial(t, d.reader, d.ref(1, 0), d.thumbs[0])
}

// twinOfAnother: what the hub holds for one author it does not hold for another one
// who knows the digest.
func twinOfAnother(t *testing.T, d *deal) {
	d.upload(t)
	h := collection.Header{ID: collection.ID{1}, Author: d.Stranger}
	c, err := collection.New(h, collection.Body{Items: d.c.Body().Items})
	want(t, err, nil)
	answer, err := d.stranger.Share(t.Context(), transport.Share{Collection: binary(t, c), Offers: []transport.Bits{transport.AllBits(2)}})
	want(t, err, nil)
	if answer.Next != transport.Upload || len(answer.Missing) != 1 || answer.Missing[0].Len() != 2 || len(answer.Parts) != 0 {
		t.Errorf("asked for %+v", answer)
	}
	ref := d.ref(0, 0)
	ref.Collection = c.Name()
	_, err = d.stranger.Version(t.Context(), ref, 0)
	want(t, err, transport.ErrPending)
	_, err = d.stranger.PutVersion(t.Context(), ref, 0, bytes.NewReader(nil))
	want(t, err, transport.ErrDigest)
}
