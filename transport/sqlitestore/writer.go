package sqlitestore

import (
	"context"
	"errors"
	"sync/atomic"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/glimpse-go/glimpse/transport"
)

// What is written in one transaction.
const (
	maxGroup      = 128
	maxGroupBytes = 16 << 20
)

var errClosed = errors.New("sqlitestore: closed")

// writer makes all changes, on one connection: those that wait at the same time in one
// transaction.
type writer struct {
	conn    *conn
	changes changes
	sweep   func(files []string) // is called with files that nothing names any more
	jobs    chan *job
	closing chan struct{}
	stopped chan struct{}
	log     log

	next, reserved uint64 // versions that are this process's
}

// job is a change that somebody waits for.
type job struct {
	do    func(*transaction) error // may be called again, in another transaction
	size  int                      // bytes, about
	taken atomic.Bool              // by the writer, or back by who waits
	done  chan error               // has room for one
}

// transaction is one under way.
type transaction struct {
	*changes
	version func() (uint64, error) // returns one that has not been used
	written bool
	unnamed []string // files that nothing names any more
}

func newWriter(path string, sweep func([]string)) (*writer, error) {
	w := &writer{
		sweep: sweep, jobs: make(chan *job, maxGroup),
		closing: make(chan struct{}), stopped: make(chan struct{}),
	}
	if err := w.open(path); err != nil {
		return nil, errors.Join(err, w.disconnect())
	}
	go w.run()
	return w, nil
}

func (w *writer) open(path string) (err error) {
	// 8 MB of pages: of a larger cache, all are looked at when a page is split.
	if w.conn, err = connect(path, "busy_timeout(0)", "cache_size(-8000)"); err != nil {
		return err
	}
	if err := create(w.conn); err != nil {
		return err
	}
	if w.changes = prepareChanges(w.conn); w.conn.err != nil {
		return w.conn.err
	}
	return w.log.open(path)
}

// close waits for the transaction under way. Jobs that have not begun are not done. It
// may be called again.
func (w *writer) close() error {
	select {
	case <-w.closing:
		return nil
	default:
	}
	close(w.closing)
	<-w.stopped
	return errors.Join(w.log.close(), w.disconnect())
}

func (w *writer) disconnect() error {
	if w.conn == nil {
		return nil
	}
	return w.conn.close()
}

// write has a change made, and returns when it is durable. The change is given up if
// the context is over before it has begun.
func (w *writer) write(ctx context.Context, size int, do func(*transaction) error) error {
	j := &job{do: do, size: size, done: make(chan error, 1)}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
		return storage(errClosed)
	}
	select {
	case err := <-j.done:
		return storage(err)
	case <-ctx.Done():
		if j.taken.CompareAndSwap(false, true) {
			return ctx.Err()
		}
	case <-w.stopped:
		if j.taken.CompareAndSwap(false, true) {
			return storage(errClosed)
		}
	}
	return storage(<-j.done)
}

func (w *writer) run() {
	defer close(w.stopped)
	for {
		select {
		case <-w.closing:
			return
		case j := <-w.jobs:
			w.group(w.gather(j))
		}
	}
}

// gather takes a job and those that wait behind it.
func (w *writer) gather(first *job) (group []*job) {
	size := 0
	for j := first; ; {
		if j.taken.CompareAndSwap(false, true) {
			group = append(group, j)
			size += j.size
		}
		if len(group) >= maxGroup || size >= maxGroupBytes {
			return group
		}
		select {
		case j = <-w.jobs:
		default:
			return group
		}
	}
}

// group does jobs in one transaction, or, if that fails, each in one of its own.
func (w *writer) group(jobs []*job) {
	errs, err := w.transact(jobs)
	if err != nil && len(jobs) > 1 {
		for _, j := range jobs {
			w.group([]*job{j})
		}
		return
	}
	for i, j := range jobs {
		j.done <- errors.Join(errs[i], err)
		if err == nil {
			w.log.grow(j.size)
		}
	}
}

// transact does jobs in one transaction. Each may refuse with transport.ErrConflict, if
// it has changed nothing.
func (w *writer) transact(jobs []*job) (refused []error, err error) {
	refused = make([]error, len(jobs))
	w.log.turn.Lock()
	defer w.log.turn.Unlock()
	if len(jobs) == 0 {
		return refused, nil
	}
	if err := unlocked(func() error { return execute(w.changes.begin) }); err != nil {
		return refused, err
	}
	before := w.reserved
	defer func() {
		if err != nil && w.reserved != before {
			w.next = w.reserved // what has been reserved is not
		}
	}()
	tx := &transaction{changes: &w.changes, version: w.version}
	for i, j := range jobs {
		if err = j.do(tx); errors.Is(err, transport.ErrConflict) {
			refused[i], err = err, nil
		}
		if err != nil {
			break
		}
	}
	if err != nil || !tx.written {
		return refused, errors.Join(err, w.rollback())
	}
	if err := execute(w.changes.commit); err != nil {
		return refused, errors.Join(err, w.rollback())
	}
	w.sweep(tx.unnamed)
	return refused, nil
}

// rollback ends a transaction that SQLite may have ended already.
func (w *writer) rollback() error {
	err := execute(w.changes.rollback)
	if failed, ok := errors.AsType[*sqlite.Error](err); ok && failed.Code() == sqlite3.SQLITE_ERROR {
		return nil // no transaction is active
	}
	return err
}

// version returns a version that has not been used. Many are reserved at once.
func (w *writer) version() (uint64, error) {
	if w.next == w.reserved {
		found, err := first(w.changes.reserve, int64(reservation))
		if err != nil {
			return 0, err
		}
		w.reserved = uint64(as[int64](found[0]))
		w.next = w.reserved - reservation
	}
	w.next++
	return w.next, nil
}
