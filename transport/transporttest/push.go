package transporttest

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// push pushes the collection with what is on the stream.
func (d *deal) push(t *testing.T, stream io.Reader) (transport.Answer, error) {
	t.Helper()
	return d.author.Push(t.Context(), transport.Share{Collection: d.data, Offers: []transport.Bits{transport.AllBits(2)}}, stream)
}

// unread is a stream that need not be read: where it is all the same, it is malformed.
func unread() io.Reader { return bytes.NewReader([]byte{0xff}) }

// pushed: what is new is shared and stored at once, whatever comes first, and the answer
// is short.
func pushed(t *testing.T, d *deal) {
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	for _, i := range []int{1, 0} {
		want(t, w.Version(i, 0, 0, int64(len(d.thumbs[i])), bytes.NewReader(d.thumbs[i])), nil)
	}
	want(t, w.Close(transport.AuthorSeal{}), nil)
	answer, err := d.push(t, &body)
	want(t, err, nil)
	data, err := transport.Encode(answer)
	want(t, err, nil)
	if answer.Next != transport.Done || len(data) > 64 {
		t.Errorf("answered %+v", answer)
	}
	whole(t, d.reader, d.c)
	for i := range d.thumbs {
		partial(t, d.reader, d.ref(i, 0), d.thumbs[i])
	}
	heard(t, d.reader, begun, 1)
}

// pushedAgain: what is there, or a part of it, is answered before it comes.
func pushedAgain(t *testing.T, d *deal) {
	_, err := d.push(t, d.stream(t, 0, d.thumbs[1])) // its share stands
	want(t, err, transport.ErrDigest)
	_, err = d.author.PutVersion(t.Context(), d.ref(1, 0), 0, bytes.NewReader(d.thumbs[1]))
	want(t, err, nil)
	answer, err := d.push(t, unread())
	want(t, err, nil)
	if answer.Next != transport.Upload || len(answer.Missing) != 1 || answer.Missing[0].Len() != 1 || !answer.Missing[0].Has(0) {
		t.Errorf("one is there, and asked for %+v", answer)
	}
	_, err = d.author.Upload(t.Context(), d.c.Name(), d.stream(t, 0, d.thumbs[0]))
	want(t, err, nil)
	answer, err = d.push(t, unread())
	want(t, err, nil)
	if answer.Next != transport.Done || len(answer.Missing) > 0 || len(answer.Collection) > 0 {
		t.Errorf("all is there, and answered %+v", answer)
	}
}

// pushedInPart: of a push that breaks off, what came whole stays, and the rest is
// asked for from where it ended.
func pushedInPart(t *testing.T, d *deal) {
	body, err := io.ReadAll(d.stream(t, 0, d.thumbs...))
	want(t, err, nil)
	if _, err := d.push(t, io.MultiReader(bytes.NewReader(body[:len(body)-1000]), failing{})); err == nil {
		t.Fatal("a push that broke off was taken")
	}
	answer, err := d.author.Upload(t.Context(), d.c.Name(), d.rest(t, d.share(t)))
	for errors.Is(err, transport.ErrOffset) { // the broken request may still be under way
		answer, err = d.author.Upload(t.Context(), d.c.Name(), d.rest(t, d.share(t)))
	}
	want(t, err, nil)
	if answer.Next != transport.Done {
		t.Errorf("after the rest: %+v", answer)
	}
	partial(t, d.reader, d.ref(1, 0), d.thumbs[1])
}

// rest is an upload of what an answer asks for, from where it is to go on.
func (d *deal) rest(t *testing.T, a transport.Answer) io.Reader {
	t.Helper()
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	from := make([]int64, len(d.thumbs))
	for _, p := range a.Parts {
		from[p.Item] = p.Size
	}
	for _, items := range a.Missing {
		for i := range items.Places() {
			left := d.thumbs[i][from[i]:]
			want(t, w.Version(i, 0, from[i], int64(len(left)), bytes.NewReader(left)), nil)
		}
	}
	want(t, w.Close(transport.AuthorSeal{}), nil)
	return &body
}

// badPushes: a share that is refused is so before anything of the stream is read, and
// what does not belong to it is refused as in an upload.
func badPushes(t *testing.T, d *deal) {
	for _, data := range [][]byte{nil, {0}, d.data[:len(d.data)-1]} {
		_, err := d.author.Push(t.Context(), transport.Share{Collection: data}, unread())
		want(t, err, transport.ErrMalformed)
	}
	_, err := d.stranger.Push(t.Context(), transport.Share{Collection: d.data}, unread())
	want(t, err, transport.ErrForbidden)
	_, err = d.reader.Collection(t.Context(), d.c.Name())
	want(t, err, transport.ErrNotFound)
	for target, stream := range map[error]io.Reader{
		transport.ErrNotAsked:  d.stream(t, 1, d.thumbs...),
		transport.ErrDigest:    d.stream(t, 0, d.thumbs[1]),
		transport.ErrMalformed: bytes.NewReader([]byte{0xff}),
	} {
		_, err := d.push(t, stream)
		want(t, err, target)
	}
	if answer := d.share(t); answer.Missing[0].Len() != 2 || len(answer.Parts) > 0 {
		t.Errorf("something of it was kept: %+v", answer)
	}
	_, err = d.author.Push(t.Context(), transport.Share{Collection: binary(t, d.make(t, 1))}, unread())
	want(t, err, transport.ErrDiffers)
}

// pushedEdition: who pushes what has been edited elsewhere hears of the edition.
func pushedEdition(t *testing.T, d *deal) {
	edited, err := d.c.Edit(func(h *collection.Header, _ []collection.Item) { h.Title = "edited" })
	want(t, err, nil)
	edited, err = edited.Sign(t.Context(), d.Signer, made)
	want(t, err, nil)
	_, err = d.author.Share(t.Context(), transport.Share{Collection: binary(t, edited), Offers: []transport.Bits{transport.AllBits(2)}})
	want(t, err, nil)
	answer, err := d.push(t, d.stream(t, 0, d.thumbs...))
	want(t, err, nil)
	known, err := collection.Decode(answer.Collection)
	want(t, err, nil)
	if answer.Next != transport.Done || known.EditionDigest() != edited.EditionDigest() {
		t.Errorf("%v, and edition %v is known", answer.Next, known.Edition())
	}
	whole(t, d.reader, edited)
}

// pushedTwins: of versions with one digest the first is pushed.
func pushedTwins(t *testing.T, d *deal) {
	d.twins(t)
	answer, err := d.push(t, d.stream(t, 0, d.thumbs[0]))
	want(t, err, nil)
	if answer.Next != transport.Done {
		t.Errorf("after the first: %+v", answer)
	}
	partial(t, d.reader, d.ref(1, 0), d.thumbs[1])
}
