package transporttest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// HubFixture is what the suites of hubs and announcers work with: a hub that nobody
// has used, or a link to one, which asks devices for one version and peers for
// two.
type HubFixture struct {
	// As returns the hub, or the link to it, as it is for a user.
	As func(user collection.UserID) transport.Hub
	// Author, Reader and Stranger are three users of the hub.
	Author, Reader, Stranger collection.UserID
	// Signer has a key of Author's that the hub knows.
	Signer collection.Signer
	// Authority is the hub's key.
	Authority collection.KeyID
	// Serve lets the hub reach originals at a station of a user's, and returns that,
	// without items.
	Serve func(by collection.UserID, o transport.Originals) transport.Source
}

// Hub checks a hub, or a link to one, against the contracts of
// transport.ShareReceiver, ResumableUploader, Library and Feed, and with Announcer against that
// of transport.Announcer.
func Hub(t *testing.T, open func(t *testing.T) HubFixture) {
	run(t, func(t *testing.T) *deal { return newDeal(t, open(t)) }, []check[*deal]{
		{"share, upload, done", shareAndUpload},
		{"shared again", sharedAgain},
		{"shared with other parts", sharedDifferently},
		{"a share that is none", badShare},
		{"another's collection", anothersShare},
		{"uploads that are refused", badUploads},
		{"share and upload in one", pushed},
		{"pushed again", pushedAgain},
		{"a push that breaks off", pushedInPart},
		{"pushes that are refused", badPushes},
		{"a push of an older edition", pushedEdition},
		{"equal versions in a push", pushedTwins},
		{"one version in two parts", twoParts},
		{"equal versions are uploaded once", twinsOnce},
		{"equal versions at the same time", twinsAtOnce},
		{"equal versions of another author", twinOfAnother},
		{"collection and versions", reads},
		{"versions in one stream", pulls},
		{"versions as they come", pullsAsTheyCome},
		{"a stranger", strangerReads},
		{"a feed from a cursor", feed},
		{"a feed that is behind", func(t *testing.T, d *deal) { d.upload(t); restored(t, d.reader) }},
	})
	Announcer(t, open)
}

// deal is a collection of two items that is shared in a test.
type deal struct {
	HubFixture
	author, reader, stranger transport.Hub
	thumbs                   [][]byte
	c                        collection.Collection
	data                     []byte
	read                     transport.Cursor // up to where the reader has
}

func newDeal(t *testing.T, p HubFixture) *deal {
	t.Helper()
	d := &deal{HubFixture: p, author: p.As(p.Author), reader: p.As(p.Reader), stranger: p.As(p.Stranger)}
	for i := range 2 {
		d.thumbs = append(d.thumbs, noise(byte(i), 4000))
	}
	d.use(t, d.make(t, 2))
	return d
}

// use takes another collection as the one that is shared.
func (d *deal) use(t *testing.T, c collection.Collection) {
	t.Helper()
	d.c, d.data = c, binary(t, c)
}

// make makes the sealed collection of the first n items.
func (d *deal) make(t *testing.T, n int, completers ...collection.UserID) collection.Collection {
	t.Helper()
	b := collection.Body{Recipients: []collection.UserID{d.Reader}, Completers: completers}
	for i := range n {
		b.Items = append(b.Items, collection.Item{
			ID:      collection.ItemID{byte(i + 1)},
			Digests: []collection.Digest{digest.Sum(d.thumbs[i]), {}, digest.Sum(originalOf(i))},
		})
	}
	h := collection.Header{ID: collection.ID{1}, Author: d.Author, Authority: d.Authority}
	h.Hints.Cover = collection.ItemID{byte(n)}
	return sealed(t, d.Signer, h, b)
}

// originalOf is the complete version of an item: two blocks.
func originalOf(item int) []byte { return noise(byte(100+item), 140_000) }

// share shares the collection, of which all thumbnails can be uploaded.
func (d *deal) share(t *testing.T) transport.Answer {
	t.Helper()
	answer, err := d.author.Share(t.Context(), transport.Share{Collection: d.data, Offers: []transport.Bits{transport.AllBits(2)}})
	want(t, err, nil)
	return answer
}

