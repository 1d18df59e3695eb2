package transporttest

import (
	"bytes"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
)

// heard returns the n notifications that wait in an inbox.
func heard(t *testing.T, in transport.Inbox, n int) []transport.Delivery {
	t.Helper()
	got, err := in.Notifications(t.Context(), transport.Receipts{})
	want(t, err, nil)
	if len(got.Waiting) != n {
		t.Fatalf("%d notifications wait, want %d", len(got.Waiting), n)
	}
	return got.Waiting
}

// read acknowledges what these receipts are for.
func read(t *testing.T, in transport.Inbox, receipts ...transport.Receipt) {
	t.Helper()
	_, err := in.Notifications(t.Context(), transport.Receipts{Read: receipts})
	want(t, err, nil)
}

// follows checks that the smallest versions of these items, in this order, follow the first
// word on a collection, and nothing what is no news.
func follows(t *testing.T, in transport.Inbox, thumbs [][]byte, order ...int) {
	t.Helper()
	asks := transport.Receipts{Versions: true}
	news, err := in.Notifications(t.Context(), asks)
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
	asks.Read = []transport.Receipt{news.Waiting[0].Receipt()}
	news, err = in.Notifications(t.Context(), asks)
	want(t, err, nil)
	if news.Versions != nil {
		t.Error("versions follow no news")
	}
}

// untilRead checks that the one notification that waits for a reader, of a
// collection that was shared, waits until exactly it is acknowledged, by its
// reader.
func untilRead(t *testing.T, reader, stranger transport.Inbox, to collection.UserID, name collection.Name) {
	t.Helper()
	first := heard(t, reader, 1)[0]
	if n := first.Notification; n.Reason != notify.Shared || n.To != to || n.Name() != name {
		t.Errorf("told %+v", n)
	}
	heard(t, reader, 1)
	older := first.Receipt()
	older.Seq--
	other := transport.Receipt{Author: name.Author, ID: collection.ID{9}, Seq: 1}
	read(t, reader)
	read(t, reader, older, other)
	read(t, stranger, first.Receipt())
	heard(t, reader, 1)
	read(t, reader, other, first.Receipt())
	heard(t, reader, 0)
	read(t, reader, first.Receipt())
}

// newerStays checks that a receipt for what a newer notification has taken the
// place of forgets nothing. happens makes the newer one.
func newerStays(t *testing.T, reader transport.Inbox, happens func()) {
	t.Helper()
	older := heard(t, reader, 1)[0]
	happens()
	newer := heard(t, reader, 1)[0]
	if newer.Seq <= older.Seq || newer.Notification.ID == older.Notification.ID {
		t.Errorf("after %+v came %+v", older, newer)
	}
	read(t, reader, older.Receipt())
	heard(t, reader, 1)
	read(t, reader, newer.Receipt())
	heard(t, reader, 0)
}
