package transporttest

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/collection/digest"
	"github.com/glimpse-go/glimpse/transport"
)

// The items of an album, by what their originals are.
const (
	large   = iota // several blocks, the last one short
	even           // two whole blocks
	small          // less than a block
	empty          // no byte at all
	lacking        // not there
	items
)

// album is a collection that a peer keeps in a test.
type album struct {
	HomeFixture
	reader, stranger transport.Home
	c                collection.Collection
	versions         [][][]byte
}

func newAlbum(t *testing.T, h HomeFixture) *album {
	t.Helper()
	a := &album{HomeFixture: h, reader: h.As(h.Reader), stranger: h.As(h.Stranger)}
	b := collection.Body{Recipients: []collection.UserID{h.Reader}}
	for i, size := range [items]int{large: 3*digest.BlockSize + 123, even: 2 * digest.BlockSize, small: 1000, lacking: 10} {
		v := [][]byte{noise(byte(3*i), 3000+i), noise(byte(3*i+1), 9000+i), noise(byte(3*i+2), size)}
		item := collection.Item{ID: collection.ItemID{byte(i + 1)}}
		for _, data := range v {
			item.Digests = append(item.Digests, digest.Sum(data))
		}
		b.Items = append(b.Items, item)
		a.versions = append(a.versions, v)
	}
	a.versions[lacking][2] = nil
	a.c = sealed(t, h.Signer, collection.Header{ID: collection.ID{1}, Author: h.Author}, b)
	return a
}

// put has the peer take over the album, as it is now.
func (a *album) put(t *testing.T) {
	t.Helper()
	a.Put(t, a.c, a.versions)
}

// withdraw has the author withdraw an item, which the peer hears.
func (a *album) withdraw(t *testing.T, item int) {
	t.Helper()
	u, err := a.c.Withdraw(a.ref(item, 2).Item)
	a.c = with(t, a.Signer, a.c, u, err)
	a.put(t)
}

func (a *album) ref(item, version int) transport.Ref {
	id, _ := a.c.At(item)
	return transport.Ref{Collection: a.c.Name(), Item: id, Version: version}
}

// nothing is a collection of the author's that is not there.
func (a *album) nothing() collection.Name {
	return collection.Name{Author: a.Author, ID: collection.ID{9}}
}

// HandOver shares a collection with a station that takes all versions, and
// uploads those of its items that are asked for, by place and place in the
// ladder; nil for those that are not there. With it a peer at a local link
// implements HomeFixture.Put, all but the publishing.
func HandOver(t *testing.T, to transport.ShareReceiver, c collection.Collection, versions [][][]byte) {
	t.Helper()
	share := transport.Share{Collection: binary(t, c), Offers: make([]transport.Bits, len(c.Ladder()))}
	for i := range versions {
		for v, data := range versions[i] {
			if data != nil {
				share.Offers[v] = share.Offers[v].Add(i)
			}
		}
	}
	answer, err := to.Share(t.Context(), share)
	want(t, err, nil)
	var body bytes.Buffer
	w := transport.NewUploadWriter(&body)
	for v, missing := range answer.Missing {
		for i := range missing.Places() {
			want(t, w.Version(i, v, 0, int64(len(versions[i][v])), bytes.NewReader(versions[i][v])), nil)
		}
	}
	want(t, w.Close(transport.AuthorSeal{}), nil)
	_, err = to.Upload(t.Context(), c.Name(), &body)
	want(t, err, nil)
}