// upload shares the collection and uploads the thumbnails.
func (d *deal) upload(t *testing.T) {
	t.Helper()
	d.share(t)
	answer, err := d.author.Upload(t.Context(), d.c.Name(), d.stream(t, 0, d.thumbs...))
	want(t, err, nil)
	if answer.Next != transport.Done {
		t.Fatalf("after the upload: %v", answer.Next)
	}
}

// stream is an upload of one version of the first items.
func (d *deal) stream(t *testing.T, version int, versions ...[]byte) io.Reader {
	t.Helper()
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	for i, data := range versions {
		want(t, w.Version(i, version, 0, int64(len(data)), bytes.NewReader(data)), nil)
	}
	want(t, w.Close(transport.AuthorSeal{}), nil)
	return &body
}

func (d *deal) ref(item, version int) transport.Ref {
	id, _ := d.c.At(item)
	return transport.Ref{Collection: d.c.Name(), Item: id, Version: version}
}

func shareAndUpload(t *testing.T, d *deal) {
	answer := d.share(t)
	if answer.Next != transport.Upload || len(answer.Missing) != 1 || answer.Missing[0].Len() != 2 {
		t.Fatalf("asked for %+v", answer)
	}
	d.upload(t)
}

func sharedAgain(t *testing.T, d *deal) {
	d.upload(t)
	if answer := d.share(t); answer.Next != transport.Done || len(answer.Missing) != 0 {
		t.Errorf("asked again for %+v", answer)
	}
}

func sharedDifferently(t *testing.T, d *deal) {
	d.share(t)
	_, err := d.author.Share(t.Context(), transport.Share{Collection: binary(t, d.make(t, 1))})
	want(t, err, transport.ErrDiffers)
	if f := transport.NewFault(err); len(f.Differs) != 1 {
		t.Errorf("what differs: %v", f.Differs)
	}
}

func badShare(t *testing.T, d *deal) {
	for _, data := range [][]byte{nil, {0}, d.data[:len(d.data)-1]} {
		_, err := d.author.Share(t.Context(), transport.Share{Collection: data})
		want(t, err, transport.ErrMalformed)
	}
	_, err := d.author.Share(t.Context(), transport.Share{Collection: d.data, Offers: []transport.Bits{transport.BitsOf(2)}})
	want(t, err, transport.ErrMalformed)
}

func anothersShare(t *testing.T, d *deal) {
	_, err := d.stranger.Share(t.Context(), transport.Share{Collection: d.data})
	want(t, err, transport.ErrForbidden)
	_, err = d.reader.Share(t.Context(), transport.Share{Collection: d.data})
	want(t, err, transport.ErrForbidden)
}

func badUploads(t *testing.T, d *deal) {
	upload := func(name collection.Name, body io.Reader, target error) {
		t.Helper()
		_, err := d.author.Upload(t.Context(), name, body)
		want(t, err, target)
	}
	upload(d.c.Name(), d.stream(t, 0, d.thumbs...), transport.ErrNotFound)
	d.share(t)
	upload(d.c.Name(), d.stream(t, 1, d.thumbs...), transport.ErrNotAsked)
	upload(d.c.Name(), d.stream(t, 0, d.thumbs[1]), transport.ErrDigest)
	upload(d.c.Name(), bytes.NewReader([]byte{0xff}), transport.ErrMalformed)
	if answer := d.share(t); answer.Missing[0].Len() != 2 || len(answer.Parts) != 0 {
		t.Errorf("something of it was kept: %+v", answer)
	}
}

