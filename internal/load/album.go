package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/internal/lab"
	"github.com/glimpse-go/glimpse/label"
	"github.com/glimpse-go/glimpse/transport"
)

// The versions of the items that are shared here.
const (
	thumbnail = iota
	original
)

var ladder = label.Ladder{{Name: "thumbnail", Pixels: 160 * 120}, {Name: "original"}}

// homeURL is where the home of every author says that it serves the originals.
const homeURL = "http://home.invalid"

// album is a collection that its author has made and sealed.
type album struct {
	author     *member
	recipients []collection.UserID
	collection collection.Collection
	data       []byte // the collection's encoding
	ready      []byte // the upload, if it was prepared
}

// plan says what kind of album to make.
type plan struct {
	items     []collection.ItemID
	thumbnail int // bytes; 0 = there are none
}

// newItems makes the ids of n items.
func newItems(n int) []collection.ItemID {
	ids := make([]collection.ItemID, n)
	for i := range ids {
		rand.Read(ids[i][:])
	}
	return ids
}

// originalOf is the original of an item: its id, since nothing here depends on what it
// is.
func originalOf(id collection.ItemID) []byte { return id[:] }

// thumbnailOf is the thumbnail of an item, of n bytes.
func thumbnailOf(id collection.ItemID, n int) []byte { return lab.Noise(id.String(), n) }

// newAlbum makes an album for recipients, which only the hub with this key validates.
func newAlbum(ctx context.Context, authority collection.KeyID, author *member, p plan, recipients ...collection.UserID) (*album, error) {
	items := make([]collection.Item, len(p.items))
	for i, id := range p.items {
		items[i] = collection.Item{ID: id, Digests: make([]collection.Digest, len(ladder))}
		items[i].Digests[original] = collection.Digest(digest.Sum(originalOf(id)))
		if p.thumbnail > 0 {
			items[i].Digests[thumbnail] = collection.Digest(digest.Sum(thumbnailOf(id, p.thumbnail)))
		}
	}
	h := collection.Header{Author: author.user, Authority: authority, Created: time.Now(), Title: "A day at the lake"}
	rand.Read(h.ID[:])
	c, err := collection.New(h, collection.Body{Ladder: ladder, Items: items, Recipients: recipients})
	if err != nil {
		return nil, err
	}
	if c, err = c.Sign(ctx, author.signer, h.Created); err != nil {
		return nil, err
	}
	data, err := c.MarshalBinary()
	return &album{author: author, recipients: recipients, collection: c, data: data}, err
}

// all is the set of all items.
func (a *album) all() transport.Bits { return transport.AllBits(a.collection.Len()) }

// share is what the author's device shares; it offers the thumbnails of some items.
func (a *album) share(offered transport.Bits) transport.Share {
	s := transport.Share{Collection: a.data, From: transport.Device}
	if len(offered) > 0 {
		s.Offers = []transport.Bits{offered}
	}
	return s
}

// completion is what the author's home shares, which serves all the originals.
func (a *album) completion() transport.Share {
	return transport.Share{Collection: a.data, From: transport.Peer, Serves: []transport.Bits{nil, a.all()}, URL: homeURL, Endpoint: a.author.endpoint}
}

// announcement says that the author's home serves the originals of some items.
func (a *album) announcement(items ...int) transport.Announcement {
	name := a.collection.Name()
	return transport.Announcement{Author: name.Author, ID: name.ID, Items: transport.BitsOf(items...), URL: homeURL, Endpoint: a.author.endpoint}
}

// prepare makes the upload of some thumbnails, all of which the hub is to ask for.
func (a *album) prepare(offered transport.Bits, size int) (err error) {
	a.ready, err = a.upload(offered, size)
	return err
}

// upload is the stream of the thumbnails that are missing.
func (a *album) upload(missing transport.Bits, size int) ([]byte, error) {
	if a.ready != nil {
		return a.ready, nil
	}
	var b bytes.Buffer
	w := transport.NewUploadWriter(&b)
	for i := range missing.Places() {
		id, _ := a.collection.At(i)
		if err := w.Version(i, thumbnail, 0, int64(size), bytes.NewReader(thumbnailOf(id, size))); err != nil {
			return nil, err
		}
	}
	err := w.Close(transport.AuthorSeal{})
	return b.Bytes(), err
}

// shareWith shares an album as its author's device does, with thumbnails of some items
// of a size, and returns the last answer; the hub is to ask for nothing else.
func (a *album) shareWith(ctx context.Context, hub transport.ShareReceiver, offered transport.Bits, size int) (transport.Answer, error) {
	answer, err := hub.Share(ctx, a.share(offered))
	if err == nil && answer.Next == transport.Upload {
		var stream []byte
		if stream, err = a.upload(answer.Missing[thumbnail], size); err == nil {
			answer, err = hub.Upload(ctx, a.collection.Name(), bytes.NewReader(stream))
		}
	}
	return done(answer, err)
}

// offers are the thumbnails of a size that are shared: of all items, or there are none.
func (a *album) offers(thumbnail int) transport.Bits {
	if thumbnail == 0 {
		return nil
	}
	return a.all()
}

// fetch writes the thumbnail of an item to w.
func (a *album) fetch(ctx context.Context, from transport.Library, item int, w io.Writer) error {
	id, _ := a.collection.At(item)
	stream, err := from.Version(ctx, transport.Ref{Collection: a.collection.Name(), Item: id, Version: thumbnail}, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, stream)
	return errors.Join(err, stream.Close())
}

// completeAt has the author's home take off all labels.
func (a *album) completeAt(ctx context.Context, hub transport.ShareReceiver) (transport.Answer, error) {
	answer, err := hub.Share(ctx, a.completion())
	if err == nil && answer.Refused == nil && answer.Announced != homeURL {
		err = fmt.Errorf("the labels stay: %+v", answer)
	}
	return done(answer, err)
}

// done refuses an answer that says that more is to be done.
func done(answer transport.Answer, err error) (transport.Answer, error) {
	switch {
	case err != nil:
		return answer, err
	case answer.Refused != nil:
		return answer, answer.Refused
	case answer.Next != transport.Done:
		return answer, fmt.Errorf("the hub asks for more: %v", answer.Next)
	}
	return answer, nil
}

// reaches is how a hub reaches the homes of all authors: they are in this process, so
// that what they cost is next to nothing.
func reaches(transport.Source) transport.Home { return home{} }

type home struct{ transport.Home }

// Original implements transport.Originals.
func (home) Original(_ context.Context, ref transport.Ref, offset, n int64) (*transport.Stream, error) {
	data := slices.Clone(originalOf(ref.Item))
	size := int64(len(data))
	return &transport.Stream{ReadCloser: io.NopCloser(bytes.NewReader(data[min(offset, size):min(offset+n, size)])), Size: size}, nil
}
