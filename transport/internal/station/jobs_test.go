package station

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/notify"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// user returns one of many users.
func user(i int) (u collection.UserID) {
	binary.BigEndian.PutUint32(u[:], uint32(i+1)<<8)
	return u
}

// crowd is a core with a collection of Ann's of as many recipients, and its work, which
// waits for do.
type crowd struct {
	*Core
	name   collection.Name
	to     []collection.UserID
	clock  time.Time
	later  []func(context.Context)
	told   [][]collection.UserID // by batch
	failed []error
}

func newCrowd(t *testing.T, n int) *crowd {
	t.Helper()
	k, signer, _ := newCore(t, 1)
	w := &crowd{Core: k, clock: time.Unix(1e9, 0)}
	for i := range n {
		w.to = append(w.to, user(i))
	}
	c := must(collection.New(collection.Header{ID: collection.ID{7}, Author: ann}, collection.Body{Recipients: w.to}))
	c = must(c.Sign(t.Context(), signer, time.Unix(1e9, 0)))
	w.name = c.Name()
	w.restarts()
	keeps(t, w.Core, c)
	w.do(t.Context())
	w.told = nil
	return w
}

// restarts has another process take over the store.
func (w *crowd) restarts() {
	cfg := w.Config
	cfg.Now = func() time.Time { return w.clock }
	cfg.Later = func(work func(context.Context)) { w.later = append(w.later, work) }
	cfg.Failed = func(err error) { w.failed = append(w.failed, err) }
	cfg.Notified = func(users ...collection.UserID) {
		w.told = append(w.told, without(users, []collection.UserID{ann})) // whose own feed has it, too
	}
	w.Core, w.later = New(cfg), nil
}

// do does the work that waits.
func (w *crowd) do(ctx context.Context) {
	for len(w.later) > 0 {
		work := w.later[0]
		w.later = w.later[1:]
		work(ctx)
	}
}

// tells leaves news in a job, as a step does.
func (w *crowd) tells(t *testing.T, seq uint64, reason notify.Reason, only telling) {
	t.Helper()
	n := news(w.name.ID[0], seq, reason)
	n.To = slices.Clone(w.to)
	w.leaves(t, n, only)
}

func (w *crowd) leaves(t *testing.T, n engine.Notify, only telling) {
	t.Helper()
	state := must(w.Load(t.Context(), w.name))
	var jobs []string
	must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
		s := step{core: w.Core, tx: tx, result: Result{State: state}}
		err := s.tells(t.Context(), n, only)
		jobs = s.jobs
		return err
	}))
	w.Core.later(jobs...)
}

// entries returns the entries of those who have one.
func (w *crowd) entries(t *testing.T) (all []entry) {
	t.Helper()
	for _, u := range w.to {
		e, r, err := record.Load[entry](t.Context(), w.Store, entryRecord.Key(u, w.name))
		if must(0, err); r.Version > 0 {
			all = append(all, e)
		}
	}
	return all
}

// wantTold checks that all have been told of one thing last, and that no job is left.
func (w *crowd) wantTold(t *testing.T, seq uint64, reason notify.Reason) {
	t.Helper()
	all := w.entries(t)
	for i, d := range all {
		if d.Seq != seq || d.Notification.Reason != reason || d.Notification.To != w.to[i] {
			t.Fatalf("the entry of %v: %+v", w.to[i], d)
		}
	}
	if left := w.left(t); len(all) != len(w.to) || left != 0 || len(w.failed) > 0 {
		t.Errorf("%d of %d told, %d jobs left, failed %v", len(all), len(w.to), left, w.failed)
	}
}

func (w *crowd) left(t *testing.T) (n int) {
	t.Helper()
	for _, err := range w.Store.Scan(t.Context(), jobRecord.Under(), "", 0) {
		must(0, err)
		n++
	}
	return n
}

// TestManyAreTold: ten thousand recipients are told after the step, in batches, each of
// them once.
func TestManyAreTold(t *testing.T) {
	w := newCrowd(t, 10_000)
	w.tells(t, 1, notify.Shared, telling{})
	if n := len(w.entries(t)); n != 0 || w.left(t) != 1 {
		t.Errorf("%d are told at once", n)
	}
	w.do(t.Context())
	w.wantTold(t, 1, notify.Shared)
	if all := slices.Concat(w.told...); !slices.Equal(all, w.to) || len(w.told) < len(w.to)/maxTold {
		t.Errorf("%d users are woken in %d batches", len(all), len(w.told))
	}
	for _, u := range []collection.UserID{w.to[0], w.to[9_999]} {
		must(w.Read(t.Context(), u, w.name))
	}
}

