package station

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/signature"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// newFeeds returns a core that knows nobody's key.
func newFeeds() *Core {
	return New(Config{Store: new(memstore.Store), Keys: Keyring{new(signature.Keyring)}})
}

var bob = collection.UserID{2}

// enters puts news into feeds.
func (k *Core) enters(t testing.TB, news engine.Notify, to ...collection.UserID) {
	t.Helper()
	must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error { return k.enter(t.Context(), tx, news, to) }))
}

// news is what is new of one of Ann's collections.
func news(id byte, seq uint64, reason notify.Reason) engine.Notify {
	n := notify.Notification{Author: ann, Collection: collection.ID{id}, Reason: reason}
	return engine.Notify{Notification: n, Availability: collection.Digest{byte(seq)}, Seq: seq}
}

func noKeys(context.Context, engine.State) ([][]byte, error) { return nil, nil }

// after lists the collections in Bob's feed after a number, in order, and the entries.
func (k *Core) after(t testing.TB, number uint64) (ids []byte, all []transport.Entry) {
	t.Helper()
	head, _, err := record.Load[feedHead](t.Context(), k.Store, feedRecord.Key(bob))
	must(0, err)
	all = must(k.Server.page(t.Context(), bob, transport.Cursor{Feed: head.ID, Number: number}, noKeys)).Entries
	for _, e := range all {
		ids = append(ids, e.Notification.Collection[0])
	}
	return ids, all
}

// TestFeed: numbers ascend, and what is new of a collection takes it to the end, for those who
// have read it before and for those who have not.
func TestFeed(t *testing.T) {
	k := newFeeds()
	check := func(what string, all, afterTwo []byte) {
		t.Helper()
		if ids, _ := k.after(t, 0); !slices.Equal(ids, all) {
			t.Errorf("%s: feed %v, want %v", what, ids, all)
		}
		if ids, _ := k.after(t, 2); !slices.Equal(ids, afterTwo) {
			t.Errorf("%s: %v after two, want %v", what, ids, afterTwo)
		}
	}
	for id := range byte(3) {
		k.enters(t, news(3-id, 1, notify.Shared), bob)
	}
	check("told of three", []byte{3, 2, 1}, []byte{1})
	k.enters(t, news(3, 2, notify.Available), bob)
	check("one comes anew", []byte{2, 1, 3}, []byte{1, 3})
	k.enters(t, news(2, 2, notify.Available), bob)
	check("another comes anew", []byte{1, 3, 2}, []byte{1, 3, 2})
	last, _, err := record.Load[feedHead](t.Context(), k.Store, feedRecord.Key(bob))
	if must(0, err); last.Last != 5 || last.ID == (transport.FeedID{}) {
		t.Errorf("head %+v", last)
	}
}

// TestFeedKeepsTheFirstWord: who has not read that a collection was shared is told so
// with what is newer, and who has is told what is newer alone.
func TestFeedKeepsTheFirstWord(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 1, notify.Shared), bob)
	k.enters(t, news(1, 2, notify.Available), bob)
	k.enters(t, news(1, 3, notify.Edited), bob)
	for after, want := range []notify.Reason{notify.Shared, notify.Edited, notify.Edited} {
		if _, all := k.after(t, uint64(after)); len(all) != 1 || all[0].Notification.Reason != want || all[0].Number != 3 {
			t.Errorf("after %d: %+v", after, all)
		}
	}
}

// TestOlderNews: what comes late, or again, does not take the place of what is newer, and is
// no change.
func TestOlderNews(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 5, notify.Available), bob)
	k.enters(t, news(2, 1, notify.Shared), bob)
	for seq := range uint64(6) {
		k.enters(t, news(1, seq, notify.Lost), bob)
	}
	if ids, all := k.after(t, 0); !slices.Equal(ids, []byte{1, 2}) || all[0].Notification.ID != news(1, 5, 0).Notification.For(bob, collection.Digest{5}).ID {
		t.Errorf("%+v", all)
	}
	if ids, _ := k.after(t, 2); len(ids) > 0 {
		t.Errorf("%v have changed", ids)
	}
}

// TestTombstone: of what a user may not read any more the name is left, as a change; what
// comes of it then is the first word again.
func TestTombstone(t *testing.T) {
	k := newFeeds()
	one := news(1, 1, notify.Shared)
	one.Notification.Title = "secret"
	k.enters(t, one, bob)
	gone := func(of engine.Notify) {
		must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			return k.entomb(t.Context(), tx, bob, of.Notification.Name())
		}))
	}
	gone(one)
	gone(one)
	gone(news(2, 1, notify.Shared)) // of which Bob was not told
	want := notify.Notification{Author: ann, Collection: collection.ID{1}, To: bob, Reason: notify.Removed}
	if _, all := k.after(t, 1); len(all) != 1 || all[0].Number != 2 || !reflect.DeepEqual(all[0].Notification, want) {
		t.Errorf("%+v", all)
	}
	k.enters(t, news(1, 2, notify.Available), bob)
	if _, all := k.after(t, 2); len(all) != 1 || all[0].Notification.Reason != notify.Shared {
		t.Errorf("%+v", all)
	}
}

