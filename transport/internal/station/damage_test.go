package station

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
	"github.com/glimpse-go/glimpse/transport/internal/recordtest"
	"github.com/glimpse-go/glimpse/transport/memstore"
)

// damages has the store of feeds find some records damaged, and returns what is told aside.
func (k *Core) damages(keys ...string) *[]error {
	failed := new([]error)
	k.Failed = func(err error) { *failed = append(*failed, err) }
	k.Store = recordtest.New(k.Store, keys...)
	return failed
}

// told checks that the damage of a record was told aside.
func told(t *testing.T, failed *[]error, key string) {
	t.Helper()
	if !slices.ContainsFunc(*failed, func(err error) bool { return record.Damaged(err, key) }) {
		t.Errorf("of %s is told %v", key, *failed)
	}
}

// TestDamagedHead: a user's feed whose head cannot be read goes on behind what is in its
// list, and the others hear, too. Several pieces of news in one transaction still have
// numbers of their own.
func TestDamagedHead(t *testing.T) {
	for _, list := range []bool{false, true} {
		k := newFeeds()
		for id := range byte(3) {
			k.enters(t, news(id+1, 1, notify.Shared), bob)
		}
		head := feedRecord.Key(bob)
		bad := []string{head}
		if list {
			bad = append(bad, numbered(bob, 3))
		}
		failed := k.damages(bad...)
		must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			for id := range byte(2) {
				must(0, k.enter(t.Context(), tx, news(id+4, 1, notify.Shared), []collection.UserID{bob, {3}}))
			}
			return nil
		}))
		told(t, failed, head)
		want := []byte{1, 2, 3, 4, 5}
		if list {
			want = []byte{1, 2, 4, 5}
		}
		if ids, _ := k.after(t, 0); !slices.Equal(ids, want) {
			t.Errorf("feed %v", ids)
		}
		if other := must(k.Server.page(t.Context(), collection.UserID{3}, transport.Cursor{}, noKeys)).Entries; len(other) != 2 {
			t.Errorf("another one hears %v", other)
		}
		if now, _, err := record.Load[feedHead](t.Context(), k.Store, head); now.Last != 5 || err != nil {
			t.Errorf("head %v, %v", now, err)
		}
	}
}

// TestHeadIsMadeOnce: of two who make a head anew at once, one tries again.
func TestHeadIsMadeOnce(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 1, notify.Shared), bob)
	inner, first := k.Store, true
	k.damages(feedRecord.Key(bob))
	must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
		err := k.enter(t.Context(), tx, news(2, 1, notify.Shared), []collection.UserID{bob})
		if first {
			first = false
			other := newFeeds()
			other.Store = recordtest.New(inner, feedRecord.Key(bob))
			other.enters(t, news(3, 1, notify.Shared), bob)
			k.Store.(*recordtest.Damaged).Fail(feedRecord.Key(bob), nil)
		}
		return err
	}))
	if ids, _ := k.after(t, 0); !slices.Equal(ids, []byte{1, 3, 2}) {
		t.Errorf("feed %v", ids)
	}
}

// TestUnreadableEntry: of an entry that the store cannot read is told aside, no other is
// kept back, and what is new takes its place.
func TestUnreadableEntry(t *testing.T) {
	k := newFeeds()
	for id := range byte(3) {
		k.enters(t, news(id+1, 1, notify.Shared), bob)
	}
	key := entryRecord.Key(bob, news(2, 1, notify.Shared).Notification.Name())
	failed := k.damages(key)
	if ids, _ := k.after(t, 0); !slices.Equal(ids, []byte{1, 3}) {
		t.Errorf("feed %v", ids)
	}
	told(t, failed, key)
	must(record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
		must(0, k.enter(t.Context(), tx, news(2, 2, notify.Available), []collection.UserID{bob}))
		return k.enter(t.Context(), tx, news(2, 3, notify.Available), []collection.UserID{bob})
	}))
	if ids, all := k.after(t, 0); !slices.Equal(ids, []byte{1, 3, 2}) || all[2].Number != 5 {
		t.Errorf("feed %v", ids)
	}
}

