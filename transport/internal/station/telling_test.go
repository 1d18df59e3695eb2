package station

import (
	"context"
	"iter"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// batches is a store that counts the batches which change something, and shows each before
// it is applied.
type batches struct {
	transport.Store
	n, refused int
	before     func(transport.Batch)
}

func (s *batches) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if s.before != nil {
		s.before(b)
	}
	version, err := s.Store.Apply(ctx, b)
	if s.n++; err != nil {
		s.refused++
	}
	return version, err
}

// job is the key of the job of telling of one of many collections.
func job(i int) string { return tellJob.Key(collection.Name{Author: user(i), ID: collection.ID{1}}) }

// leavesJobs leaves jobs of telling one recipient each.
func (w *crowd) leavesJobs(t *testing.T, n int) (keys []string) {
	t.Helper()
	must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
		for i := range n {
			n := news(1, 1, notify.Shared)
			n.Notification.Author, n.To = user(i), []collection.UserID{user(i)}
			keys = append(keys, job(i))
			must(0, w.storeJob(tx, job(i), tellings{{News: n}}))
		}
		return nil
	}))
	return keys
}

// TestKindsDoNotWait: jobs of two kinds that come by turns are done several in one
// transaction, of each kind.
func TestKindsDoNotWait(t *testing.T) {
	w := newCrowd(t, 0)
	var all []string
	for _, key := range w.leavesJobs(t, maxJobs) {
		name := must(record.Name(key))
		must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
			return w.storeJob(tx, spreadJob.Key(name), spreading{Sources: []transport.Source{{User: name.Author}}})
		}))
		all = append(all, key, spreadJob.Key(name))
		keeps(t, w.Core, draftOf(name))
	}
	w.do(t.Context())
	counted := &batches{Store: w.Store}
	w.Core.Store = counted
	w.Core.later(all...)
	w.do(t.Context())
	if counted.n != 2 || w.left(t) != 0 || len(w.failed) > 0 {
		t.Errorf("%d batches, %d jobs left, failed %v", counted.n, w.left(t), w.failed)
	}
}

// TestBatchIsOfWhatIsDone: a batch rests on the jobs that it does, and not on those which it
// leaves to the next one.
func TestBatchIsOfWhatIsDone(t *testing.T) {
	w := newCrowd(t, 0)
	keys := w.leavesJobs(t, 3)
	must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
		for i, key := range keys {
			n := news(1, 1, notify.Shared)
			for j := range maxTold / 2 {
				n.To = append(n.To, user(i*maxTold+j))
			}
			must(0, w.storeJob(tx, key, tellings{{News: n}}))
		}
		return nil
	}))
	counted := &batches{Store: w.Store}
	counted.before = func(transport.Batch) {
		r := must(record.Get(t.Context(), counted.Store, keys[2]))
		must(0, record.Put(t.Context(), counted.Store, transport.Change{Key: keys[2], Value: r.Value}))
		counted.before = nil
	}
	w.Core.Store = counted
	w.Core.later(keys...)
	w.do(t.Context())
	if counted.refused > 0 || counted.n != 2 || w.left(t) != 0 || len(w.failed) > 0 {
		t.Errorf("%d batches, %d of them refused, %d jobs left, failed %v", counted.n, counted.refused, w.left(t), w.failed)
	}
}

// TestFewAtOnce: while answers are made few jobs are done at once, in the order in which
// they came.
func TestFewAtOnce(t *testing.T) {
	w := newCrowd(t, 0)
	w.Core.later(w.leavesJobs(t, 2*fewJobs+1)...)
	must(0, w.Answer(func() error { w.do(t.Context()); return nil }))
	told := slices.Concat(w.told...)
	if len(w.told) != 3 || len(told) != 2*fewJobs+1 || w.left(t) != 0 {
		t.Errorf("%d told, in %d batches, %d jobs left", len(told), len(w.told), w.left(t))
	}
	for i, u := range told {
		if u != user(i) {
			t.Fatalf("%v is told in place %d", u, i)
		}
	}
}

func draftOf(name collection.Name) collection.Collection {
	return must(collection.New(collection.Header{ID: name.ID, Author: name.Author}, collection.Body{}))
}

// TestRefusedBatchIsSplit: where something comes to one job again and again, the batch that
// it is in is not done again as a whole: the others are told soon, and it is told itself.
func TestRefusedBatchIsSplit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newCrowd(t, 0)
		keys := w.leavesJobs(t, maxJobs)
		busy := keys[maxJobs/3]
		counted := &batches{Store: w.Store}
		counted.before = func(b transport.Batch) {
			touches := func(c transport.Change) bool { return c.Key == busy }
			if len(b.Changes) > 10 && slices.ContainsFunc(b.Changes, touches) {
				r := must(record.Need(t.Context(), counted.Store, busy))
				must(0, record.Put(t.Context(), counted.Store, transport.Change{Key: busy, Value: r.Value}))
			}
		}
		w.Core.Store = counted
		w.Core.later(keys...)
		w.do(t.Context())
		if counted.refused > 6 || counted.n > 13 || w.left(t) != 0 || len(w.failed) > 0 {
			t.Errorf("%d batches, %d of them refused, %d jobs left, failed %v", counted.n, counted.refused, w.left(t), w.failed)
		}
	})
}