// stopping is a store that is there for some changes only.
type stopping struct {
	transport.Store
	left int
}

func (s *stopping) Apply(ctx context.Context, b transport.Batch) (uint64, error) {
	if s.left--; s.left < 0 {
		return 0, transport.At(transport.ErrStorage, "gone")
	}
	return s.Store.Apply(ctx, b)
}

// TestResume: a job that ends between two batches with its process is gone on with where it
// was, by another one when its lease has ended, not before; and nobody is told twice.
func TestResume(t *testing.T) {
	w := newCrowd(t, 1000)
	whole := w.Store
	w.tells(t, 1, notify.Shared, telling{})
	stop := &stopping{whole, 2}
	w.Core.Store = stop
	w.do(t.Context())
	if n := len(w.entries(t)); n != 2*maxTold || len(w.failed) != 1 || !errors.Is(w.failed[0], transport.ErrStorage) {
		t.Errorf("%d are told, failed %v", n, w.failed)
	}
	w.failed = nil
	w.restarts()
	w.Core.Store = whole
	resume := func(all bool) {
		must(0, w.Resume(t.Context(), all))
		w.do(t.Context())
	}
	w.clock = w.clock.Add(lease / 2)
	resume(false)
	if n := len(w.entries(t)); n != 2*maxTold {
		t.Errorf("before the lease has ended %d are told", n)
	}
	w.clock = w.clock.Add(lease)
	resume(false)
	w.wantTold(t, 1, notify.Shared)
	if all := slices.Concat(w.told...); !slices.Equal(all, w.to) {
		t.Errorf("%d are woken", len(all))
	}
	resume(true)
}

// TestResumeAll: where there is no other process, leases do not count.
func TestResumeAll(t *testing.T) {
	w := newCrowd(t, 3)
	w.tells(t, 1, notify.Shared, telling{})
	w.restarts()
	must(0, w.Resume(t.Context(), false))
	if len(w.later) != 0 {
		t.Error("a job is taken whose lease is not over")
	}
	must(0, w.Resume(t.Context(), true))
	w.do(t.Context())
	w.wantTold(t, 1, notify.Shared)
}

