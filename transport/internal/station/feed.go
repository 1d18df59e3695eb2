package station

import (
	"context"
	"fmt"
	"io"
	"path"
	"strconv"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What a user is told is a feed: the collections that the user was told of, each once, in
// the order of its last change. An entry has a number, which is stored together with it
// under the feed's head, so that who has read up to a number misses nothing: an entry
// that comes later has a higher one. What is new of a collection takes the place of its
// entry. What a station of the user's has read, it knows itself.

// feedHead is the head of a feed. Its ID changes when somebody has read entries that are not
// there any more: then other numbers may be others' too.
type feedHead struct {
	Last uint64           `cbor:"1,keyasint"` // number of the last entry
	ID   transport.FeedID `cbor:"2,keyasint"`
	Gone bool             `cbor:"3,keyasint,omitempty"` // the user was removed: nothing comes into it any more
}

// entry is what a feed has of one collection.
type entry struct {
	Number       uint64              `cbor:"1,keyasint"`
	First        uint64              `cbor:"2,keyasint"` // number with which it came into the feed
	Seq          uint64              `cbor:"3,keyasint"` // grows with each newer notification
	Notification notify.Notification `cbor:"4,keyasint"`
	Edited       uint64              `cbor:"5,keyasint"` // number that it had first with its edition
}

// numbered is the key of what a user's feed has under a number.
func numbered(u collection.UserID, n uint64) string {
	return feedRecord.Under(u) + fmt.Sprintf("%016x", n)
}

// enter puts news into the feeds of some users.
func (k *Core) enter(ctx context.Context, tx *record.Tx, news engine.Notify, to []collection.UserID) error {
	name := news.Notification.Name()
	keys := make([]string, 0, 4*len(to))
	for _, u := range to {
		keys = append(keys, feedRecord.Key(u), entryRecord.Key(u, name), contactRecord.Key(u, name.Author), contactRecord.Key(u))
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return err
	}
	for _, u := range to {
		if err := k.enterOne(ctx, tx, news, u); err != nil {
			return err
		}
	}
	return nil
}

// enterOne puts news into the feed of one user, unless it has this, or what is newer.
func (k *Core) enterOne(ctx context.Context, tx *record.Tx, news engine.Notify, u collection.UserID) error {
	head, err := k.headOf(ctx, tx, u)
	if err != nil || head.Gone {
		return err
	}
	key := entryRecord.Key(u, news.Notification.Name())
	old, _, err := record.Load[entry](ctx, tx, key)
	if record.Damaged(err, key) {
		old, err = entry{}, nil // it does not keep the news back
	}
	if err != nil || old.Number > 0 && old.Seq >= news.Seq {
		return err
	}
	e := entry{Seq: news.Seq, Notification: news.Notification.For(u, news.Availability)}
	if old.Number == 0 {
		if held, err := k.holdBack(ctx, tx, u, e); held || err != nil {
			return err
		}
	}
	return k.enterEntry(tx, u, head, e, old)
}

// InFeed reports whether a user's feed has a collection: not if the user may not read it any
// more, nor if what strangers share is held back.
func InFeed(ctx context.Context, tx *record.Tx, u collection.UserID, name collection.Name) (bool, error) {
	e, _, err := record.Load[entry](ctx, tx, entryRecord.Key(u, name))
	return err == nil && e.Number > 0 && e.Notification.Reason != notify.Removed, err
}

// enterEntry puts an entry into a feed, in place of an old one if there is one.
func (k *Core) enterEntry(tx *record.Tx, u collection.UserID, head feedHead, e, old entry) error {
	head.Last++
	e.Number, e.First, e.Edited = head.Last, old.First, old.Edited
	if e.Notification.Edition != old.Notification.Edition {
		e.Edited = e.Number
	}
	switch {
	case old.Number == 0, old.Notification.Reason == notify.Removed:
		e.First, e.Edited = e.Number, e.Number
	case e.Notification.Reason == notify.Shared: // the first word to somebody else
		e.Notification.Reason = notify.Available
	}
	if old.Number > 0 {
		tx.Set(numbered(u, old.Number), nil)
	}
	name := e.Notification.Name()
	tx.Set(numbered(u, e.Number), nameValue(name))
	if err := tx.Encode(entryRecord.Key(u, name), e); err != nil {
		return err
	}
	return k.storeHead(tx, u, head)
}

// storeHead stores the head of a feed, which has an ID from then on.
func (k *Core) storeHead(tx *record.Tx, u collection.UserID, head feedHead) error {
	if head.ID == (transport.FeedID{}) {
		if _, err := io.ReadFull(k.Random, head.ID[:]); err != nil {
			return err
		}
	}
	return tx.Encode(feedRecord.Key(u), head)
}

// entomb leaves the name alone of what a user's feed has of a collection.
func (k *Core) entomb(ctx context.Context, tx *record.Tx, u collection.UserID, name collection.Name) error {
	tx.Set(heldRecord.Key(u, name), nil)
	key := entryRecord.Key(u, name)
	old, _, err := record.Load[entry](ctx, tx, key)
	if record.Damaged(err, key) {
		err = nil // nobody is told of it
	}
	if err != nil || old.Number == 0 || old.Notification.Reason == notify.Removed {
		return err
	}
	head, err := k.headOf(ctx, tx, u)
	if err != nil || head.Gone {
		return err
	}
	return k.enterEntry(tx, u, head, entry{Seq: old.Seq, Notification: removed(name, u)}, old)
}

// removed is all that is told of a collection to one who may not read it any more.
func removed(name collection.Name, to collection.UserID) notify.Notification {
	return notify.Notification{Author: name.Author, Collection: name.ID, To: to, Reason: notify.Removed}
}

// headOf returns the head of a user's feed. One that is damaged is told aside, and made
// anew: the last number is that of the last in the list, if none follows meanwhile.
func (k *Core) headOf(ctx context.Context, tx *record.Tx, u collection.UserID) (feedHead, error) {
	key := feedRecord.Key(u)
	head, _, err := record.Load[feedHead](ctx, tx, key)
	if !record.Damaged(err, key) {
		return head, err
	}
	k.Failed(err)
	last := numbered(u, 0)
	for r, err := range record.Walk(ctx, k.Store, feedRecord.Under(u), "", 0) {
		if r.Key == "" {
			return head, err
		}
		last = r.Key
	}
	n, ok := numberIn(last)
	if !ok {
		return head, transport.At(transport.ErrStorage, last)
	}
	_, err = tx.Get(ctx, numbered(u, n+1))
	return feedHead{Last: n}, err
}

// numberIn returns the number in a key of the list.
func numberIn(key string) (uint64, bool) {
	n, err := strconv.ParseUint(path.Base(key), 16, 64)
	return n, err == nil
}

// nameValue is a name as it stands in a list.
func nameValue(n collection.Name) []byte { return append(n.Author[:], n.ID[:]...) }

func readNameValue(r transport.Record) (n collection.Name, err error) {
	if len(r.Value) != len(n.Author)+len(n.ID) {
		return n, transport.At(transport.ErrStorage, r.Key)
	}
	copy(n.Author[:], r.Value)
	copy(n.ID[:], r.Value[len(n.Author):])
	return n, nil
}