// TestFewKeepTheirReason: news for a few that meets news for all is the first word to nobody
// who was told before, in whatever order they come, and also while some have been told.
func TestFewKeepTheirReason(t *testing.T) {
	for _, n := range []int{3, maxNamed + 1, maxTold + 2} {
		for _, order := range []string{"few first", "all first", "while all are told"} {
			w := newCrowd(t, n)
			w.tells(t, 1, notify.Shared, telling{})
			w.do(t.Context())
			few, all := news(w.name.ID[0], 2, notify.Shared), news(w.name.ID[0], 3, notify.Available)
			if order != "few first" {
				few.Seq, all.Seq = 3, 2
			}
			few.To, all.To = w.to[1:2:2], slices.Clone(w.to)
			leave := []engine.Notify{few, all}
			if order != "few first" {
				slices.Reverse(leave)
			}
			w.leaves(t, leave[0], telling{})
			if order == "while all are told" {
				must(w.tell(t.Context(), []string{tellJob.Key(w.name)}))
			}
			w.leaves(t, leave[1], telling{})
			w.do(t.Context())
			for i, e := range w.entries(t) {
				if e.First != 1 || e.Number < 2 || e.Seq != 3 && (i == 1 || all.Seq == 3) || e.Notification.Reason != notify.Available {
					t.Errorf("%d recipients, %s: %d is told %+v", n, order, i, e)
				}
			}
			if w.left(t) != 0 || len(w.failed) > 0 {
				t.Errorf("%d jobs left, failed %v", w.left(t), w.failed)
			}
		}
	}
}

// TestIndexDoesNotRestart: records of who may read that are to be made while all are told
// have nobody told again, and none are made beside news that makes them.
func TestIndexDoesNotRestart(t *testing.T) {
	w := newCrowd(t, 2*maxTold)
	index := engine.Notify{}
	w.leaves(t, index, telling{OnlyIndex: true, All: true})
	w.tells(t, 1, notify.Shared, telling{})
	w.leaves(t, index, telling{OnlyIndex: true, All: true})
	must(w.tell(t.Context(), []string{tellJob.Key(w.name)}))
	entered := map[string]int{}
	counted := &batches{Store: w.Store, before: func(b transport.Batch) {
		for _, c := range b.Changes {
			entered[c.Key]++
		}
	}}
	w.Core.Store = counted
	w.leaves(t, index, telling{OnlyIndex: true, All: true})
	w.do(t.Context())
	w.wantTold(t, 1, notify.Shared)
	for i, u := range w.to {
		if n, want := entered[entryRecord.Key(u, w.name)], i/maxTold; n != want {
			t.Fatalf("the entry of %d is written %d times more, want %d", i, n, want)
		}
	}
}

// TestJobsWaitForTheAnswer: what a step leaves is begun when the answer is made, in small
// batches while another one is.
func TestJobsWaitForTheAnswer(t *testing.T) {
	w := newCrowd(t, 2*maxTold-1) // and the author
	must(0, w.Answer(func() error {
		w.tells(t, 1, notify.Shared, telling{})
		if len(w.later) != 0 {
			t.Error("begun before the answer")
		}
		return nil
	}))
	counted := &batches{Store: w.Store}
	w.Core.Store = counted
	must(0, w.Answer(func() error { w.do(t.Context()); return nil }))
	if w.wantTold(t, 1, notify.Shared); counted.n != 2*maxTold/fewTold {
		t.Errorf("%d batches", counted.n)
	}
}

// scans is a store that counts what is read of it.
type scans struct {
	transport.Store
	records, gets int
}

func (s *scans) Scan(ctx context.Context, prefix, after string, limit int) iter.Seq2[transport.Record, error] {
	return func(yield func(transport.Record, error) bool) {
		for r, err := range s.Store.Scan(ctx, prefix, after, limit) {
			if s.records++; !yield(r, err) {
				return
			}
		}
	}
}

func (s *scans) Get(ctx context.Context, keys ...string) ([]transport.Record, error) {
	s.gets++
	return s.Store.Get(ctx, keys...)
}

// TestResumeReadsSome: of many jobs that others do Resume looks at some each time, at those
// that follow the last ones, and around.
func TestResumeReadsSome(t *testing.T) {
	w := newCrowd(t, 0)
	keys := w.leavesJobs(t, 2*maxResumed)
	slices.Sort(keys)
	late := func(key string) {
		r, at, err := record.Load[leased](t.Context(), w.Store, key)
		must(0, err)
		r.Until = w.clock.UnixMilli()
		must(0, record.Set(t.Context(), w.Store, at.Key, r))
	}
	late(keys[len(keys)-1])
	read := &scans{Store: w.Store}
	w.Core.Store = read
	for i, left := range []int{2 * maxResumed, 2*maxResumed - 1, 2*maxResumed - 2} {
		if i == 2 {
			late(keys[0])
			must(0, w.Resume(t.Context(), false)) // to the end, where there is no more
		}
		read.records, read.gets = 0, 0
		must(0, w.Resume(t.Context(), false))
		if read.records > maxResumed || read.gets > 1 {
			t.Errorf("%d records and %d gets", read.records, read.gets)
		}
		w.do(t.Context())
		if n := w.left(t); n != left {
			t.Errorf("%d jobs are left, want %d", n, left)
		}
	}
}
