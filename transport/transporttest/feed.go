package transporttest

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// heard returns what a feed has after a cursor, which is to be n entries.
func heard(t *testing.T, in transport.Feed, after transport.Cursor, n int) transport.Changes {
	t.Helper()
	got, err := in.Changes(t.Context(), transport.ChangesRequest{After: after})
	want(t, err, nil)
	if len(got.Entries) != n {
		t.Fatalf("%d entries after number %d, want %d", len(got.Entries), after.Number, n)
	}
	for i, e := range got.Entries {
		if e.Number > got.Next.Number || i > 0 && e.Number <= got.Entries[i-1].Number {
			t.Errorf("entry %d has number %d, before number %d", i, e.Number, got.Next.Number)
		}
	}
	return got
}

// begun is the cursor before the first entry.
var begun transport.Cursor

// follows checks that the smallest versions of these items, in this order, follow the first
// word on a collection, and nothing what is no news.
func follows(t *testing.T, in transport.Feed, thumbs [][]byte, order ...int) {
	t.Helper()
	asks := transport.ChangesRequest{Versions: true}
	news, err := in.Changes(t.Context(), asks)
	want(t, err, nil)
	if news.Versions == nil {
		t.Fatalf("nothing follows %+v", news)
	}
	got, err := cameOf(news.Versions, 0)
	want(t, err, nil)
	for i, at := range order {
		if len(got) != len(order) || got[i].item != at || !bytes.Equal(got[i].data, thumbs[at]) {
			t.Fatalf("%d came of %d, and not item %d as number %d", len(got), len(order), at, i)
		}
	}
	asks.After = news.Next
	news, err = in.Changes(t.Context(), asks)
	want(t, err, nil)
	if news.Versions != nil {
		t.Error("versions follow no news")
	}
}

// fromTheCursor checks that the one entry in a reader's feed, of a collection that was shared,
// is there for all who have not read it, with the collection, however often others have.
func fromTheCursor(t *testing.T, reader, stranger transport.Feed, to collection.UserID, name collection.Name) {
	t.Helper()
	first := heard(t, reader, begun, 1)
	if n := first.Entries[0].Notification; n.Reason != notify.Shared || n.To != to || n.Name() != name || first.Entries[0].State == nil {
		t.Errorf("told %+v", n)
	}
	if again := heard(t, reader, begun, 1); again.Next != first.Next {
		t.Errorf("read up to %+v, and then up to %+v", first.Next, again.Next)
	}
	if none := heard(t, reader, first.Next, 0); none.Next != first.Next {
		t.Errorf("read up to %+v, and then up to %+v", first.Next, none.Next)
	}
	heard(t, stranger, begun, 0)
	heard(t, stranger, first.Next, 0)
	other := first.Next
	other.Feed[0] ^= 1
	if all := heard(t, reader, other, 1); all.Next != first.Next {
		t.Errorf("read up to %+v, and then up to %+v", first.Next, all.Next)
	}
}

// restored checks that who has read more than there is reads all again, and that nobody
// goes on from there: what comes under those numbers may be something else.
func restored(t *testing.T, reader transport.Feed) {
	t.Helper()
	first := heard(t, reader, begun, 1)
	beyond := first.Next
	beyond.Number++
	anew := heard(t, reader, beyond, 1)
	if anew.Next.Feed == first.Next.Feed || anew.Next.Number != first.Next.Number {
		t.Errorf("the feed was %+v, and is %+v", first.Next, anew.Next)
	}
	heard(t, reader, anew.Next, 0)
	heard(t, reader, first.Next, 1)
	heard(t, reader, beyond, 1)
}

// newerReplaces checks that what is new of a collection takes the place of what was: who has
// read that hears of it as a change, and others of the collection as it is now, once. happens
// makes it.
func newerReplaces(t *testing.T, reader transport.Feed, happens func()) {
	t.Helper()
	older := heard(t, reader, begun, 1)
	happens()
	newer := heard(t, reader, older.Next, 1)
	was, is := older.Entries[0], newer.Entries[0]
	if is.Number <= was.Number || is.Notification.ID == was.Notification.ID || is.Notification.Reason == notify.Shared || is.State != nil {
		t.Errorf("after %+v came %+v", was, is)
	}
	late := heard(t, reader, begun, 1)
	if e := late.Entries[0]; e.Number != is.Number || e.Notification.ID != is.Notification.ID || e.Notification.Reason != notify.Shared || e.State == nil {
		t.Errorf("who was not told of it reads %+v", e)
	}
	heard(t, reader, newer.Next, 0)
}
