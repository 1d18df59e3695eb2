package station

import (
	"context"
	"errors"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// mendFeed makes the head of a feed anew, or a number in it.
func (k *Core) mendFeed(ctx context.Context, key string) (how string, err error) {
	u, err := userIn(key, 1)
	if err != nil {
		return "", err
	}
	number, ok := numberIn(key)
	isHead := key == feedRecord.Key(u)
	if !ok && !isHead {
		return "", transport.At(transport.ErrStorage, key)
	}
	how = MadeAnew
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		if isHead {
			head, err := k.headOf(ctx, tx, u)
			if err != nil {
				return err
			}
			return k.storeHead(tx, u, head)
		}
		name, err := k.entryWith(ctx, tx, u, number)
		if tx.Set(key, nil); err == nil && name != nil {
			tx.Set(key, nameValue(*name))
		}
		return err
	})
	return how, err
}

// entryWith returns the collection whose entry has a number in a user's feed; nil = none.
func (k *Core) entryWith(ctx context.Context, tx *record.Tx, u collection.UserID, number uint64) (*collection.Name, error) {
	for r, err := range record.Walk(ctx, k.Store, entryRecord.Under(u), "", 0) {
		if record.Damaged(err, r.Key) {
			continue
		}
		if err != nil {
			return nil, err
		}
		e, err := record.Value[entry](r)
		if err != nil || e.Number != number {
			continue
		}
		name, err := record.Name(r.Key)
		if err == nil {
			_, err = tx.Get(ctx, r.Key) // as it is now
		}
		return &name, err
	}
	return nil, nil
}

// mendEntry tells a user once more of a collection, or nothing of what the user may not read.
func (k *Core) mendEntry(ctx context.Context, key string) (string, error) {
	name, err := record.Name(key)
	u, errUser := userIn(key, 1)
	if err := errors.Join(err, errUser); err != nil {
		return "", err
	}
	job := tellJob.Key(name)
	how := Removed
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		s, there, err := k.asStored(ctx, tx, name)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		tx.Set(key, nil)
		if !there || !engine.May(s, u) || s.Notified.IsZero() {
			return nil
		}
		how = MadeAnew
		news, err := k.lastNews(s)
		if err != nil {
			return err
		}
		news.To, news.Apart = []collection.UserID{u}, true
		all, _, err := loadJob[tellings](ctx, tx, job)
		if err != nil {
			return err
		}
		return k.storeJob(tx, job, all.with(telling{News: news}))
	})
	if err == nil && how == MadeAnew {
		err = k.tellAll(ctx, job)
	}
	return how, err
}

// tellAll does a job of telling.
func (k *Core) tellAll(ctx context.Context, job string) (err error) {
	for left := []string{job}; len(left) > 0 && err == nil; {
		left, err = k.tell(ctx, left)
	}
	return err
}

// lastNews is what recipients were told last of a collection. Whoever was told it is not told
// again.
func (k *Core) lastNews(s engine.State) (engine.Notify, error) {
	link := ""
	if k.Rules.Link != "" {
		link = k.Rules.Link + "/" + s.Collection.Name().String()
	}
	n, err := notify.Make(s.Collection, notify.Shared, link)
	return engine.Notify{Notification: n, Availability: s.Notified, Seq: s.News, NoLetters: true}, err
}

// mendJob does a job once more, of all that it may have been about, since what was done
// already changes nothing. Letters are not written twice: those that were left are not.
func (k *Core) mendJob(ctx context.Context, key string) (how string, err error) {
	name, err := record.Name(key)
	if err != nil {
		return "", err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		how = Removed
		tx.Set(key, nil)
		s, there, err := k.asStored(ctx, tx, name)
		if err != nil {
			return errors.Join(ErrLost, err)
		}
		if !there {
			return nil
		}
		how = MadeAnew
		return k.jobAnew(tx, key, s)
	})
	if err == nil && how == MadeAnew {
		k.later(key)
	}
	return how, err
}

// jobAnew stores a job of a collection.
func (k *Core) jobAnew(tx *record.Tx, key string, s engine.State) error {
	switch kindOf(key) {
	case foldJob:
		return k.storeJob(tx, key, struct{}{})
	case albumJob:
		return k.storeJob(tx, key, ordering{})
	case spreadJob:
		if len(s.Sources) == 0 {
			return nil
		}
		return k.storeJob(tx, key, spreading{Sources: s.Sources})
	}
	job := telling{All: true, OnlyIndex: s.Notified.IsZero()}
	if !job.OnlyIndex {
		var err error
		if job.News, err = k.lastNews(s); err != nil {
			return err
		}
	}
	return k.storeJob(tx, key, tellings{job})
}