// TestUnreadableNews: what names an entry is not needed to replace it; and however much of it
// is damaged, what comes behind is heard at once.
func TestUnreadableNews(t *testing.T) {
	const many = 64
	k := newFeeds()
	var bad []string
	for id := range byte(many + 6) {
		k.enters(t, news(id+1, 1, notify.Shared), bob)
		bad = append(bad, numbered(bob, uint64(id+1)))
	}
	failed := k.damages(bad[:many+4]...)
	if ids, _ := k.after(t, 0); !slices.Equal(ids, []byte{many + 5, many + 6}) {
		t.Errorf("feed %v", ids)
	}
	told(t, failed, bad[0])
	k.enters(t, news(2, 2, notify.Available), bob)
	ids, all := k.after(t, 0)
	if !slices.Equal(ids, []byte{many + 5, many + 6, 2}) || all[2].Notification.Reason != notify.Shared {
		t.Errorf("then feed %v", ids)
	}
	if r := must(record.Get(t.Context(), k.Store, bad[1])); r.Version > 0 {
		t.Error("what named the older entry is left")
	}
}

// TestStoreIsGone: what is no damage of one record is an error, and nobody is passed over.
func TestStoreIsGone(t *testing.T) {
	k := newFeeds()
	k.enters(t, news(1, 1, notify.Shared), bob)
	name := news(1, 1, notify.Shared).Notification.Name()
	for _, key := range []string{feedRecord.Key(bob), entryRecord.Key(bob, name), numbered(bob, 1)} {
		inner, failed := k.Store, k.damages()
		k.Store.(*recordtest.Damaged).Fail(key, transport.ErrStorage)
		_, read := k.Server.page(t.Context(), bob, transport.Cursor{}, noKeys)
		_, err := record.Update(t.Context(), k.Store, func(tx *record.Tx) error {
			return k.enter(t.Context(), tx, news(1, 2, notify.Available), []collection.UserID{{3}, bob})
		})
		if read == nil || err == nil && key != numbered(bob, 1) || len(*failed) > 0 {
			t.Errorf("%s: %v, %v, told %v", key, err, read, *failed)
		}
		k.Store = inner
	}
}

// TestUnreadableJob keeps no other job from being resumed.
func TestUnreadableJob(t *testing.T) {
	w := newCrowd(t, 0)
	keys, inner := w.leavesJobs(t, 5), w.Store
	for _, all := range []bool{false, true} {
		store := recordtest.New(inner, keys[1], keys[2])
		w.Core.Store = store
		w.failed = nil
		w.restarts()
		must(0, w.Resume(t.Context(), all))
		told(t, &w.failed, keys[1])
		told(t, &w.failed, keys[2])
		if n := len(w.Core.tells.waiting); all && n != 3 {
			t.Errorf("%d jobs are resumed", n)
		}
		store.Fail(keys[4], transport.ErrStorage)
		if err := w.Resume(t.Context(), all); err != transport.ErrStorage {
			t.Error(err)
		}
	}
}

// TestDamagedVersionExpires: neither an age nor a version that cannot be read keeps the
// author's others from expiring, and the version goes with them.
func TestDamagedVersionExpires(t *testing.T) {
	inner := new(memstore.Store)
	clock := time.Unix(1e9, 0)
	k := New(Config{Store: inner, Cache: true, Now: func() time.Time { return clock }})
	var ages, versions []string
	for _, data := range []string{"one", "two", "three"} {
		must(k.Versions.Receive(t.Context(), ofItem([]byte(data)), 0, 0, 0, strings.NewReader(data)))
	}
	for r := range inner.Scan(t.Context(), ageRecord.Under(), "", 0) {
		ages = append(ages, r.Key)
		versions = append(versions, versionRecord.Under()+strings.TrimPrefix(r.Key, ageRecord.Under()))
	}
	k.Store = recordtest.New(inner, ages[0], versions[1])
	if err := k.Expire(t.Context(), clock.Add(time.Hour)); !record.Damaged(err, ages[0]) {
		t.Error(err)
	}
	var left []string
	for r := range inner.Scan(t.Context(), "", "", 0) {
		if !strings.HasPrefix(r.Key, usageRecord.Under()) {
			left = append(left, r.Key)
		}
	}
	if !slices.Equal(left, []string{ages[0], dutyRecord.Key(k.expiring.name), dutyRecord.Key(k.removing.name), versions[0]}) {
		t.Errorf("left: %v", left)
	}
}
