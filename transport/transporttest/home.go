package transporttest

import (
	"context"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/transport"
)

// HomeFixture is what the suite of homes works with: a peer that nobody has used,
// or a link to one. No hub tells the recipients of its collections.
type HomeFixture struct {
	// As returns the peer, or the link to it, as it is for a user.
	As func(user collection.UserID) transport.Home
	// Author is the peer's user, Reader and Stranger are two others.
	Author, Reader, Stranger collection.UserID
	// Signer has a key of Author's that the peer knows.
	Signer collection.Signer
	// Put has the peer take over a collection, and versions of its items by
	// place and place in the ladder, nil for those that are not there; and then
	// serve them and tell the recipients. Of a collection that it has, it takes
	// what is new.
	Put func(t *testing.T, c collection.Collection, versions [][][]byte)
}

// Home checks a peer, or a link to one, against the contracts of
// transport.Library, Feed, Originals and BulkOriginals.
func Home(t *testing.T, open func(t *testing.T) HomeFixture) {
	run(t, func(t *testing.T) *album { return newAlbum(t, open(t)) }, []check[*album]{
		{"collection and versions", homeReads},
		{"a stranger", homeStranger},
		{"what is not there", homeLacks},
		{"a feed from a cursor", homeFeed},
		{"a feed that is behind", func(t *testing.T, a *album) { a.put(t); restored(t, a.reader) }},
		{"newer news takes the place of older", homeNews},
		{"news wake who waits", homeWakes},
		{"canceled context", homeCanceled},
		{"originals", originalsWhole},
		{"parts of originals", originalsInPart},
		{"parts that are none", originalsBadParts},
		{"originals that are not there", originalsLacking},
		{"a stream that is closed half way", originalsClosed},
		{"a context that ends half way", originalsCanceled},
		{"many readers at once", originalsAtOnce},
		{"many originals", originalsMany},
		{"a stream of many that is closed half way", originalsManyClosed},
	})
}

func homeReads(t *testing.T, a *album) {
	a.put(t)
	for _, user := range []collection.UserID{a.Reader, a.Author} {
		state := whole(t, a.As(user), a.c)
		if !serves(state.Sources, large) || serves(state.Sources, lacking) {
			t.Errorf("served by %+v", state.Sources)
		}
	}
	for _, version := range []int{0, 1} {
		partial(t, a.reader, a.ref(small, version), a.versions[small][version])
	}
	var thumbs [][]byte
	for _, v := range a.versions {
		thumbs = append(thumbs, v[0])
	}
	pullsOf(t, a.reader, a.c, thumbs, large, even, small, empty, lacking)
	follows(t, a.reader, thumbs, large, even, small, empty, lacking)
}

// asks reads all that there may be of a collection.
func (a *album) asks(ctx context.Context, at transport.Home, name collection.Name) []error {
	ref := transport.Ref{Collection: name, Item: a.ref(large, 0).Item}
	_, whole := at.Collection(ctx, name)
	_, changes := at.Updates(ctx, name)
	_, version := readAll(at.Version(ctx, ref, 0))
	_, versions := pulled(ctx, at, name, 0, nil)
	_, original := readAll(at.Original(ctx, ref, 0, -1))
	_, block := readAll(at.Original(ctx, ref, 0, 1))
	return []error{whole, changes, version, versions, original, block}
}

func homeStranger(t *testing.T, a *album) {
	a.put(t)
	sameRefusals(t, a.asks(t.Context(), a.stranger, a.c.Name()), a.asks(t.Context(), a.stranger, a.nothing()))
	heard(t, a.stranger, begun, 0)
}

func homeLacks(t *testing.T, a *album) {
	before := a.asks(t.Context(), a.reader, a.c.Name())
	a.put(t)
	sameRefusals(t, before, a.asks(t.Context(), a.reader, a.nothing()))
	unknown := a.ref(small, 0)
	unknown.Item = collection.ItemID{99}
	noVersions(t, a.reader, unknown, a.ref(small, 2), a.ref(small, 3), a.ref(small, -1))
}

func homeFeed(t *testing.T, a *album) {
	heard(t, a.reader, begun, 0)
	a.put(t)
	fromTheCursor(t, a.reader, a.stranger, a.Reader, a.c.Name())
}

func homeNews(t *testing.T, a *album) {
	a.put(t)
	newerReplaces(t, a.reader, func() { a.withdraw(t, lacking) })
}

func homeWakes(t *testing.T, a *album) {
	came := make(chan error, 1)
	go func() {
		for {
			if got, err := a.reader.Changes(t.Context(), transport.ChangesRequest{}); err != nil || len(got.Entries) > 0 {
				came <- err
				return
			}
		}
	}()
	a.put(t)
	select {
	case err := <-came:
		want(t, err, nil)
	case <-time.After(time.Minute):
		t.Error("the news did not come")
	}
}

func homeCanceled(t *testing.T, a *album) {
	a.put(t)
	ctx := over(t)
	for i, err := range a.asks(ctx, a.reader, a.c.Name()) {
		ended(t, []string{"collection", "updates", "version", "versions", "original", "block"}[i], err)
	}
	_, err := a.reader.Changes(ctx, transport.ChangesRequest{})
	ended(t, "changes", err)
	heard(t, a.reader, begun, 1)
}
