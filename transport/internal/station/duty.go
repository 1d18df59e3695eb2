package station

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/glimpse-go/glimpse/collection"
	"github.com/glimpse-go/glimpse/internal/engine"
	"github.com/glimpse-go/glimpse/transport"
	"github.com/glimpse-go/glimpse/transport/internal/record"
)

// A duty is what is to be done now and then with all that is stored: it is done in rounds,
// from the first key to the last, a page after the other. A record says how far the round
// is, and for how long it is its process's: others that are told to do the duty
// meanwhile do nothing, and if the process ends, the next of them goes on where its last
// page has ended.

// dutyLease is for how long a round is its process's. It is lengthened with each page, and
// between the steps of a page that takes long.
const dutyLease = 5 * time.Minute

// How many records of a duty are held at once, and done once more if their process ends.
const (
	visitPage  = 64
	expirePage = 256
)

// duty is one of a station's.
type duty struct {
	name  dutyName
	under string // how the keys begin of what it is about
	page  int
	due   func(key string) bool // whether something is to be done with a record; behind one with which nothing is, it is with none; nil = with all
	doing sync.Mutex            // held while this process does it
}

// dutyName is what a duty's record is of.
type dutyName string

// String returns the name.
func (d dutyName) String() string { return string(d) }

// progress is what is stored of a duty.
type progress struct {
	Begun int64  `cbor:"1,keyasint"`           // when the latest round began, in milliseconds since 1970
	Until int64  `cbor:"2,keyasint,omitempty"` // when the lease of who does it ends, likewise; 0 = nobody does
	After string `cbor:"3,keyasint,omitempty"` // the last key that it is done for
}

// over reports whether the latest round has come to its end.
func (p progress) over() bool { return p.Until == 0 && p.After == "" }

// Round is a round of a duty, as long as it is this process's. It is not safe for
// concurrent use.
type Round struct {
	core    *Core
	duty    *duty
	key     string
	version uint64 // of the record, as this process has written it
	progress
}

// errTaken says that another process goes on with a round.
var errTaken = errors.New("another process does it")

// Visit does something with each collection, in a round that this or another process may
// have begun; if another one is at it, nothing. What fails of one collection does not keep
// it from the others. With a page of them it does so at once, if atOnce.
func (k *Core) Visit(ctx context.Context, atOnce bool, do func(context.Context, *Round, collection.Name) error) error {
	return k.perform(ctx, &k.visiting, func(r *Round, page []transport.Record) error {
		if atOnce {
			return visitAtOnce(ctx, r, page, do)
		}
		var failed []error
		for _, head := range page {
			name, err := record.Name(head.Key)
			if err == nil {
				err = do(ctx, r, name)
			}
			if failed = append(failed, err); ends(ctx, err) {
				break
			}
			r.After = head.Key
		}
		return errors.Join(failed...)
	})
}

