package station

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// What a step means for others, its recipients and the author's other collections, is a
// job: a record that is stored with the step and done after the answer, in batches, so
// that the answer takes as long for ten thousand recipients as for two. The process that
// has stored it does it; it has a lease, and if that ends before the job does, any
// process of the station takes it over. There is one job of a kind for a collection:
// what comes while it is there joins it.

// lease is for how long a job is its process's, and is lengthened with each batch.
const lease = 30 * time.Second

// How many jobs are taken over, or done in one transaction, at once; and done while
// answers are made, which wait for the store.
const (
	maxJobs = 64
	fewJobs = 16
)

// maxResumed is how many jobs are looked at to take over some whose leases have ended.
const maxResumed = 1024

// jobs are those of one kind that this process has to do. The zero jobs are none.
type jobs struct {
	mu      sync.Mutex
	waiting []string // keys
	working bool
	idle    chan struct{} // closed when nobody works any more; nil = nobody waits for that
}

// add adds jobs.
func (j *jobs) add(keys ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = append(j.waiting, keys...)
}

// begin reports whether somebody has to begin with them.
func (j *jobs) begin() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	begins := !j.working && len(j.waiting) > 0
	j.working = j.working || begins
	return begins
}

// take returns some, those that wait longest, and none at the end.
func (j *jobs) take(most int) (keys []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := min(len(j.waiting), most)
	keys, j.waiting = j.waiting[:n:n], j.waiting[n:]
	if n == 0 {
		j.rest()
	}
	return keys
}

// rest ends the work.
func (j *jobs) rest() {
	if j.working = false; j.idle != nil {
		close(j.idle)
		j.idle = nil
	}
}

// finish waits until nobody works, or for ctx.
func (j *jobs) finish(ctx context.Context) error {
	select {
	case <-j.await():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// await returns a channel that is closed when nobody works.
func (j *jobs) await() <-chan struct{} {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.idle == nil {
		j.idle = make(chan struct{})
	}
	idle := j.idle
	if !j.working {
		j.rest()
	}
	return idle
}

// drop forgets all.
func (j *jobs) drop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = nil
	j.rest()
}

// kindOf is the kind of a job, by its key.
func kindOf(key string) record.Kind {
	parts := strings.SplitN(key, "/", 3)
	return record.Kind(parts[0] + "/" + parts[1])
}

// until is when a lease that is taken now ends, in milliseconds since 1970.
func (k *Core) until() int64 { return k.Now().Add(lease).UnixMilli() }

// later has jobs done after what is under way.
func (k *Core) later(keys ...string) {
	for _, key := range keys {
		switch kindOf(key) {
		case tellJob:
			k.tells.add(key)
		case spreadJob:
			k.spreads.add(key)
		case foldJob:
			k.folds.add(key)
		case albumJob:
			k.orders.add(key)
		}
	}
	if k.answering.Load() == 0 {
		k.begin()
	}
}

// begin has the jobs begun that wait for an answer; jobs of one kind do not wait for
// those of others.
func (k *Core) begin() {
	if k.tells.begin() {
		k.Later(func(ctx context.Context) { k.work(ctx, &k.tells, k.tell) })
	}
	if k.spreads.begin() {
		k.Later(func(ctx context.Context) { k.work(ctx, &k.spreads, k.spread) })
	}
	if k.folds.begin() {
		k.Later(func(ctx context.Context) { k.work(ctx, &k.folds, k.foldLists) })
	}
	if k.orders.begin() {
		k.Later(func(ctx context.Context) { k.work(ctx, &k.orders, k.order) })
	}
}

// Begin has a station's jobs begun that would wait for the answer which is being made, and
// which takes its time.
func Begin(k *Core) { k.begin() }

// Answer makes an answer. The jobs that it leaves are begun when this or another answer
// is made, or waits for other stations, so that they do not take from it what it needs.
func (k *Core) Answer(work func() error) error {
	k.answering.Add(1)
	defer func() {
		k.answering.Add(-1)
		k.begin()
	}()
	return work()
}

// atOnce is how much is done in one transaction: less while answers are made.
func (k *Core) atOnce(most, few int) int {
	if k.answering.Load() > 0 {
		return few
	}
	return most
}

// work does jobs until there are none, or the station stops: then others do. What do
// returns goes on after the others.
func (k *Core) work(ctx context.Context, of *jobs, do func(ctx context.Context, keys []string) (left []string, err error)) {
	for ctx.Err() == nil {
		keys := of.take(k.atOnce(maxJobs, fewJobs))
		if len(keys) == 0 {
			return
		}
		left, err := do(ctx, keys)
		if err != nil {
			k.Failed(err) // whoever takes over what is not done tries again
		}
		of.add(left...)
	}
	of.drop()
}

// Finish waits until the jobs are done that this process has begun, or for ctx.
func (k *Core) Finish(ctx context.Context) error {
	for _, of := range []*jobs{&k.spreads, &k.tells, &k.folds, &k.orders} { // spreading leaves others to tell
		if err := of.finish(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Resume takes over the jobs whose leases have ended: some of those that follow where it
// stopped looking before, and from the beginning after the last; or all, where no other
// process can be doing them. One that is damaged keeps no other. Errors are those of the
// store.
func (k *Core) Resume(ctx context.Context, all bool) error {
	k.resuming.Lock()
	defer k.resuming.Unlock()
	var keys []string
	last, limit, n := k.resumed, maxResumed, 0
	if all {
		last, limit = "", 0
	}
	for r, err := range record.Walk(ctx, k.Store, jobRecord.Under(), last, limit) {
		taken := all
		if err == nil && !all {
			taken, err = k.takeOver(ctx, r)
		}
		switch {
		case record.Damaged(err, r.Key):
			k.Failed(err)
		case err != nil:
			return err
		case taken:
			keys = append(keys, r.Key)
		}
		if n, last = n+1, r.Key; !all && len(keys) == maxJobs {
			break
		}
	}
	if k.resumed = last; all || n < limit && len(keys) < maxJobs {
		k.resumed = "" // that was the last
	}
	k.later(keys...)
	return nil
}

// takeOver takes a job, if its lease has ended.
func (k *Core) takeOver(ctx context.Context, r transport.Record) (taken bool, err error) {
	over := func(job leased) bool { return job.Until <= k.Now().UnixMilli() }
	if job, err := record.Value[leased](r); err != nil || !over(job) {
		return false, err
	}
	_, err = record.Update(ctx, k.Store, func(tx *record.Tx) error {
		job, now, err := record.Load[leased](ctx, tx, r.Key)
		taken = err == nil && now.Version > 0 && over(job)
		if !taken {
			return err
		}
		job.Until = k.until()
		return tx.Encode(r.Key, job)
	})
	return taken, err
}

// leased is a job of any kind.
type leased struct {
	Until int64  `cbor:"1,keyasint"` // when the lease ends, milliseconds since 1970
	Job   []byte `cbor:"2,keyasint"`
}

// loadJob loads a job, in a transaction; nothing if it is done.
func loadJob[T any](ctx context.Context, tx *record.Tx, key string) (job T, there bool, err error) {
	of, r, err := record.Load[leased](ctx, tx, key)
	if err != nil || r.Version == 0 {
		return job, r.Version > 0, err
	}
	job, err = record.Value[T](transport.Record{Key: key, Value: of.Job})
	return job, true, err
}

// storeJob stores a job, whose lease begins anew.
func (k *Core) storeJob(tx *record.Tx, key string, job any) error {
	data, err := transport.Encode(job)
	if err != nil {
		return err
	}
	return tx.Encode(key, leased{k.until(), data})
}
