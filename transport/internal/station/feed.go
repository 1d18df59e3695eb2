package station

import (
	"context"
	"fmt"
	"path"
	"slices"
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
// entry; what waits to be read is in another list, by the same numbers.

// feedHead is the head of a feed.
type feedHead struct {
	Last uint64 `cbor:"1,keyasint"` // number of the last entry
}

// entry is what a feed has of one collection.
type entry struct {
	Number   uint64             `cbor:"1,keyasint"`
	Delivery transport.Delivery `cbor:"2,keyasint"`
}

// numbered is the key of what stands in a user's list under a number.
func numbered(kind record.Kind, u collection.UserID, n uint64) string {
	return kind.Under(u) + fmt.Sprintf("%016x", n)
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
	name := news.Notification.Name()
	head, err := k.headOf(ctx, tx, u)
	if err != nil {
		return err
	}
	key := entryRecord.Key(u, name)
	old, _, err := record.Load[entry](ctx, tx, key)
	if record.Damaged(err, key) {
		old, err = entry{}, nil // it does not keep the news back
	}
	if err != nil || old.Number > 0 && old.Delivery.Seq >= news.Seq {
		return err
	}
	e := entry{0, transport.Delivery{Seq: news.Seq, Notification: news.Notification.For(u, news.Availability)}}
	if old.Number == 0 {
		if held, err := k.holdBack(ctx, tx, u, e); held || err != nil {
			return err
		}
	}
	return k.enterEntry(ctx, tx, u, head, e, old)
}

// enterEntry puts an entry into a feed, in place of an old one if there is one.
func (k *Core) enterEntry(ctx context.Context, tx *record.Tx, u collection.UserID, head feedHead, e, old entry) error {
	name := e.Delivery.Notification.Name()
	head.Last++
	e.Number = head.Last
	if old.Number > 0 {
		waits, err := newsWaits(ctx, tx, u, old.Number)
		if err != nil {
			return err
		}
		if waits {
			e.Delivery.Notification = notify.Coalesce(old.Delivery.Notification, e.Delivery.Notification)
		}
		tx.Set(numbered(newsRecord, u, old.Number), nil)
		tx.Set(numbered(feedRecord, u, old.Number), nil)
	}
	tx.Set(numbered(feedRecord, u, e.Number), nameValue(name))
	tx.Set(numbered(newsRecord, u, e.Number), nameValue(name))
	if err := tx.Encode(entryRecord.Key(u, name), e); err != nil {
		return err
	}
	return tx.Encode(feedRecord.Key(u), head)
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
	last := numbered(feedRecord, u, 0)
	for r, err := range record.Walk(ctx, k.Store, feedRecord.Under(u), "", 0) {
		if r.Key == "" {
			return head, err
		}
		last = r.Key
	}
	n, err := strconv.ParseUint(path.Base(last), 16, 64)
	if err != nil {
		return head, transport.At(transport.ErrStorage, last)
	}
	_, err = tx.Get(ctx, numbered(feedRecord, u, n+1))
	return feedHead{n}, err
}

// newsWaits reports whether what has a number in a user's feed waits to be read, as what
// is damaged does.
func newsWaits(ctx context.Context, tx *record.Tx, u collection.UserID, n uint64) (bool, error) {
	key := numbered(newsRecord, u, n)
	r, err := record.Get(ctx, tx, key)
	if record.Damaged(err, key) {
		return true, nil
	}
	return r.Value != nil, err
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

// acknowledge takes what a user has read from what waits, unless something newer has
// taken its place: that has another number, so nothing is a condition.
func (k *Server) acknowledge(ctx context.Context, by collection.UserID, read []transport.Receipt) error {
	in := record.Reading(k.core.Store)
	numbers, err := k.numbersOf(ctx, in, by, read)
	if err != nil {
		return err
	}
	keys := make([]string, len(numbers))
	for i, n := range numbers {
		keys[i] = numbered(newsRecord, by, n)
	}
	if err := in.Fetch(ctx, keys...); err != nil {
		return err
	}
	var changes []transport.Change
	for i, n := range numbers {
		waits, err := newsWaits(ctx, in, by, n)
		if err != nil {
			return err
		}
		if waits {
			changes = append(changes, transport.Change{Key: keys[i]})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return record.Put(ctx, k.core.Store, changes...)
}

// numbersOf returns the numbers of the entries that a user has read, each once, where nothing
// newer has come.
func (k *Server) numbersOf(ctx context.Context, in *record.Tx, by collection.UserID, read []transport.Receipt) ([]uint64, error) {
	keys := make([]string, len(read))
	for i, r := range read {
		keys[i] = entryRecord.Key(by, collection.Name{Author: r.Author, ID: r.ID})
	}
	if err := in.Fetch(ctx, keys...); err != nil { // all at once
		return nil, err
	}
	var numbers []uint64
	for i, r := range read {
		e, at, err := record.Load[entry](ctx, in, keys[i])
		if record.Damaged(err, keys[i]) {
			continue // it does not wait
		}
		if err != nil {
			return nil, err
		}
		if at.Value != nil && e.Delivery.Seq == r.Seq && !slices.Contains(numbers, e.Number) {
			numbers = append(numbers, e.Number)
		}
	}
	return numbers, nil
}