// TestStopped: work whose context is over does nothing more, and leaves its jobs.
func TestStopped(t *testing.T) {
	w := newCrowd(t, 3)
	w.tells(t, 1, notify.Shared, telling{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.do(ctx)
	if n := len(w.entries(t)); n != 0 || w.left(t) != 1 || len(w.failed) > 0 {
		t.Errorf("%d told, %d jobs left, failed %v", n, w.left(t), w.failed)
	}
	w.tells(t, 2, notify.Available, telling{}) // another one begins the work again
	w.do(t.Context())
	w.wantTold(t, 2, notify.Shared)
}

// TestNewsJoins: what comes while a job waits is told with it, once: also between two
// batches, when those who have been told are told what is newer.
func TestNewsJoins(t *testing.T) {
	for _, n := range []int{3, maxNamed + 1, 2*maxTold + 1} {
		w := newCrowd(t, n)
		w.tells(t, 1, notify.Shared, telling{})
		w.tells(t, 2, notify.Available, telling{})
		if w.left(t) != 1 {
			t.Errorf("%d jobs", w.left(t))
		}
		w.do(t.Context())
		w.wantTold(t, 2, notify.Shared)
		if all := slices.Concat(w.told...); !slices.Equal(all, w.to) {
			t.Errorf("%d of %d are woken", len(all), n)
		}
	}
	w := newCrowd(t, maxTold+1)
	w.tells(t, 1, notify.Shared, telling{})
	left := must(w.tell(t.Context(), []string{tellJob.Key(w.name)}))
	w.tells(t, 2, notify.Available, telling{})
	w.do(t.Context())
	for i, e := range w.entries(t) {
		if first := e.Notification.Reason == notify.Shared; e.Seq != 2 || first != (e.First == e.Number) {
			t.Errorf("%d is told %+v", i, e)
		}
	}
	if n := len(w.entries(t)); n != len(w.to) || w.left(t) != 0 || len(left) != 1 {
		t.Errorf("%d told, left %v", n, left)
	}
}

// TestJoinedIsWhole: what joins a job takes nothing away from it: neither the letters to
// those who are no members, nor the records of who may read, and where only these, or
// only letters, are to be made, nobody is told anything.
func TestJoinedIsWhole(t *testing.T) {
	address := func(i byte) collection.Address { return collection.Address{i} }
	for _, first := range []string{"index", "letters"} {
		w := newCrowd(t, maxNamed+1)
		var letters []collection.Address
		to := map[collection.UserID]int{}
		w.Letters = func(_ context.Context, _ *record.Tx, n engine.Notify) error {
			letters = append(letters, n.Addresses...)
			for _, u := range n.To {
				to[u]++
			}
			return nil
		}
		for _, u := range w.to {
			must(0, record.Put(t.Context(), w.Store, transport.Change{Key: readerRecord.Key(w.name, u)}))
		}
		writes := news(w.name.ID[0], 1, notify.Shared)
		writes.To, writes.Addresses = w.to, []collection.Address{address(1), address(2)}
		again := writes
		again.Seq, again.To, again.Addresses = 2, w.to[:1], []collection.Address{address(2), address(3)}
		index := engine.Notify{}
		if first == "index" {
			w.leaves(t, index, telling{OnlyIndex: true, All: true})
		}
		w.leaves(t, writes, telling{OnlyWrite: true})
		w.leaves(t, again, telling{OnlyWrite: true})
		if first != "index" {
			w.leaves(t, index, telling{OnlyIndex: true, All: true})
		}
		w.do(t.Context())
		if n := len(w.entries(t)); n != 0 || w.left(t) != 0 || len(w.failed) > 0 {
			t.Errorf("%s first: %d entries, failed %v", first, n, w.failed)
		}
		if want := []collection.Address{address(1), address(2), address(3)}; !slices.Equal(letters, want) || len(to) != len(w.to) {
			t.Errorf("%s first: letters to %v and %d users", first, letters, len(to))
		}
		for _, u := range w.to {
			must(w.Read(t.Context(), u, w.name))
		}
	}
}

// TestOneFailsAlone: a job that cannot be done keeps no other from being done, and is not
// tried again at once.
func TestOneFailsAlone(t *testing.T) {
	w := newCrowd(t, 3)
	broken := tellJob.Key(collection.Name{Author: ann, ID: collection.ID{1}})
	must(0, record.Put(t.Context(), w.Store, transport.Change{Key: broken, Value: []byte("x")}))
	w.Core.later(broken)
	w.tells(t, 1, notify.Shared, telling{})
	w.do(t.Context())
	if all := w.entries(t); len(all) != 3 || len(w.failed) != 1 || w.left(t) != 1 {
		t.Errorf("%d told, %d jobs left, failed %v", len(all), w.left(t), w.failed)
	}
}

// TestNoHotLoop: jobs that the store does not take are left, and not tried for ever.
func TestNoHotLoop(t *testing.T) {
	w := newCrowd(t, maxTold+1)
	w.tells(t, 1, notify.Shared, telling{})
	must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
		return w.storeJob(tx, spreadJob.Key(w.name), spreading{Sources: []transport.Source{{User: ann}, {User: ann}}})
	}))
	w.Core.later(spreadJob.Key(w.name))
	w.Core.Store = &stopping{w.Store, 0}
	w.do(t.Context())
	if len(w.failed) != 2 || w.left(t) != 2 {
		t.Errorf("%d jobs left, failed %v", w.left(t), w.failed)
	}
}

// TestManyJobsAreResumed: who is alone takes over all jobs, however many and whatever their leases;
// one that is damaged keeps no other.
func TestManyJobsAreResumed(t *testing.T) {
	w := newCrowd(t, 0)
	const n = 2*maxJobs + 1
	for i := range n {
		name := collection.Name{Author: user(i), ID: collection.ID{1}}
		must(record.Update(t.Context(), w.Store, func(tx *record.Tx) error {
			return w.storeJob(tx, tellJob.Key(name), tellings{{News: engine.Notify{Notification: notify.Notification{Collection: name.ID, Author: name.Author}}}})
		}))
	}
	for _, all := range []bool{false, true} {
		damaged := transport.Change{Key: tellJob.Key(collection.Name{ID: collection.ID{2}}), Value: []byte{0xff}}
		must(0, record.Put(t.Context(), w.Store, damaged))
		w.restarts()
		must(0, w.Resume(t.Context(), all))
		w.do(t.Context())
		want := n + 1 // leases have not ended
		if all {
			want = 1
		}
		if left := w.left(t); left != want || len(w.failed) == 0 || !errors.Is(errors.Join(w.failed...), transport.ErrStorage) {
			t.Errorf("all %v: %d jobs left, want %d; failed %v", all, left, want, w.failed)
		}
		w.failed = nil
	}
}
