package station

import (
	"context"
	"errors"
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

// waits lists the collections of what waits for Bob, each with its number in order.
func (k *Core) waits(t testing.TB) (ids []byte, all []transport.Delivery) {
	t.Helper()
	all = must(k.Server.waiting(t.Context(), bob, noKeys))
	for _, d := range all {
		ids = append(ids, d.Notification.Collection[0])
	}
	return ids, all
}

// listed lists the collections of Bob's feed.
func (k *Core) listed(t testing.TB) (ids []byte) {
	t.Helper()
	for r, err := range k.Store.Scan(t.Context(), feedRecord.Under(bob), "", 0) {
		must(0, err)
		ids = append(ids, must(readNameValue(r)).ID[0])
	}
	return ids
}

func (k *Core) reads(t testing.TB, id byte, seq uint64) {
	t.Helper()
	must(0, k.Server.acknowledge(t.Context(), bob, []transport.Receipt{{Author: ann, ID: collection.ID{id}, Seq: seq}}))
}

// TestFeed: numbers ascend, what was read does not wait any more but stays in the feed,
// and what is new of a collection takes it to the end.
func TestFeed(t *testing.T) {
	k := newFeeds()
	check := func(what string, waits, listed []byte) {
		t.Helper()
		if ids, _ := k.waits(t); !slices.Equal(ids, waits) {
			t.Errorf("%s: %v wait, want %v", what, ids, waits)
		}
		if ids := k.listed(t); !slices.Equal(ids, listed) {
			t.Errorf("%s: feed %v, want %v", what, ids, listed)
		}
	}
	for id := range byte(3) {
		k.enters(t, news(3-id, 1, notify.Shared), bob)
	}
	check("told of three", []byte{3, 2, 1}, []byte{3, 2, 1})
	k.reads(t, 2, 1)
	k.reads(t, 3, 9) // which is not what waits
	k.reads(t, 9, 1)
	check("one was read", []byte{3, 1}, []byte{3, 2, 1})
	k.enters(t, news(3, 2, notify.Available), bob)
	check("one comes anew", []byte{1, 3}, []byte{2, 1, 3})
	k.enters(t, news(2, 2, notify.Available), bob)
	check("one that was read comes anew", []byte{1, 3, 2}, []byte{1, 3, 2})
	k.reads(t, 3, 1)
	check("what was read is older", []byte{1, 3, 2}, []byte{1, 3, 2})
	k.reads(t, 3, 2)
	check("it was read", []byte{1, 2}, []byte{1, 3, 2})
	last, _, err := record.Load[feedHead](t.Context(), k.Store, feedRecord.Key(bob))
	if must(0, err); last.Last != 5 {
		t.Errorf("last number %d", last.Last)
	}
}

// TestFeedKeepsTheFirstWord: who has not read that a collection was shared is told so
// with what is newer, and who has is told what is newer alone.
func TestFeedKeepsTheFirstWord(t *testing.T) {
	for _, reads := range []bool{false, true} {
		k := newFeeds()
		k.enters(t, news(1, 1, notify.Shared), bob)
		want := notify.Shared
		if reads {
			k.reads(t, 1, 1)
			want = notify.Available
		}
		k.enters(t, news(1, 2, notify.Available), bob)
		if _, all := k.waits(t); len(all) != 1 || all[0].Notification.Reason != want || all[0].Seq != 2 {
			t.Errorf("read %v: %+v", reads, all)
		}
	}
}

// TestOlderNews: what comes late, or again, does not take the place of what is newer, nor
// does it come back when it was read.
func TestOlderNews(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 5, notify.Available), bob)
	k.enters(t, news(2, 1, notify.Shared), bob)
	for seq := range uint64(6) {
		k.enters(t, news(1, seq, notify.Lost), bob)
	}
	if ids, all := k.waits(t); !slices.Equal(ids, []byte{1, 2}) || all[0].Seq != 5 || all[0].Notification.Reason != notify.Available {
		t.Errorf("%+v", all)
	}
	k.reads(t, 1, 5)
	k.enters(t, news(1, 5, notify.Available), bob)
	if ids, _ := k.waits(t); !slices.Equal(ids, []byte{2}) {
		t.Errorf("%v wait", ids)
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
	if ids, all := k.waits(t); !slices.Equal(ids, []byte{2, 3, 1}) || all[2].Notification.Reason != notify.Shared {
		t.Errorf("%v wait", ids)
	}
}

// TestDamagedEntry: an entry that cannot be read does not keep the news back.
func TestDamagedEntry(t *testing.T) {
	k := newFeeds()
	name := news(1, 1, notify.Shared).Notification.Name()
	must(0, record.Put(t.Context(), k.Store, transport.Change{Key: entryRecord.Key(bob, name), Value: []byte("x")}))
	k.enters(t, news(1, 1, notify.Shared), bob)
	if ids, _ := k.waits(t); !slices.Equal(ids, []byte{1}) {
		t.Errorf("%v wait", ids)
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
		transport.Change{Key: numbered(newsRecord, bob, 3), Value: []byte("x")}))
	if ids, _ := k.waits(t); !slices.Equal(ids, []byte{1, 4}) || len(failed) != 2 {
		t.Errorf("%v wait, failed %v", ids, failed)
	}
	for _, err := range failed {
		if !errors.Is(err, transport.ErrStorage) {
			t.Error(err)
		}
	}
	k.reads(t, 2, 1)
}
