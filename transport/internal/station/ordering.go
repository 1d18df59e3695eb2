package station

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// ordering is the job of putting the feeds of an album's readers in order, when it has become
// another one: whoever is refused keeps the names alone, and whoever is refused no more, since
// a head has ended, say, is told anew.
type ordering struct {
	Of    collection.ID     `cbor:"1,keyasint,omitzero"` // the collection that it is at: those before it are done
	After collection.UserID `cbor:"2,keyasint,omitzero"` // in that, those up to this one are done
}

// order does jobs, or a batch of each, and returns those that go on.
func (k *Core) order(ctx context.Context, keys []string) (left []string, err error) {
	for _, key := range keys {
		more, failed := k.orderSome(ctx, key)
		if err = errors.Join(err, failed); more {
			left = append(left, key)
		}
	}
	return left, err
}

// orderSome puts some feeds in order, and reports whether there is more.
func (k *Core) orderSome(ctx context.Context, key string) (more bool, err error) {
	name, err := record.Name(key)
	if err != nil {
		return false, err
	}
	var told []collection.UserID
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		told, more = nil, false
		job, there, err := loadJob[ordering](ctx, tx, key)
		if err != nil || !there {
			return err
		}
		told, more, err = k.orderFrom(ctx, tx, name, &job)
		if err != nil {
			return err
		}
		if more {
			return k.storeJob(tx, key, job)
		}
		tx.Set(key, nil)
		return nil
	})
	if err == nil && k.Notified != nil {
		k.Notified(told...)
	}
	return more && err == nil, err
}

// orderFrom does a batch of a job, and notes in it how far it is.
func (k *Core) orderFrom(ctx context.Context, tx *record.Tx, of collection.Name, job *ordering) (told []collection.UserID, more bool, err error) {
	a, err := k.albumOf(ctx, tx, of)
	if err != nil {
		return nil, false, err
	}
	all := slices.SortedFunc(slices.Values(slices.Concat(a.heads, a.replaced)), compareNames)
	at, _ := slices.BinarySearchFunc(all, job.Of, func(n collection.Name, id collection.ID) int { return bytes.Compare(n.ID[:], id[:]) })
	most := k.atOnce(maxTold, fewTold)
	for _, name := range all[at:] {
		if job.Of != name.ID {
			*job = ordering{Of: name.ID}
		}
		some, last, err := k.orderReaders(ctx, tx, name, job.After, most-len(told))
		if err != nil {
			return nil, false, err
		}
		if told = append(told, some...); len(told) >= most {
			job.After = last
			return told, true, nil
		}
	}
	return told, false, nil
}

// orderReaders puts what some readers' feeds have of one collection in order, and returns
// these, and who was the last.
func (k *Core) orderReaders(ctx context.Context, tx *record.Tx, name collection.Name, after collection.UserID, most int) (some []collection.UserID, last collection.UserID, err error) {
	s, err := k.Load(ctx, name)
	if errors.Is(err, transport.ErrSeal) || errors.Is(err, transport.ErrNotFound) || err == nil && s.Collection.Ended() {
		return nil, last, nil
	}
	if err != nil {
		return nil, last, err
	}
	refused, err := k.refusalIn(ctx, tx, s.Collection)
	if err != nil {
		return nil, last, err
	}
	all := readers(s)
	from, found := slices.BinarySearchFunc(all, after, compareUsers)
	if found {
		from++
	}
	some = all[from:min(len(all), from+most)]
	keys := make([]string, 0, 2*len(some))
	for _, u := range some {
		keys, last = append(keys, entryRecord.Key(u, name), feedRecord.Key(u)), u
	}
	if err := tx.Fetch(ctx, keys...); err != nil {
		return nil, last, err
	}
	for _, u := range some {
		if refused.of(u) {
			err = k.entomb(ctx, tx, u, name)
		} else {
			err = k.unearth(ctx, tx, u, s)
		}
		if err != nil {
			return nil, last, err
		}
	}
	return some, last, nil
}

// unearth tells one who may read a collection again of it, if the name alone is left in the
// feed.
func (k *Core) unearth(ctx context.Context, tx *record.Tx, u collection.UserID, s engine.State) error {
	key := entryRecord.Key(u, s.Collection.Name())
	old, _, err := record.Load[entry](ctx, tx, key)
	if record.Damaged(err, key) {
		return nil
	}
	if err != nil || old.Notification.Reason != notify.Removed {
		return err
	}
	news, err := k.Rules.News(s)
	if err != nil {
		return err
	}
	head, err := k.headOf(ctx, tx, u)
	if err != nil {
		return err
	}
	e := entry{Seq: max(old.Seq, news.Seq), Notification: news.Notification.For(u, news.Availability)}
	return k.enterEntry(tx, u, head, e, old)
}