func twoParts(t *testing.T, d *deal) {
	d.share(t)
	put := func(offset int64, data []byte, size int64, target error) {
		t.Helper()
		n, err := d.author.PutVersion(t.Context(), d.ref(0, 0), offset, bytes.NewReader(data))
		want(t, err, target)
		if n != size {
			t.Errorf("%d bytes are stored, want %d", n, size)
		}
	}
	put(7, d.thumbs[0][7:], 0, transport.ErrOffset)
	broken := io.MultiReader(bytes.NewReader(d.thumbs[0][:100]), failing{})
	if _, err := d.author.PutVersion(t.Context(), d.ref(0, 0), 0, broken); err == nil {
		t.Fatal("data that broke off was taken")
	}
	_, err := d.stranger.PutVersion(t.Context(), d.ref(0, 0), 0, nil)
	want(t, err, transport.ErrNotFound)
	answer := d.share(t)
	from := int64(0)
	if len(answer.Parts) > 0 {
		from = answer.Parts[0].Size
	}
	// The broken request may still be under way, so that less may be there than the
	// answer says: then the offset is refused with the number where to go on.
	n, err := d.author.PutVersion(t.Context(), d.ref(0, 0), from, bytes.NewReader(d.thumbs[0][from:]))
	for errors.Is(err, transport.ErrOffset) {
		from = n
		n, err = d.author.PutVersion(t.Context(), d.ref(0, 0), from, bytes.NewReader(d.thumbs[0][from:]))
	}
	want(t, err, nil)
	if size := int64(len(d.thumbs[0])); n != size {
		t.Errorf("%d bytes are stored, want %d", n, size)
	}
	if known, err := d.author.PutVersion(t.Context(), d.ref(0, 0), 0, nil); known != n || err != nil {
		t.Errorf("%d bytes are said to be stored, not %d: %v", known, n, err)
	}
}

// failing is a reader that breaks off.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken off") }

func reads(t *testing.T, d *deal) {
	d.upload(t)
	whole(t, d.reader, d.c)
	partial(t, d.reader, d.ref(1, 0), d.thumbs[1])
	noVersions(t, d.reader, d.ref(1, 1), d.ref(1, 2))
}

func pulls(t *testing.T, d *deal) {
	d.upload(t)
	pullsOf(t, d.reader, d.c, d.thumbs, 1, 0) // the second is the cover
	follows(t, d.reader, d.thumbs, 1, 0)
}

// pullsAsTheyCome: who begins to read before anything is there gets all, each once, and asks
// again where the receiver waits no longer.
func pullsAsTheyCome(t *testing.T, d *deal) {
	d.share(t)
	done := make(chan error, 1)
	var all []came
	go func() {
		var held transport.Bits
		var err error
		for err == nil && held.Len() < 2 {
			var got []came
			got, err = pulled(t.Context(), d.reader, d.c.Name(), 0, held)
			for _, one := range got {
				held = held.Add(one.item)
			}
			all = append(all, got...)
		}
		done <- err
	}()
	d.upload(t)
	want(t, <-done, nil)
	for _, one := range all {
		if !bytes.Equal(one.data, d.thumbs[one.item]) {
			t.Errorf("%d other bytes of item %d", len(one.data), one.item)
		}
	}
	if len(all) != 2 {
		t.Errorf("%d came", len(all))
	}
}

func strangerReads(t *testing.T, d *deal) {
	d.upload(t)
	ask := func(name collection.Name) (errs []error) {
		_, a := d.stranger.Collection(t.Context(), name)
		_, b := d.stranger.Updates(t.Context(), name)
		_, c := d.stranger.Version(t.Context(), transport.Ref{Collection: name, Item: d.ref(0, 0).Item}, 0)
		_, e := d.stranger.Upload(t.Context(), name, d.stream(t, 0))
		_, f := d.stranger.Versions(t.Context(), name, 0, nil)
		errs = []error{a, b, c, e, f}
		for _, err := range d.stranger.Collections(t.Context(), []transport.Known{{Author: name.Author, ID: name.ID}}) {
			errs = append(errs, err)
		}
		return errs
	}
	sameRefusals(t, ask(d.c.Name()), ask(collection.Name{Author: d.Author, ID: collection.ID{9}}))
	heard(t, d.stranger, begun, 0)
}

func feed(t *testing.T, d *deal) {
	d.upload(t)
	fromTheCursor(t, d.reader, d.stranger, d.Reader, d.c.Name())
}