// visitAtOnce is Visit of a page, at once.
func visitAtOnce(ctx context.Context, r *Round, page []transport.Record, do func(context.Context, *Round, collection.Name) error) error {
	failed := make([]error, len(page))
	var all sync.WaitGroup
	for i, head := range page {
		all.Go(func() {
			name, err := record.Name(head.Key)
			if err == nil {
				err = do(ctx, r, name)
			}
			failed[i] = err
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// ends reports whether an error ends a round, and not only what it is of.
func ends(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || errors.Is(err, errTaken))
}

// perform goes on with a duty to the end of its round, if it is due and no other process
// is at it: it does something with each page. What fails of a page does not keep it from
// the others; of many, what fails of the first is returned.
func (k *Core) perform(ctx context.Context, d *duty, do func(*Round, []transport.Record) error) (failed error) {
	if !d.doing.TryLock() {
		return nil
	}
	defer d.doing.Unlock()
	r, err := k.beginRound(ctx, d)
	if err != nil || r == nil {
		return err
	}
	for r.Until > 0 {
		failedHere, err := r.doPage(ctx, do)
		switch {
		case errors.Is(err, errTaken):
			return failed
		case err != nil:
			return errors.Join(failed, err, r.leave(ctx))
		case failed == nil:
			failed = failedHere
		case failedHere != nil:
			k.Failed(failedHere)
		}
	}
	return failed
}

// doPage does the next page. It returns what has failed of it, and what ends the round. Of
// a record that is damaged, the key alone is in the page.
func (r *Round) doPage(ctx context.Context, do func(*Round, []transport.Record) error) (failed, err error) {
	var page []transport.Record
	var damaged []error
	for found, err := range record.Walk(ctx, r.core.Store, r.duty.under, r.After, r.duty.page) {
		switch {
		case record.Damaged(err, found.Key):
			damaged = append(damaged, err)
		case err != nil:
			return nil, err
		}
		if r.duty.due != nil && !r.duty.due(found.Key) {
			break
		}
		page = append(page, found)
	}
	if failed = do(r, page); ends(ctx, failed) {
		return nil, failed
	}
	return errors.Join(append(damaged, failed)...), r.next(ctx, page)
}

// beginRound begins a round, or takes one over; nil = it is not due, or another process
// is at it. A record that is damaged is one that is not there.
func (k *Core) beginRound(ctx context.Context, d *duty) (*Round, error) {
	r := &Round{core: k, duty: d, key: dutyRecord.Key(d.name)}
	version, err := record.Update(ctx, k.Store, func(tx *record.Tx) error {
		p, _, err := record.Load[progress](ctx, tx, r.key)
		if record.Damaged(err, r.key) {
			k.Failed(err)
			p, err = progress{}, nil
		}
		if err != nil || !k.due(p) {
			return err
		}
		if p.over() {
			p.Begun = k.Now().UnixMilli()
		}
		p.Until = k.Now().Add(dutyLease).UnixMilli()
		r.progress = p
		return tx.Encode(r.key, p)
	})
	if err != nil || version == 0 {
		return nil, err
	}
	r.version = version
	return r, nil
}

// due reports whether a round is to be begun, or to be taken over: where there is no other
// process, it is this one's whatever the lease.
func (k *Core) due(p progress) bool {
	now := k.Now().UnixMilli()
	if !p.over() {
		return !k.Shared || p.Until <= now
	}
	since := now - p.Begun
	return since < 0 || since >= k.Interval.Milliseconds() // a clock may have been set back
}

// next goes on after a page, or ends the round after the last.
func (r *Round) next(ctx context.Context, page []transport.Record) error {
	if r.Until, r.After = 0, ""; len(page) >= r.duty.page {
		r.Until, r.After = r.core.Now().Add(dutyLease).UnixMilli(), page[len(page)-1].Key
	}
	return r.store(ctx)
}

// leave leaves the round to any process. If that fails, they wait until the lease ends.
func (r *Round) leave(ctx context.Context) error {
	r.Until = 0
	if err := r.store(context.WithoutCancel(ctx)); !errors.Is(err, errTaken) {
		return err
	}
	return nil
}

// Keep keeps the round from others for longer, if much of its time is over. It is called
// before each thing that may take minutes. The error ends the round.
func (r *Round) Keep(ctx context.Context) error {
	now := r.core.Now()
	if r.Until-now.UnixMilli() > dutyLease.Milliseconds()/2 {
		return nil
	}
	r.Until = now.Add(dutyLease).UnixMilli()
	return r.store(ctx)
}

// store stores how far it is; the error is errTaken if it is another process's.
func (r *Round) store(ctx context.Context) error {
	data, err := transport.Encode(r.progress)
	if err != nil {
		return err
	}
	version, err := r.core.Store.Apply(ctx, transport.Batch{
		Conditions: []transport.Condition{{Key: r.key, Version: r.version}},
		Changes:    []transport.Change{{Key: r.key, Value: data}},
	})
	if errors.Is(err, transport.ErrConflict) {
		return errTaken
	}
	if err == nil {
		r.version = version
	}
	return err
}

// Step is the core's, stored only while the round is this process's: what another one has
// taken over is not done twice. The error ends the round if it is not.
func (r *Round) Step(ctx context.Context, name collection.Name, e engine.Event) error {
	_, err := r.core.do(ctx, name, doing{}, func(tx *record.Tx, _ engine.State) (engine.Event, error) {
		now, err := record.Get(ctx, tx, r.key)
		if err == nil && now.Version != r.version {
			err = errTaken
		}
		return e, err
	})
	return err
}
