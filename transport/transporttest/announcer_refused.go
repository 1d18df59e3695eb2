package transporttest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

func announcedByCompleter(t *testing.T, d *deal) {
	d.use(t, d.make(t, 2, d.Reader))
	d.upload(t)
	_, err := d.reader.Announce(t.Context(), d.announcement(d.source(d.Reader), 0))
	want(t, err, nil)
	if state := d.labelled(t, 1); state.Sources[0].User != d.Reader {
		t.Errorf("served by %+v", state.Sources)
	}
}

func announcedByOthers(t *testing.T, d *deal) {
	source := d.source(d.Author)
	_, before := d.author.Announce(t.Context(), d.announcement(source, 0))
	d.upload(t)
	_, there := d.stranger.Announce(t.Context(), d.announcement(source, 0))
	none := d.announcement(source, 0)
	none.ID = collection.ID{9}
	_, notThere := d.stranger.Announce(t.Context(), none)
	sameRefusals(t, []error{before, there}, []error{notThere, notThere})
	d.refuses(t, d.reader, d.announcement(source, 0), transport.ErrForbidden)
}

// announcedUnsealed: what a draft says of its items nobody vouches for.
func announcedUnsealed(t *testing.T, d *deal) {
	h := d.c.Header()
	h.AuthorSeal = nil
	draft, err := collection.New(h, d.c.Body())
	want(t, err, nil)
	source := d.source(d.Author)
	_, err = d.author.Share(t.Context(), transport.Share{Collection: binary(t, draft), Offers: []transport.Bits{transport.AllBits(2)}})
	want(t, err, nil)
	d.refuses(t, d.author, d.announcement(source, 0), transport.ErrSeal)
	d.upload(t)
	_, err = d.author.Announce(t.Context(), d.announcement(source, 0))
	want(t, err, nil)
	d.labelled(t, 1)
}

func announcedWithdrawn(t *testing.T, d *deal) {
	d.upload(t)
	u, err := d.c.Withdraw(d.ref(1, 0).Item)
	d.use(t, with(t, d.Signer, d.c, u, err))
	d.share(t)
	source := d.source(d.Author)
	d.refuses(t, d.author, d.announcement(source, 0, 1), transport.ErrWithdrawn)
	_, err = d.author.Announce(t.Context(), d.announcement(source, 0))
	want(t, err, nil)
	if state := d.labelled(t, 1); serves(state.Sources, 1) {
		t.Errorf("served by %+v", state.Sources)
	}
}

func announcedNoItems(t *testing.T, d *deal) {
	d.upload(t)
	source := d.source(d.Author)
	d.refuses(t, d.author, d.announcement(source, 2), transport.ErrMalformed)
	d.refuses(t, d.author, d.announcement(source, 0, 1000), transport.ErrMalformed)
}

// announcedLies: an announcement counts only if what it says is so.
func announcedLies(t *testing.T, d *deal) {
	d.upload(t)
	good, first := serving(map[collection.ItemID][]byte{d.ref(0, 0).Item: originalOf(0)}), d.ref(0, 0).Item
	cut := func(ctx context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
		stream, err := good(ctx, ref, offset, n)
		if err == nil {
			stream.ReadCloser = io.NopCloser(io.LimitReader(stream.ReadCloser, 1000))
		}
		return stream, err
	}
	refused := func(err error) served {
		return func(context.Context, transport.Ref, int64, int64) (*transport.Stream, error) { return nil, err }
	}
	for _, c := range []struct {
		originals served
		target    error
	}{
		{serving(map[collection.ItemID][]byte{first: originalOf(1)}), transport.ErrDigest},
		{serving(map[collection.ItemID][]byte{first: bytes.ToUpper(originalOf(0))}), transport.ErrDigest},
		{cut, transport.ErrUnreachable},
		{refused(transport.ErrUnreachable), transport.ErrUnreachable},
		{serving(nil), transport.ErrNotFound},
	} {
		d.refuses(t, d.author, d.announcement(d.Serve(d.Author, c.originals), 0), c.target)
	}
	d.hears(t, notify.Shared, 2)
	_, err := d.author.Announce(t.Context(), d.announcement(d.Serve(d.Author, good), 0))
	want(t, err, nil)
	d.labelled(t, 1)
}

func announcedCanceled(t *testing.T, d *deal) {
	d.upload(t)
	a := d.announcement(d.source(d.Author), 0)
	_, err := d.author.Announce(over(t), a)
	ended(t, "announce", err)
	d.labelled(t, 2)
	_, err = d.author.Announce(t.Context(), a)
	want(t, err, nil)
}
