package station

import (
	"context"
	"errors"
	"slices"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// tellings are the job of telling recipients: one piece of news after the other.
type tellings []telling

// telling is one piece of news, and whom it has still to be told.
type telling struct {
	News      engine.Notify     `cbor:"1,keyasint"` // whose To is empty if All
	All       bool              `cbor:"2,keyasint,omitempty"`
	OnlyWrite bool              `cbor:"3,keyasint,omitempty"` // letters, to those who are no members
	OnlyIndex bool              `cbor:"4,keyasint,omitempty"` // the records of who may read
	After     collection.UserID `cbor:"5,keyasint,omitzero"`  // those up to this one are done
}

const (
	maxNamed = 64  // recipients that a job names; where there are more, they are those of the collection, if all of these are meant
	maxTold  = 256 // recipients in one transaction
	fewTold  = 32  // the same while answers are made: those of fewJobs with two each
)

// tells adds news to the job of a collection.
func (s *step) tells(ctx context.Context, news engine.Notify, only telling) error {
	c := s.result.State.Collection
	key := tellJob.Key(c.Name())
	job, _, err := loadJob[tellings](ctx, s.tx, key)
	if err != nil {
		return err
	}
	only.News = news
	if only.All = only.All || len(news.To) > maxNamed && isDue(c, news.To); only.All {
		only.News.To = nil
	} else {
		slices.SortFunc(news.To, compareUsers)
	}
	s.jobs = append(s.jobs, key)
	return s.core.storeJob(s.tx, key, job.with(only))
}

// isDue reports whether those who are told are all of a collection's: others are told only
// when they are resolved.
func isDue(c collection.Collection, to []collection.UserID) bool {
	for range c.Resolved() {
		return len(to) == len(notify.Due(c))
	}
	return true
}

// with adds what is newer. As far as nobody has been told yet, it takes in what is older
// and can be told with it: the numbers of what is left still ascend.
func (all tellings) with(newer telling) tellings {
	var kept tellings
	for _, t := range all {
		switch begun := !t.After.IsZero(); {
		case !begun && newer.OnlyIndex && t.All && !t.OnlyIndex:
			return all // who is told is noted as a reader, too
		case !begun && t.OnlyIndex && newer.All:
		case !begun && newer.takesIn(t):
			newer = t.joined(newer)
		default:
			kept = append(kept, t)
		}
	}
	return append(kept, newer)
}

// takesIn reports whether what is older can be told together with t: to everybody what it
// would be on its own.
func (t telling) takesIn(older telling) bool {
	if t.News.Apart || older.News.Apart {
		return false
	}
	if t.OnlyIndex != older.OnlyIndex || t.OnlyWrite != older.OnlyWrite || t.News.NoLetters != older.News.NoLetters {
		return false // no letter tells of what is not checked
	}
	return t.All && older.All || !t.All && !older.All && slices.Equal(t.News.To, older.News.To) ||
		t.first() == older.first()
}

// first reports whether it is the first word on a collection, which it stays for those
// who have not read it.
func (t telling) first() bool { return t.News.Notification.Reason == notify.Shared }

// joined is news that nobody has been told yet, with what is newer.
func (t telling) joined(newer telling) telling {
	addresses := slices.DeleteFunc(slices.Clone(t.News.Addresses), func(a collection.Address) bool {
		return slices.Contains(newer.News.Addresses, a)
	})
	newer.News.Addresses = append(addresses, newer.News.Addresses...)
	newer.News.Notification = notify.Coalesce(t.News.Notification, newer.News.Notification)
	newer.All = newer.All || t.All
	to := append(without(t.News.To, newer.News.To), newer.News.To...)
	if newer.All {
		to = nil
	}
	slices.SortFunc(to, compareUsers)
	newer.News.To = to
	return newer
}

// tell does jobs, or a batch of them, and returns those that go on. They are done
// together; where that fails, or meets what comes to one of them, in halves: each keeps
// only itself from being done.
func (k *Core) tell(ctx context.Context, keys []string) (left []string, err error) {
	if len(keys) == 1 {
		return k.tellTogether(ctx, keys, record.Update)
	}
	if left, err = k.tellTogether(ctx, keys, record.Try); err == nil {
		return left, nil
	}
	half := len(keys) / 2
	left, err = k.tell(ctx, keys[:half])
	more, errMore := k.tell(ctx, keys[half:])
	return append(left, more...), errors.Join(err, errMore)
}

// update is record.Update, or record.Try.
type update func(context.Context, transport.Records, func(*record.Tx) error) (uint64, error)

// tellTogether does jobs in one transaction, and returns those that go on: none after
// an error.
func (k *Core) tellTogether(ctx context.Context, keys []string, update update) (left []string, err error) {
	most := k.atOnce(maxTold, fewTold)
	var told []collection.UserID
	_, err = update(ctx, k.Store, func(tx *record.Tx) error {
		left, told = nil, nil
		if err := tx.Fetch(ctx, keys...); err != nil {
			return err
		}
		k.fetchFeeds(ctx, tx, keys, most)
		for i, key := range keys {
			if len(told) >= most {
				left = append(left, keys[i:]...)
				break
			}
			some, more, err := k.tellSome(ctx, tx, key, most-len(told))
			if err != nil {
				return err
			}
			if told = append(told, some...); more {
				left = append(left, key)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if k.Notified != nil {
		k.Notified(told...)
	}
	return left, nil
}

// fetchFeeds reads in one look what is needed to tell the named recipients of jobs. It
// only saves work: who needs something that it could not read finds out.
func (k *Core) fetchFeeds(ctx context.Context, tx *record.Tx, keys []string, most int) {
	var heads, entries []string
	for _, key := range keys {
		if len(entries) >= most {
			break
		}
		job, _, _ := loadJob[tellings](ctx, tx, key)
		name, err := record.Name(key)
		if err != nil || len(job) == 0 {
			continue
		}
		for _, u := range job[0].News.To {
			heads = append(heads, feedRecord.Key(u))
			entries = append(entries, entryRecord.Key(u, name))
		}
	}
	slices.Sort(heads)
	_ = tx.Fetch(ctx, append(slices.Compact(heads), entries...)...)
}

// tellSome tells some recipients of one job, and reports whether there is more.
func (k *Core) tellSome(ctx context.Context, tx *record.Tx, key string, most int) (told []collection.UserID, more bool, err error) {
	job, there, err := loadJob[tellings](ctx, tx, key)
	if err != nil || !there {
		return nil, false, err
	}
	name, err := record.Name(key)
	if err != nil {
		return nil, false, err
	}
	for len(job) > 0 && len(told) < most {
		to, err := k.tellNews(ctx, tx, name, &job[0], most-len(told))
		if err != nil {
			return nil, false, err
		}
		if told = append(told, to...); job[0].After.IsZero() {
			job = job[1:]
		}
	}
	if len(job) == 0 {
		tx.Set(key, nil)
		return told, false, nil
	}
	return told, true, k.storeJob(tx, key, job)
}

// tellNews tells some recipients a piece of news, and notes in it as far as that is done;
// nothing if it is all.
func (k *Core) tellNews(ctx context.Context, tx *record.Tx, name collection.Name, news *telling, most int) ([]collection.UserID, error) {
	to, err := k.recipients(ctx, name, *news)
	if err != nil {
		return nil, err
	}
	more := len(to) > most
	to = to[:min(len(to), most)]
	if err := k.tellThese(ctx, tx, name, *news, to); err != nil {
		return nil, err
	}
	news.After, news.News.Addresses = collection.UserID{}, nil
	if more {
		news.After = to[most-1]
	}
	return to, nil
}

// recipients are those whom a job has still to tell, ascending.
func (k *Core) recipients(ctx context.Context, name collection.Name, job telling) ([]collection.UserID, error) {
	to := job.News.To
	if job.All {
		s, err := k.Load(ctx, name)
		if err != nil && !errors.Is(err, transport.ErrSeal) {
			return nil, err
		}
		if to = notify.Due(s.Collection); job.OnlyIndex {
			to = readers(s)
		}
		slices.SortFunc(to, compareUsers)
	}
	if author := name.Author; !job.OnlyIndex && !job.News.Apart { // whose other stations find it there
		if at, in := slices.BinarySearchFunc(to, author, compareUsers); !in {
			to = slices.Insert(slices.Clone(to), at, author)
		}
	}
	from, found := slices.BinarySearchFunc(to, job.After, compareUsers)
	if found {
		from++
	}
	return to[from:], nil
}

// tellThese tells some recipients, but for those who are refused, and the author, who is
// written no letter.
func (k *Core) tellThese(ctx context.Context, tx *record.Tx, name collection.Name, job telling, to []collection.UserID) error {
	others := without(to, []collection.UserID{name.Author})
	if job.All {
		var err error
		if others, err = k.withFeed(ctx, tx, others); err != nil {
			return err
		}
		for _, u := range others {
			tx.Set(readerRecord.Key(name, u), []byte{})
		}
	}
	if job.OnlyIndex {
		return nil
	}
	others, err := k.notRefused(ctx, tx, name, others)
	if err != nil {
		return err
	}
	feeds := others
	if job.OnlyWrite {
		feeds = nil
	}
	if slices.Contains(to, name.Author) {
		feeds = append(slices.Clone(feeds), name.Author)
	}
	if err := k.enter(ctx, tx, job.News, feeds); err != nil || k.Letters == nil || job.News.NoLetters {
		return err
	}
	news := job.News
	news.To = others
	return k.Letters(ctx, tx, news)
}