// TestRestoredFeed: who has read more than there is begins anew, in another feed, however
// often others do; nobody else has to.
func TestRestoredFeed(t *testing.T) {
	k := newFeeds()
	for id := range byte(3) {
		k.enters(t, news(id+1, 1, notify.Shared), bob)
	}
	from := func(c transport.Cursor) transport.Cursor { return must(k.Server.from(t.Context(), bob, c)) }
	begin := from(transport.Cursor{})
	at := transport.Cursor{Feed: begin.Feed, Number: 3}
	if now := from(at); now != at {
		t.Errorf("at the end: %+v", now)
	}
	at.Number++
	anew := from(at)
	if anew.Number != 0 || anew.Feed == begin.Feed || from(at) != anew || from(begin) != anew {
		t.Errorf("beyond the end of %+v: %+v, and then %+v, %+v", begin, anew, from(at), from(begin))
	}
}

// TestDamagedHeadIsAnotherFeed: a feed whose head is damaged goes on behind its last entry, as another one.
func TestDamagedHeadIsAnotherFeed(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 1, notify.Shared), bob)
	k.enters(t, news(2, 1, notify.Shared), bob)
	old := must(k.Server.from(t.Context(), bob, transport.Cursor{}))
	must(0, record.Put(t.Context(), k.Store, transport.Change{Key: feedRecord.Key(bob), Value: []byte("x")}))
	now := must(k.Server.from(t.Context(), bob, transport.Cursor{Feed: old.Feed, Number: 1}))
	if now.Number != 0 || now.Feed == old.Feed || now.Feed == (transport.FeedID{}) {
		t.Errorf("%+v, and it was %+v", now, old)
	}
	k.enters(t, news(3, 1, notify.Shared), bob)
	if ids, all := k.after(t, 0); !slices.Equal(ids, []byte{1, 2, 3}) || all[2].Number != 3 {
		t.Errorf("%v, %+v", ids, all)
	}
}

// TestSeveralInOneTransaction: news of several collections that one transaction brings to
// a user have numbers of their own.
func TestSeveralInOneTransaction(t *testing.T) {
	k := newFeeds()
	must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
		for id := range byte(3) {
			must(0, k.enter(t.Context(), tx, news(id+1, 1, notify.Shared), []collection.UserID{bob, {3}}))
		}
		return k.enter(t.Context(), tx, news(1, 2, notify.Available), []collection.UserID{bob})
	}))
	if ids, all := k.after(t, 0); !slices.Equal(ids, []byte{2, 3, 1}) || all[2].Notification.Reason != notify.Shared {
		t.Errorf("feed %v", ids)
	}
}

// TestDamagedEntry: an entry that cannot be read does not keep the news back.
func TestDamagedEntry(t *testing.T) {
	k := newFeeds()
	name := news(1, 1, notify.Shared).Notification.Name()
	must(0, record.Put(t.Context(), k.Store, transport.Change{Key: entryRecord.Key(bob, name), Value: []byte("x")}))
	k.enters(t, news(1, 1, notify.Shared), bob)
	if ids, _ := k.after(t, 0); !slices.Equal(ids, []byte{1}) {
		t.Errorf("feed %v", ids)
	}
}

// TestDamagedNews: news that cannot be read is told of beside, and keeps no other back:
// neither where its entry is damaged nor where what names it is.
func TestDamagedNews(t *testing.T) {
	k := newFeeds()
	var failed []error
	k.Failed = func(err error) { failed = append(failed, err) }
	for id := range byte(4) {
		k.enters(t, news(id+1, 1, notify.Shared), bob)
	}
	name := news(2, 1, notify.Shared).Notification.Name()
	must(0, record.Put(t.Context(), k.Store,
		transport.Change{Key: entryRecord.Key(bob, name), Value: []byte("x")},
		transport.Change{Key: numbered(bob, 3), Value: []byte("x")}))
	if ids, _ := k.after(t, 0); !slices.Equal(ids, []byte{1, 4}) || len(failed) != 2 {
		t.Errorf("feed %v, failed %v", ids, failed)
	}
	for _, err := range failed {
		if !errors.Is(err, transport.ErrStorage) {
			t.Error(err)
		}
	}
}

// TestDamagedPage: a page of which nothing can be read is behind whoever has asked for it.
func TestDamagedPage(t *testing.T) {
	k := newFeeds()
	must(0, record.Set(t.Context(), k.Store, feedRecord.Key(bob), feedHead{Last: maxEntries, ID: transport.FeedID{1}}))
	for n := range uint64(maxEntries) {
		must(0, record.Put(t.Context(), k.Store, transport.Change{Key: numbered(bob, n+1), Value: []byte("x")}))
	}
	k.enters(t, news(1, 1, notify.Shared), bob)
	page := must(k.Server.page(t.Context(), bob, transport.Cursor{}, noKeys))
	page = must(k.Server.page(t.Context(), bob, page.Next, noKeys))
	if len(page.Entries) != 1 || page.Next.Number != maxEntries+1 {
		t.Errorf("%d entries, next %v", len(page.Entries), page.Next)
	}
}
